/** Drawings with a slash through them: both sides of what it strikes are filled, and the slash keeps its gap. */
import assert from "node:assert/strict";
import test from "node:test";
import { drawnInLines } from "../../../../server/engine/lines/drawn-in-lines.ts";
import { redrawLines } from "../../../../server/engine/lines/redraw-lines.ts";
import { decideStruck } from "../../../../server/engine/lines/struck/decide-struck.ts";
import { slashIn } from "../../../../server/engine/lines/struck/find-slash.ts";
import { drawLayers } from "../../../../server/engine/pixels/layered-image.ts";
import { disc, drawn, type Inside, joined, ring, sizePx, stroke } from "../drawn-shapes.ts";

const width = 4;
const slash = stroke(8, 8, 56, 56, width);
/** A circle with a gap of a line's width along the upper side of the slash. */
const broken: Inside = (x, y) => (x - y > 0 && (x - y) / Math.SQRT2 < 1.5 * width ? -9 : ring(18, width)(x, y));
const struck = joined(broken, slash);

const slashOf = (drawing: Inside) => slashIn(drawn(drawing), sizePx, width / sizePx);

test("a slash is found with its gap, and the lines that it breaks go on behind it", () => {
  const found = slashOf(struck)!;
  for (const [at, where] of [found.from, found.to].entries())
    for (const place of where) assert.ok(Math.abs(place - [8, 56][at]!) <= 1, `${where}`);
  assert.deepEqual(found.hasGap, [true, false]);
  const whole = drawn(ring(18, width));
  const off = found.behind.reduce((sum, alpha, at) => sum + Math.abs(alpha - whole[at]!), 0);
  assert.ok(off <= 0.15 * whole.reduce((sum, alpha) => sum + alpha, 0), `${off}`);
});

test("a slash up to the right is found too", () => {
  const mirrored: Inside = (x, y) => struck(sizePx - x, y);
  assert.ok(slashOf(mirrored));
});

test("what is no slash: lines that cross without a gap, a short one, and one that breaks nothing", () => {
  assert.equal(slashOf(joined(slash, stroke(56, 8, 8, 56, width))), undefined, "a cross");
  assert.equal(slashOf(joined(ring(18, width), slash)), undefined, "no gap");
  assert.equal(slashOf(joined(broken, stroke(16, 16, 48, 48, width))), undefined, "short");
  assert.equal(slashOf(joined(slash, ring(5, width, 46, 18), ring(5, width, 18, 46))), undefined, "per cent");
});

/** Whether places are filled where the answer fills the half below the slash alone. */
function filled(drawing: Inside, places: ReadonlyArray<readonly [number, number]>): boolean[] {
  const below: Inside = (x, y) => Math.min(disc(18)(x, y), y - x);
  const redrawn = redrawLines(drawn(drawing), sizePx)!;
  const [made] = decideStruck(redrawn, drawn(joined(drawing, below)), sizePx, [1]);
  return places.map(([x, y]) => made!.alphas[y * sizePx + x]! > 0.5);
}

test("both sides of an outline that is struck through are filled, with the gap along the slash", () => {
  const places = [
    [24, 40],
    [41, 23],
    [32, 32],
    [35, 29],
    [54, 54],
    [52, 32],
  ] as const;
  assert.deepEqual(filled(struck, places), [true, true, true, false, true, false]);
});

test("lines that enclose nothing stay lines with a slash through them", () => {
  const line = joined(stroke(12, 40, 26, 40, width), stroke(48, 40, 54, 40, width), slash);
  assert.deepEqual(
    filled(line, [
      [20, 40],
      [44, 40],
    ]),
    [true, false],
  );
});

test("in a style of lines with a tint both sides get it, up to the gap", async () => {
  const alphas = drawn(struck);
  const planes = new Float32Array(4 * sizePx ** 2);
  planes.set(alphas, 3 * sizePx ** 2);
  const below: Inside = (x, y) => Math.min(disc(18)(x, y), y - x);
  const answer = planes.slice();
  const tints = drawn(below);
  for (let at = 0; at < tints.length; at += 1) answer[3 * sizePx ** 2 + at] = Math.max(alphas[at]!, 0.3 * tints[at]!);
  const style = { width: width / sizePx, isAll: true, tint: 0.3, tinted: 0.7 };
  const layers = await drawnInLines({ planes, known: new Float32Array(sizePx ** 2).fill(1) }, sizePx, style, () =>
    Promise.resolve(answer),
  );
  const made = drawLayers(layers!, 1).subarray(3 * sizePx ** 2);
  const at = (x: number, y: number): number => Math.round(10 * made[y * sizePx + x]!);
  assert.deepEqual([at(24, 40), at(41, 23), at(35, 29), at(32, 32)], [3, 3, 0, 10]);
});
