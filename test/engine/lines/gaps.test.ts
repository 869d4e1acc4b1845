/** Styles that break their outlines: read, drawn in, and mended. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countParts } from "../../../server/engine/lines/count-parts.ts";
import { drawnInLines } from "../../../server/engine/lines/drawn-in-lines.ts";
import { cutGaps } from "../../../server/engine/lines/gaps/cut-gaps.ts";
import { gapsIn } from "../../../server/engine/lines/gaps/find-gaps.ts";
import { inWholeLines } from "../../../server/engine/lines/gaps/mend-gaps.ts";
import { gapsOfStyle, isBroken } from "../../../server/engine/lines/gaps/style-gaps.ts";
import { linesOfStyle } from "../../../server/engine/lines/line-width.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { meanDifference } from "../../../server/platform/mean-difference.ts";
import { drawn, type Inside, joined, ring, sizePx, stroke } from "./drawn-shapes.ts";

const width = 4 / sizePx;
/** A square frame, its lines in the middle this far from the centre. */
const frame =
  (half: number): Inside =>
  (x, y) =>
    2 - Math.abs(Math.max(Math.abs(x - 32), Math.abs(y - 32)) - half);
/** The same with a gap of 8 px in its right side, at this height. */
const open =
  (half: number, y0 = 32): Inside =>
  (x, y) =>
    Math.min(frame(half)(x, y), Math.max(Math.abs(y - y0) - 4, 32 - x));
const alphasOf = (inside: Inside) => ({ alphas: drawn(inside), sizePx });
const broken = [open(22), open(24, 36), joined(open(20, 28), stroke(28, 32, 36, 32, 4)), open(23, 34)].map(alphasOf);
const planesOf = (alphas: Float32Array): Float32Array => {
  const planes = new Float32Array(4 * sizePx ** 2);
  planes.set(alphas, 3 * sizePx ** 2);
  return planes;
};
/** Areas without ink, that around a drawing too. */
const areasOf = (alphas: Float32Array): number => countParts(alphas, sizePx).holes;

describe("gaps in lines", () => {
  it("gaps are between ends that point at each other, not between lines beside each other", () => {
    const line = (far: number) => joined(stroke(8, 32, 32 - far / 2, 32, 3), stroke(32 + far / 2, 32, 56, 32, 3));
    const found = (inside: Inside) => gapsIn(alphasOf(inside), 3 / sizePx, "sure").length;
    assert.equal(found(line(9)), 1);
    assert.equal(found(joined(stroke(8, 20, 56, 20, 3), stroke(8, 30, 56, 30, 3))), 0);
    assert.equal(found(ring(20, 3)), 0);
    // One line ends where another begins below it.
    assert.equal(found(joined(stroke(8, 26, 30, 26, 3), stroke(40, 34, 56, 34, 3))), 0);
  });

  it("a style has gaps where most of its outlines are broken, and not where dashes lie beside whole ones", () => {
    const found = gapsOfStyle(broken, width)!;
    assert.equal(found.places.length, 4);
    assert.ok(found.places.every(([x, y]) => x > 0.75 && Math.abs(y - 0.5) < 0.15));
    assert.ok(Math.abs(found.length - 8 / sizePx) < 3 / sizePx, `length ${found.length}`);
    const dashed = joined(ring(26, 4), stroke(14, 32, 24, 32, 4), stroke(36, 32, 48, 32, 4));
    assert.equal(
      gapsOfStyle(
        Array.from({ length: 6 }, () => alphasOf(dashed)),
        width,
      ),
      undefined,
    );
    assert.equal(gapsOfStyle(broken.slice(0, 2), width), undefined, "two drawings are too few");
    const lines = linesOfStyle(broken);
    assert.ok(lines?.isAll && lines.gaps);
    assert.equal(linesOfStyle([ring(20, 4), ring(22, 4), ring(24, 4)].map(alphasOf))?.gaps, undefined);
  });
});

describe("drawings in a style with gaps", () => {
  const lines = { ...linesOfStyle(broken)!, corners: { ends: "round" as const } };
  const known = new Float32Array(16).fill(1);
  const madeOf = async (inside: Inside): Promise<Float32Array> => {
    const layers = await drawnInLines({ planes: planesOf(drawn(inside)), known }, sizePx, lines, () =>
      assert.fail("no answer is needed"),
    );
    return drawLayers(layers!, 1).subarray(3 * sizePx ** 2);
  };

  it("an outline is broken where the style's are, and what is within stays", async () => {
    const made = await madeOf(joined(frame(22), stroke(26, 32, 38, 32, 4)));
    assert.deepEqual([areasOf(made), countParts(made, sizePx).pieces], [1, 2]);
    assert.ok(made[32 * sizePx + 54]! < 0.1, "to the right nothing is left");
    assert.ok(made[32 * sizePx + 10]! > 0.9 && made[32 * sizePx + 32]! > 0.9);
    assert.ok(isBroken({ alphas: made, sizePx }, width));
  });

  it("small rings, open lines and outlines that are broken already stay", async () => {
    for (const inside of [ring(8, 4), joined(stroke(12, 20, 52, 20, 4), stroke(12, 44, 52, 44, 4)), open(22, 40)]) {
      const [before, after] = [drawn(inside), await madeOf(inside)];
      assert.equal(areasOf(after), areasOf(before));
      const off = meanDifference(after, before);
      assert.ok(off < 0.02, `off by ${off}`);
    }
    const inside = Float32Array.from(drawn(ring(8, 4)), (alpha) => alpha - 0.5);
    assert.equal(cutGaps(inside, sizePx, { gaps: lines.gaps! }, width), inside);
  });

  it("ends of gaps are flat where the style's lines end so", () => {
    const inside = Float32Array.from({ length: sizePx ** 2 }, (_, at) =>
      frame(22)((at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5),
    );
    const inkOf = (ends: "round" | "flat") =>
      cutGaps(inside, sizePx, { gaps: lines.gaps!, ends }, width).filter((px) => px >= 0).length;
    assert.ok(inkOf("flat") > inkOf("round"), `${inkOf("flat")} > ${inkOf("round")}`);
  });
});

it("a drawing of a style with gaps becomes whole for a style without", () => {
  const own = linesOfStyle(broken)!;
  const image = { kind: "image" as const, key: "broken", planes: planesOf(drawn(open(22))), sizePx };
  const whole = inWholeLines(image, own, { isAll: true, width });
  assert.notEqual(whole.key, image.key);
  const alphas = whole.planes.subarray(3 * sizePx ** 2);
  assert.equal(areasOf(alphas), 2);
  const off = alphas.reduce((sum, alpha, at) => sum + Math.abs(alpha - drawn(frame(22))[at]!), 0) / alphas.length;
  assert.ok(off < 0.004, `off by ${off}`);
  assert.equal(inWholeLines(image, own, own), image, "both have gaps");
  assert.equal(inWholeLines(image, { isAll: true, width }, own), image, "its own has none");
  assert.equal(inWholeLines(image, undefined, own), image);
});
