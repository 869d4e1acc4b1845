/** What arrows run around stays empty, whatever an answer has there. */
import assert from "node:assert/strict";
import test from "node:test";
import { decidePieces } from "../../../../server/engine/lines/by-pieces.ts";
import { redrawLines } from "../../../../server/engine/lines/redraw-lines.ts";
import { disc, drawn, type Inside, joined, ring, sizePx, stroke } from "../drawn-shapes.ts";

const width = 4;

/** A circle without what lies between two angles, in radians, clockwise from the right. */
const arc =
  (from: number, to: number): Inside =>
  (x, y) => {
    const at = Math.atan2(y - 32, x - 32);
    return at > from && at < to ? -9 : ring(18, width)(x, y);
  };

/** Whether the middle is filled where the answer fills the circle. */
function isFilled(drawing: Inside): boolean {
  const redrawn = redrawLines(drawn(drawing), sizePx)!;
  const [made] = decidePieces(redrawn, drawn(joined(drawing, disc(18))), sizePx, [1]);
  return made!.alphas[32 * sizePx + 32]! > 0.5;
}

const broken = arc(-0.62, -0.28);
const upper = stroke(47, 22, 47, 10, width);

test("a broken circle is filled where the answer is, and one that is an arrow is not", () => {
  assert.equal(isFilled(broken), true);
  assert.equal(isFilled(joined(broken, upper, stroke(47, 22, 35, 22, width))), false);
});

test("a circle with one short line at its end is no arrow", () => {
  assert.equal(isFilled(joined(broken, upper)), true);
});

test("an arrow in a whole circle leaves that to the answer", () => {
  const within = joined(stroke(24, 40, 40, 24, 3), stroke(40, 24, 30, 24, 3), stroke(40, 24, 40, 34, 3));
  const redrawn = redrawLines(drawn(joined(ring(22, width), within)), sizePx)!;
  const [made] = decidePieces(redrawn, drawn(disc(22)), sizePx, [1]);
  assert.ok(made!.alphas[20 * sizePx + 20]! > 0.5);
});
