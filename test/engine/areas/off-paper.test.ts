/** Drawings on white paper, read without it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { offPaper } from "../../../server/engine/read-off-paper.ts";
import { box, disc, drawn, pixels, ring, sizePx } from "../drawn-layers.ts";

const [white, navy, red, pale] = [
  [1, 1, 1] as const,
  [0.1, 0.1, 0.35] as const,
  [0.9, 0.15, 0.2] as const,
  [0.8, 0.9, 1] as const,
];
type Layer = readonly [inside: ReturnType<typeof box>, ink: readonly [red: number, green: number, blue: number]];
const paper: Layer = [box(-2, -2, 66, 66), white];
const picture = (planes: Float32Array) => ({ kind: "image" as const, key: "drawing", planes, sizePx });
const offIt = (...layers: readonly Layer[]): Float32Array => offPaper(picture(drawn(paper, ...layers).planes)).planes;
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

  it("has another key, by which its codes are kept", () => {
    const { planes } = drawn(paper, [disc(20), red]);
    assert.notEqual(offPaper(picture(planes)).key, picture(planes).key);
  });

  it("stays where the paper has a colour or does not go all around, and where nothing lies on it", () => {
    const coloured = drawn([box(-2, -2, 66, 66), pale], [disc(20), red]).planes;
    const cut = drawn(paper, [box(-2, 20, 30, 40), red]).planes;
    const tile = drawn([box(2, 2, 62, 62), white], [disc(20), red]).planes;
    for (const planes of [coloured, cut, tile, drawn(paper).planes]) {
      const image = picture(planes);
      assert.equal(offPaper(image), image);
    }
  });
});
