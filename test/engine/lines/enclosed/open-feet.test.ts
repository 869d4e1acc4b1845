/** Outlines that are open at their foot are filled down to it in styles of solids, and what only looks like them stays open. */
import assert from "node:assert/strict";
import test from "node:test";
import { decidePieces } from "../../../../server/engine/lines/by-pieces.ts";
import { redrawLines } from "../../../../server/engine/lines/redraw-lines.ts";
import { tintedAreas } from "../../../../server/engine/lines/tinted-areas.ts";
import { disc, drawn, type Inside, joined, sizePx, stroke } from "../drawn-shapes.ts";

const width = 4;

/** A round outline that ends at a height on either side. */
const dome =
  (radius: number, y0: number, foot: number, x0 = 32): Inside =>
  (x, y) => {
    const half = Math.sqrt(radius ** 2 - (foot - y0) ** 2);
    const along = Math.atan2(y - y0, x - x0);
    const end = Math.atan2(foot - y0, half);
    // Angles run clockwise from the right: the gap lies between both ends, below.
    const isGap = along > end && along < Math.PI - end;
    const toEnds = Math.min(Math.hypot(x - x0 - half, y - foot), Math.hypot(x - x0 + half, y - foot));
    return width / 2 - (isGap ? toEnds : Math.abs(Math.hypot(x - x0, y - y0) - radius));
  };

/** Whether places are filled where the flow's answer is the drawing as it is. */
function filled(
  drawing: Inside,
  places: ReadonlyArray<readonly [number, number]>,
  { isForSolids = true, levels = [1] }: { isForSolids?: boolean; levels?: number[] } = {},
): boolean[] {
  const redrawn = redrawLines(drawn(drawing), sizePx)!;
  const [made] = decidePieces({ ...redrawn, isForSolids }, drawn(drawing), sizePx, levels);
  return places.map(([x, y]) => made!.alphas[y * sizePx + x]! > 0.5);
}

/** A gauge without its needle: the chord between its ends is shorter than it is broad. */
const gauge = dome(18, 28, 40);

test("an outline that is open at its foot is filled down to where its line ends, and no further", () => {
  const places = [
    [32, 20],
    [32, 40],
    [32, 41],
    [32, 45],
    [5, 40],
  ] as const;
  assert.deepEqual(filled(gauge, places), [true, true, true, false, false]);
});

test("what crosses the foot stays ink with a gap along it, and what lies within is a gap", () => {
  const rain = stroke(32, 34, 32, 54, width);
  const places = [
    [32, 38],
    [32, 52],
    [36, 38],
    [41, 38],
    [32, 20],
  ] as const;
  assert.deepEqual(filled(joined(gauge, rain), places), [true, true, false, true, true]);
  const needle = stroke(32, 28, 38, 22, width);
  assert.deepEqual(filled(joined(gauge, needle), [places[0], [35, 25]]), [true, false]);
});

test("a line along below the foot keeps a gap", () => {
  const fog = stroke(20, 47, 44, 47, width);
  assert.deepEqual(
    filled(joined(gauge, fog), [
      [32, 36],
      [32, 43],
      [32, 47],
    ]),
    [true, false, true],
  );
});

test("outlines stay open where a style has outlines or tints", () => {
  assert.deepEqual(filled(gauge, [[32, 28]], { isForSolids: false }), [false]);
  assert.deepEqual(filled(gauge, [[32, 28]], { levels: [1, 0.3] }), [false]);
});

test("what is no body stays open: legs, ends at two heights, a gap at the top, waves, a pair, a dashed foot", () => {
  const legs = joined(stroke(16, 14, 48, 14, width), stroke(16, 14, 16, 50, width), stroke(48, 14, 48, 50, width));
  const upside: Inside = (x, y) => gauge(x, 64 - y);
  const dashes = joined(stroke(27, 40, 30, 40, 3), stroke(35, 40, 38, 40, 3));
  const hook = joined(gauge, stroke(32 + Math.sqrt(180), 40, 32 + Math.sqrt(180), 52, width));
  const others = {
    legs,
    upside,
    hook,
    waves: joined(gauge, dome(9, 30, 36)),
    pair: joined(dome(9, 22, 27), dome(9, 48, 53)),
    dashes: joined(gauge, dashes),
  };
  for (const [name, other] of Object.entries(others)) assert.deepEqual(filled(other, [[32, 24]]), [false], name);
});

test("an outline whose inside is closed already is left to the flow", () => {
  const closed = joined(gauge, stroke(18, 38, 46, 38, width));
  assert.deepEqual(filled(closed, [[32, 28]]), [false]);
  assert.deepEqual(filled(joined(gauge, disc(3, 8, 56)), [[32, 28]]), [true]);
});

test("in a style of lines with a tint an open outline has it down to its foot where the answer does", () => {
  const redrawn = redrawLines(drawn(gauge), sizePx)!;
  const style = { tint: 0.3, tinted: 0.4 };
  for (const [answer, expected] of [
    [drawn(joined(gauge, disc(18, 32, 28))).map((alpha) => 0.3 * alpha), [true, true, false]],
    [drawn(gauge), [false, false, false]],
  ] as const) {
    const inside = tintedAreas(redrawn, answer, sizePx, style);
    const isTinted = (x: number, y: number): boolean => inside[y * sizePx + x]! > 0;
    assert.deepEqual([isTinted(32, 24), isTinted(32, 39), isTinted(32, 45)], expected);
  }
});
