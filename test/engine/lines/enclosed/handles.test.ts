/** Handles stay open where their body is filled, and what only looks like one does not. */
import assert from "node:assert/strict";
import test from "node:test";
import { decidePieces } from "../../../../server/engine/lines/by-pieces.ts";
import { redrawLines } from "../../../../server/engine/lines/redraw-lines.ts";
import { drawn, type Inside, joined, sizePx, stroke } from "../drawn-shapes.ts";

const width = 4;

/** The outline of a rectangle. */
const box = (left: number, top: number, right: number, bottom: number): Inside =>
  joined(
    stroke(left, top, right, top, width),
    stroke(right, top, right, bottom, width),
    stroke(right, bottom, left, bottom, width),
    stroke(left, bottom, left, top, width),
  );

/** An arc over two feet, as a shackle is. */
const shackle = (left: number, right: number, top: number, bottom: number): Inside => {
  const [middle, radius] = [(left + right) / 2, (right - left) / 2];
  const arch: Inside = (x, y) =>
    y > top + radius ? -9 : width / 2 - Math.abs(Math.hypot(x - middle, y - top - radius) - radius);
  return joined(
    arch,
    stroke(left, top + radius, left, bottom, width),
    stroke(right, top + radius, right, bottom, width),
  );
};

/** An arc between two ends on the side of a cup. */
const ear =
  (x0: number, y0: number, radius: number): Inside =>
  (x, y) =>
    x < x0 ? -9 : width / 2 - Math.abs(Math.hypot(x - x0, y - y0) - radius);

/** Alphas at some places where the flow's answer is solid wherever the drawing encloses something. */
function filled(drawing: Inside, solid: Inside, ...places: ReadonlyArray<readonly [number, number]>): boolean[] {
  const redrawn = redrawLines(drawn(drawing), sizePx)!;
  const [made] = decidePieces(redrawn, drawn(joined(drawing, solid)), sizePx);
  return places.map(([x, y]) => made!.alphas[y * sizePx + x]! > 0.5);
}
/** What a flow draws that fills everything: a rectangle. */
const solidBox =
  (left: number, top: number, right: number, bottom: number): Inside =>
  (x, y) =>
    Math.min(x - left, right - x, y - top, bottom - y);

test("the shackle of a padlock stays open over its filled body", () => {
  const lock = joined(box(12, 28, 52, 56), shackle(22, 42, 8, 28));
  assert.deepEqual(filled(lock, solidBox(12, 8, 52, 56), [32, 20], [32, 42], [22, 24]), [false, true, true]);
});

test("the ear of a cup stays open beside its filled body", () => {
  const cup = joined(box(8, 14, 40, 50), ear(40, 32, 11));
  assert.deepEqual(filled(cup, solidBox(8, 14, 51, 50), [45, 32], [24, 32]), [false, true]);
});

test("a box of its body's width on top of it is filled too, and so is what lies below its body", () => {
  const stacked = joined(box(12, 8, 52, 22), box(12, 22, 52, 56));
  assert.deepEqual(filled(stacked, solidBox(12, 8, 52, 56), [32, 15], [32, 40]), [true, true]);
  const hung = joined(box(12, 8, 52, 36), box(24, 36, 40, 54));
  assert.deepEqual(filled(hung, solidBox(12, 8, 52, 54), [32, 45], [32, 22]), [true, true]);
});

test("straps above and below a body are a pair, and filled", () => {
  const watch = joined(box(12, 20, 52, 44), box(24, 6, 40, 20), box(24, 44, 40, 58));
  assert.deepEqual(filled(watch, solidBox(12, 6, 52, 58), [32, 13], [32, 51], [32, 32]), [true, true, true]);
});

test("a handle over a body that stays empty is decided by the flow", () => {
  const lock = joined(box(12, 28, 52, 56), shackle(22, 42, 8, 28));
  assert.deepEqual(filled(lock, solidBox(22, 8, 42, 28), [32, 20], [32, 42]), [true, false]);
});
