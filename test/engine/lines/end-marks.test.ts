/** Lines on a tint end round beside the outline that they met, go on where they meet each other, and pale tints are read where ink is marks alone. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { decidePieces } from "../../../server/engine/lines/by-pieces.ts";
import { redrawLines } from "../../../server/engine/lines/redraw-lines.ts";
import { linesIn } from "../../../server/engine/pixels/style-ink.ts";
import { disc as discOf, drawn as layered, ring as ringOf } from "../drawn-layers.ts";
import { disc, drawn, joined, ring, sizePx, stroke } from "./drawn-shapes.ts";

const width = 5;
const frame = ring(24, width);
const whole = drawn(disc(26));

/** Ink on a tint of a half, of a drawing whose outline is filled and whose inner lines are ink. */
function marksOf(inner: ReturnType<typeof stroke>): Float32Array {
  const answer = whole.map((share, at) => 0.5 * share + 0.5 * share * drawn(inner)[at]!);
  return decidePieces(redrawLines(drawn(joined(frame, inner)), sizePx)!, answer, sizePx, [1, 0.5])[0]!.alphas;
}
const widthAt = (alphas: Float32Array, column: number): number =>
  Array.from({ length: sizePx }, (_, row) => alphas[row * sizePx + column]!).reduce((sum, alpha) => sum + alpha, 0);

it("a line across a tint is nowhere broader than it is in its middle, and ends within the tint", () => {
  const made = marksOf(stroke(8, 32, 56, 32, width));
  assert.ok(Math.abs(widthAt(made, 32) - width) < 0.5, `${widthAt(made, 32)}`);
  for (let column = 0; column < sizePx; column += 1)
    assert.ok(widthAt(made, column) < width + 0.5, `${column}: ${widthAt(made, column)}`);
  assert.ok(widthAt(made, 14) > 1, `${widthAt(made, 14)}`);
  assert.ok(widthAt(made, 7) < 0.1, `${widthAt(made, 7)}`);
});

it("lines on a tint that meet each other stay joined", () => {
  const made = marksOf(joined(stroke(20, 28, 44, 28, width), stroke(32, 28, 32, 44, width)));
  for (const [x, y] of [
    [24, 28],
    [40, 28],
    [32, 28],
    [32, 34],
    [32, 40],
  ] as const)
    assert.ok(made[y * sizePx + x]! > 0.95, `${x}, ${y}: ${made[y * sizePx + x]}`);
});

it("a pale tint is that of areas where the ink is marks on it, and of lines where it lies between them", () => {
  const black = [0, 0, 0] as const;
  const marked = [20, 22, 24, 26].map((radius) =>
    layered([discOf(radius), black, 0.3], [discOf(radius / 4, 32, 30), black]),
  );
  const areas = linesIn(marked, false)!;
  assert.deepEqual([areas.isAll, Math.round(100 * areas.tint!)], [false, 30]);
  const outlined = [16, 18, 20, 22].map((radius) => layered([discOf(radius), black, 0.3], [ringOf(radius, 4), black]));
  assert.equal(linesIn(outlined, false)!.isAll, true);
});
