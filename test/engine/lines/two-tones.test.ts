/** Lines in two tones: styles of such lines are read, and drawings get both tones. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawnInLines } from "../../../server/engine/lines/drawn-in-lines.ts";
import { linesIn } from "../../../server/engine/lines/tones/line-groups.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { linesIn as linesOfDrawings } from "../../../server/engine/pixels/style-ink.ts";
import { drawn, type Inside, joined, ring, sizePx, stroke } from "./drawn-shapes.ts";

const width = 4 / sizePx;
const tint = 0.5;

/** Planes of black: ink over lines of the tint. */
const planesOf = (ink: Inside | undefined, tinted?: Inside): Float32Array => {
  const planes = new Float32Array(4 * sizePx ** 2);
  const [dark, pale] = [ink, tinted].map((inside) => (inside ? drawn(inside) : new Float32Array(sizePx ** 2)));
  for (let at = 0; at < sizePx ** 2; at += 1)
    planes[3 * sizePx ** 2 + at] = dark![at]! + (1 - dark![at]!) * tint * pale![at]!;
  return planes;
};
const icons = [
  planesOf(stroke(26, 32, 38, 32, 4), ring(22, 4)),
  planesOf(ring(14, 4), stroke(8, 56, 56, 56, 4)),
  planesOf(stroke(12, 12, 52, 12, 4), stroke(12, 40, 52, 40, 4)),
  planesOf(joined(stroke(12, 12, 32, 44, 4), stroke(32, 44, 52, 12, 4)), stroke(8, 56, 56, 56, 4)),
].map((planes) => ({ planes, sizePx }));

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

  it("of lines that are alike some have either tone", async () => {
    const made = await madeOf(planesOf(joined(stroke(10, 20, 54, 20, 4), stroke(10, 44, 54, 44, 4))));
    assert.deepEqual(
      [alphaAt(made, 32, 20), alphaAt(made, 32, 44)].map((alpha) => (isNear(alpha, 1) ? "ink" : "tint")).sort(),
      ["ink", "tint"],
    );
  });
});
