/** Gathering entries of a set: what stands for a label in a style, which styles are alike, and which entries of many are kept. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gatherEntries } from "../../../server/training/dataset/gather-images.ts";
import type { ImageItem } from "../../../server/training/dataset/image-set.ts";
import { near } from "../../fixtures/near.ts";

const dims = 2;
const item = (row: number, style: string, concept: string, more: Partial<ImageItem> = {}): ImageItem => ({
  row,
  id: `${row}`,
  style,
  concept,
  captions: [concept],
  split: "train",
  ...more,
});

/**
 * A label is a point of a circle around a style's middle, all of them evenly spread, and each style turns them by an angle of its own: the
 * cosine of two styles' entries is that of the angle between them.
 */
function gatherTurned(angles: readonly number[], labelCount: number) {
  const labels = Array.from({ length: labelCount }, (_, label) => `${label}`);
  const styles = angles.map((angle) => `at ${angle}`);
  const items = labels.flatMap((label, at) =>
    styles.map((style, index) => item(at * styles.length + index, style, label)),
  );
  const latents = Float32Array.from(
    labels.flatMap((_, label) =>
      angles.flatMap((angle, style) => {
        const turned = (label / labelCount) * 2 * Math.PI + (angle / 180) * Math.PI;
        return [style + Math.cos(turned), 5 + Math.sin(turned)];
      }),
    ),
  );
  return gatherEntries({ items, latents, dims, labels, styles });
}

describe("gathered entries", () => {
  const items = [
    item(0, "flat", "apple"),
    item(1, "flat", "apple"),
    item(2, "flat", "pear"),
    item(3, "round", "apple"),
    item(4, "round", "plum"),
    item(5, "flat", "apple", { augmentedFrom: "0" }),
    item(6, "flat", "apple", { split: "heldOutPair" }),
    item(7, "unknown", "apple"),
  ];
  const drawn = [1, 0, 3, 0, 2, 3, 0, 4, 0, 8];
  const latents = Float32Array.from([...drawn, 100, 100, 100, 100, 100, 100]);
  const [labels, styles] = [
    ["apple", "pear"],
    ["flat", "round", "empty"],
  ];
  const gathered = gatherEntries({ items, latents, dims, labels: labels!, styles: styles! });

  it("gathered entries are the means of a label in a style, less the middle of the style, of drawn training images alone", () => {
    assert.deepEqual(gathered.entries, [
      { label: 0, style: 0 },
      { label: 0, style: 1 },
      { label: 1, style: 0 },
    ]);
    near(
      gathered.values.flatMap((value) => [...value]),
      [0, -1, 0, -2, 0, 2],
    );
    assert.deepEqual([gathered.labels, gathered.styles], [labels, styles]);
  });

  it("gathered entries come with the middle of each style, zeros where it has no image, and of all images last", () => {
    near(gathered.styleMeans, [2, 1, 0, 6, 0, 0, 6 / 5, 15 / 5]);
  });

  it("gathered entries call two styles neither alike nor unlike while they share less than twenty labels", () => {
    assert.ok(gatherTurned([0, 60], 19).affinities.every((value) => value === 0));
    const half = 24 * Math.cos(Math.PI / 3);
    const { affinities } = gatherTurned([0, 60], 20);
    for (const [at, expected] of [0, half, half, 0].entries())
      assert.ok(Math.abs(affinities[at]! - expected) < 1e-4, `${at}: ${affinities[at]}, expected ${expected}`);
  });

  it("gathered entries weigh styles that draw the same things the other way round below none", () => {
    const { affinities } = gatherTurned([0, 180], 20);
    assert.ok(Math.abs(affinities[1]! + 24) < 1e-4, `${affinities[1]}`);
  });

  it("gathered entries are all kept while a label has five at most", () => {
    assert.equal(gatherTurned([0, 10, 25, 90, 105], 20).entries.length, 5 * 20);
  });

  it("gathered entries of more are the five that leave each style the most similar one it can have, in their order", () => {
    // The styleMeans of both groups serve their neighbours, two of these the styleMeans, and the last one the style that is alone: no
    // style is served by the one that is alone, nor by the one at 25 any better.
    const angles = [0, 10, 25, 90, 105, 125, 200];
    const { entries, values } = gatherTurned(angles, 20);
    assert.deepEqual(
      entries.map(({ label, style }) => [label, angles[style]]),
      Array.from({ length: 20 }, (_, label) => [0, 10, 90, 105, 125].map((angle) => [label, angle])).flat(),
    );
    for (const [at, { label, style }] of entries.entries()) {
      const turned = (label / 20) * 2 * Math.PI + (angles[style]! / 180) * Math.PI;
      near(values[at]!, [Math.cos(turned), Math.sin(turned)]);
    }
  });
});
