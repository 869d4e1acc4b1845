/** Lines in two tones: styles of such lines are read, and drawings get both tones. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawnInLines } from "../../../server/engine/lines/drawn-in-lines.ts";
import { tintsBesideInk } from "../../../server/engine/lines/tones/in-parts.ts";
import { linesIn } from "../../../server/engine/lines/tones/line-groups.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { linesIn as linesOfDrawings } from "../../../server/engine/pixels/style-ink.ts";
import { drawn, type Inside, joined, ring, sizePx, stroke } from "./drawn-shapes.ts";

const width = 4 / sizePx;
const tint = 0.5;

/** Planes of black: ink over lines of the tint. */
const planesOf = (ink: Inside | undefined, tinted?: Inside, alpha = tint): Float32Array => {
  const planes = new Float32Array(4 * sizePx ** 2);
  const [dark, pale] = [ink, tinted].map((inside) => (inside ? drawn(inside) : new Float32Array(sizePx ** 2)));
  for (let at = 0; at < sizePx ** 2; at += 1)
    planes[3 * sizePx ** 2 + at] = dark![at]! + (1 - dark![at]!) * alpha * pale![at]!;
  return planes;
};
const iconsOf = (alpha: number) =>
  [
    planesOf(stroke(26, 32, 38, 32, 4), ring(22, 4), alpha),
    planesOf(ring(14, 4), stroke(8, 56, 56, 56, 4), alpha),
    planesOf(stroke(12, 12, 52, 12, 4), stroke(12, 40, 52, 40, 4), alpha),
    planesOf(joined(stroke(12, 12, 32, 44, 4), stroke(32, 44, 52, 12, 4)), stroke(8, 56, 56, 56, 4), alpha),
  ].map((planes) => ({ planes, sizePx }));
const icons = iconsOf(tint);

const style = linesOfDrawings(icons, false)!;
const known = new Float32Array(16).fill(1);
const madeOf = async (planes: Float32Array): Promise<Float32Array> => {
  const layers = await drawnInLines({ planes, known }, sizePx, style, () => assert.fail("no answer is needed"));
  return drawLayers(layers!, 1).subarray(3 * sizePx ** 2);
};
const alphaAt = (made: Float32Array, x: number, y: number): number => made[y * sizePx + x]!;
const isNear = (value: number, wanted: number): boolean => Math.abs(value - wanted) < 0.06;

describe("styles of lines in two tones", () => {
  it("a style is of two tones where its lines are, and not where areas have the tint", () => {
    assert.ok(style.isAll && style.areTwoToned && isNear(style.tint!, tint));
    assert.ok(Math.abs(style.width! - width) < 0.5 / sizePx);
    const filled = icons.map(() => ({
      planes: planesOf(ring(22, 4), (x, y) => 20 - Math.hypot(x - 32, y - 32)),
      sizePx,
    }));
    assert.ok(!linesOfDrawings(filled, false)?.areTwoToned);
  });

  it("a few filled tints among plain outlines are no lines in two tones, and paler lines are", () => {
    const filled = planesOf(stroke(8, 56, 56, 56, 4), (x, y) => 16 - Math.hypot(x - 32, y - 28));
    const plain = planesOf(joined(ring(22, 4), stroke(24, 32, 40, 32, 4)));
    const mixed = [filled, filled, ...Array.from({ length: 4 }, () => plain)].map((planes) => ({ planes, sizePx }));
    assert.ok(!linesOfDrawings(mixed, false)?.areTwoToned);
    assert.ok(linesOfDrawings(iconsOf(0.35), false)?.areTwoToned);
  });

  it("strokes that go straight on where they meet others are one line", () => {
    const cross = drawn(joined(stroke(8, 32, 56, 32, 4), stroke(32, 8, 32, 56, 4)));
    assert.equal(linesIn(cross, sizePx, width).length, 2);
    const found = linesIn(drawn(joined(ring(22, 4), stroke(24, 32, 40, 32, 4))), sizePx, width);
    assert.deepEqual(found.map(({ isClosed, encloses }) => [isClosed, encloses]).sort(), [
      [false, 0],
      [true, 1],
    ]);
    assert.equal(linesIn(drawn(joined(stroke(8, 20, 56, 20, 4), stroke(30, 40, 34, 40, 4))), sizePx, width).length, 2);
  });
});

