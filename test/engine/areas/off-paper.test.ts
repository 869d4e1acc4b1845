/** Drawings on white paper, read without it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planesOffPaper } from "../../../server/engine/read-off-paper.ts";
import { box, disc, drawn, pixels, ring, sizePx } from "../drawn-layers.ts";

const [white, navy, red, pale, faint] = [
  [1, 1, 1] as const,
  [0.1, 0.1, 0.35] as const,
  [0.9, 0.15, 0.2] as const,
  [0.8, 0.9, 1] as const,
  [0.945, 0.953, 0.95] as const,
];
type Layer = readonly [inside: ReturnType<typeof box>, ink: readonly [red: number, green: number, blue: number]];
const paper: Layer = [box(-2, -2, 66, 66), white];
const offIt = (...layers: readonly Layer[]): Float32Array => planesOffPaper(drawn(paper, ...layers))!;
const farthest = (one: Float32Array, other: Float32Array): number =>
  one.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at]!)), 0);

describe("a drawing on white paper", () => {
  it("is as on nothing, soft edges too, in one colour and in several", () => {
    const line: Layer[] = [[ring(22, 5), navy]];
    const shapes: Layer[] = [
      [disc(24), red],
      [disc(12), navy],
    ];
    for (const layers of [line, shapes]) assert.ok(farthest(offIt(...layers), drawn(...layers).planes) < 0.05);
  });

  it("keeps white within it, and of lines alone nothing but the lines", () => {
    const badge = offIt([disc(26), red], [disc(10), white]);
    assert.deepEqual(
      [0, 1, 2, 3].map((channel) => badge[channel * pixels + 32 * sizePx + 32]),
      [1, 1, 1, 1],
    );
    const line = offIt([ring(24, 4), navy], [box(22, 30, 42, 34), red]);
    assert.equal(line[3 * pixels + 24 * sizePx + 32], 0);
    assert.equal(line[3 * pixels + 32 * sizePx + 32], 1);
  });

  it("keeps a pale shape", () => {
    const bare = offIt([box(10, 10, 54, 54), faint], [disc(8), red]);
    assert.deepEqual(
      [5, 14, 32].map((at) => bare[3 * pixels + at * sizePx + at]),
      [0, 1, 1],
    );
  });

  it("put on paper again, is what it was", () => {
    const before = drawn(paper, [disc(24, 30, 33), red], [ring(12, 5), navy]).planes;
    const bare = planesOffPaper({ planes: before, sizePx })!;
    const again = before.map((_, at) => bare[at]! + 1 - bare[3 * pixels + (at % pixels)]!);
    assert.ok(farthest(again.subarray(0, 3 * pixels), before.subarray(0, 3 * pixels)) < 0.02);
  });

  it("stays where the paper has a colour, does not go all around or is a frame, and where nothing lies on it", () => {
    const others = [
      drawn([box(-2, -2, 66, 66), pale], [disc(20), red]),
      drawn(paper, [box(-2, 20, 30, 40), red]),
      drawn([box(2, 2, 62, 62), white], [disc(20), red]),
      drawn(
        [box(-2, -2, 66, 3), white],
        [box(-2, 61, 66, 66), white],
        [box(-2, -2, 3, 66), white],
        [box(61, -2, 66, 66), white],
      ),
      drawn(paper),
    ];
    for (const other of others) assert.equal(planesOffPaper(other), undefined);
  });
});
