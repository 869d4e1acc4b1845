/** Shoulders below a filled head are closed and filled, and what only looks like them stays open. */
import assert from "node:assert/strict";
import test from "node:test";
import { decidePieces } from "../../../../server/engine/lines/by-pieces.ts";
import { redrawLines } from "../../../../server/engine/lines/redraw-lines.ts";
import { disc, drawn, type Inside, joined, ring, sizePx, stroke } from "../drawn-shapes.ts";

const width = 4;

/** An arch of two legs below a line. */
const arch = (left: number, right: number, top: number, ends: readonly [number, number]): Inside =>
  joined(
    stroke(left, top, right, top, width),
    stroke(left, top, left, ends[0], width),
    stroke(right, top, right, ends[1], width),
  );

/** Whether places are filled where the flow's answer is the drawing with its head filled. */
function filled(
  drawing: Inside,
  places: ReadonlyArray<readonly [number, number]>,
  { head = disc(10, 32, 16), levels = [1] } = {},
): boolean[] {
  const redrawn = redrawLines(drawn(drawing), sizePx)!;
  const [made] = decidePieces(redrawn, drawn(joined(drawing, head)), sizePx, levels);
  return places.map(([x, y]) => made!.alphas[y * sizePx + x]! > 0.5);
}

const head = ring(9, width, 32, 16);

test("shoulders below a filled head are filled down to where their lines end, and no further", () => {
  const person = joined(head, arch(18, 46, 34, [54, 54]));
  const places = [
    [32, 16],
    [32, 44],
    [21, 53],
    [32, 60],
    [12, 44],
  ] as const;
  assert.deepEqual(filled(person, places), [true, true, true, false, false]);
});

test("shoulders are filled whatever is drawn below their feet", () => {
  const person = joined(head, arch(18, 46, 30, [48, 48]));
  for (const below of [stroke(12, 58, 52, 58, width), disc(2, 32, 58), disc(2, 6, 58)])
    assert.deepEqual(filled(joined(person, below), [[32, 40]]), [true]);
});

test("shoulders that touch their head are filled too", () => {
  const person = joined(head, arch(18, 46, 27, [54, 54]));
  assert.deepEqual(filled(person, [[32, 44]]), [true]);
});

test("shoulders stay open below a head that stays empty, and where a style has tints", () => {
  const person = joined(head, arch(18, 46, 34, [54, 54]));
  assert.deepEqual(filled(person, [[32, 44]], { head: () => -9 }), [false]);
  assert.deepEqual(filled(person, [[32, 44]], { levels: [1, 0.3] }), [false]);
});

test("what is no pair of shoulders stays open: ends at two heights, one leg, legs of compasses, an arch far off or aside", () => {
  const beneath = [[32, 46]] as const;
  for (const other of [
    arch(18, 46, 34, [54, 44]),
    joined(stroke(18, 34, 46, 34, width), stroke(18, 34, 18, 54, width)),
    joined(stroke(32, 28, 14, 58, width), stroke(32, 28, 50, 58, width)),
    arch(18, 46, 42, [58, 58]),
    arch(26, 58, 34, [54, 54]),
    arch(4, 60, 34, [54, 54]),
  ])
    assert.deepEqual(filled(joined(head, other), beneath), [false]);
});

const half = joined(stroke(18, 34, 34, 34, width), stroke(18, 34, 18, 54, width));
const plus = joined(stroke(44, 46, 56, 46, width), stroke(50, 40, 50, 52, width));

test("shoulders half behind another thing are filled like the half that is drawn, with a gap along that thing", () => {
  const person = joined(head, half, plus);
  const places = [
    [26, 44],
    [36, 50],
    [41, 46],
    [50, 46],
    [56, 40],
  ] as const;
  assert.deepEqual(filled(person, places), [true, true, false, true, false]);
});

test("half of an arch stays open where nothing lies over the other half, or an outline is over it", () => {
  assert.deepEqual(filled(joined(head, half), [[26, 44]]), [false]);
  const onLeg = joined(head, half, stroke(10, 46, 26, 46, width));
  assert.deepEqual(filled(onLeg, [[30, 50]]), [false]);
});