describe("drawings in a style of lines in two tones", () => {
  it("a frame gets the tint, and what it encloses is ink", async () => {
    const made = await madeOf(planesOf(joined(ring(22, 4), stroke(24, 32, 40, 32, 4))));
    assert.ok(isNear(alphaAt(made, 10, 32), tint), `frame ${alphaAt(made, 10, 32)}`);
    assert.ok(isNear(alphaAt(made, 32, 32), 1), `within ${alphaAt(made, 32, 32)}`);
  });

  it("without a frame the main line is ink, whole also where others meet it, and the others have the tint", async () => {
    const made = await madeOf(planesOf(joined(ring(16, 4, 32, 24), stroke(32, 40, 32, 60, 4))));
    assert.ok(isNear(alphaAt(made, 16, 24), 1) && isNear(alphaAt(made, 32, 40), 1));
    assert.ok(isNear(alphaAt(made, 32, 54), tint));
  });

  it("a drawing in two tones keeps its own, and one line stays ink", async () => {
    const own = await madeOf(planesOf(stroke(12, 44, 52, 44, 4), ring(14, 4, 32, 22)));
    assert.ok(isNear(alphaAt(own, 32, 44), 1) && isNear(alphaAt(own, 18, 22), tint));
    const one = await madeOf(planesOf(ring(20, 4)));
    assert.ok(isNear(alphaAt(one, 12, 32), 1));
  });

  it("paler lines of a drawing are kept, however pale", async () => {
    const made = await madeOf(planesOf(stroke(12, 50, 52, 50, 4), ring(14, 4, 32, 24), 0.3));
    assert.ok(isNear(alphaAt(made, 18, 24), tint) && isNear(alphaAt(made, 32, 50), 1));
  });

  it("vectors get a layer for either tone, the paler one first and seen through", async () => {
    const planes = planesOf(joined(ring(22, 4), stroke(24, 32, 40, 32, 4)));
    const layers = await drawnInLines({ planes, known }, sizePx, style, () => assert.fail("no answer is needed"));
    const found = tintsBesideInk(layers!, 2, {}, (ink) => ink)!;
    assert.deepEqual(
      found.map(({ opacity, hex }) => [opacity && Math.round(100 * opacity), hex]),
      [
        [50, "#1f2328"],
        [undefined, "#1f2328"],
      ],
    );
    const coverOf = (layer: number, x: number, y: number): number => found[layer]!.cover[2 * y * 2 * sizePx + 2 * x]!;
    assert.ok(coverOf(0, 10, 32) > 240 && coverOf(0, 32, 32) < 15, "the frame alone is pale");
    assert.ok(coverOf(1, 10, 32) < 15 && coverOf(1, 32, 32) > 240, "what is within is ink");
    const blue = tintsBesideInk(layers!, 2, { ink: [0, 0, 1] }, (ink) => ink)!;
    assert.ok(blue.every(({ hex }) => hex === "#0000ff"));
    const one = await drawnInLines({ planes: planesOf(ring(20, 4)), known }, sizePx, style, () => assert.fail("none"));
    assert.equal(
      tintsBesideInk(one!, 2, {}, (ink) => ink),
      undefined,
      "all is ink",
    );
    assert.equal(
      tintsBesideInk(layers!, 2, { accents: [] }, (ink) => ink),
      undefined,
      "tints become colours",
    );
  });

  it("of lines that are alike some have either tone", async () => {
    const made = await madeOf(planesOf(joined(stroke(10, 20, 54, 20, 4), stroke(10, 44, 54, 44, 4))));
    assert.deepEqual(
      [alphaAt(made, 32, 20), alphaAt(made, 32, 44)].map((alpha) => (isNear(alpha, 1) ? "ink" : "tint")).sort(),
      ["ink", "tint"],
    );
  });
});
