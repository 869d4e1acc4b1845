/** Outlines that are broken where another thing lies over them: what they enclose, and the gap along the thing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decidePieces } from "../../../server/engine/lines/by-pieces.ts";
import { distancesTo } from "../../../server/engine/lines/distances.ts";
import { gapsAlongThings, shutAreas } from "../../../server/engine/lines/gaps/broken-outlines.ts";
import { labelAreas } from "../../../server/engine/lines/label-areas.ts";
import { redrawLines } from "../../../server/engine/lines/redraw-lines.ts";
import { disc, drawn as drawnIn, type Inside, joined, ring, sizePx } from "./drawn-shapes.ts";

const sidePx = 160;
const thick = 10;

/** A box of lines with a gap in its lower right corner; a ring lies over that where it has a radius. */
function drawn(gap: number, radius: number) {
  const ink = Uint8Array.from({ length: sidePx ** 2 }, (_, cell) => {
    const [x, y] = [cell % sidePx, Math.floor(cell / sidePx)];
    const isIn = (from: number, to: number): boolean => x >= from && x < to && y >= from && y < to;
    const fromRing = Math.hypot(x - 110, y - 110);
    const isRing = fromRing <= radius && fromRing > radius - thick;
    const isNear = radius > 0 ? fromRing <= radius + gap : x >= 110 - gap / 2 && x < 110 + gap / 2 && y > 80;
    return Number(isRing || (isIn(20, 120) && !isIn(20 + thick, 120 - thick) && !isNear));
  });
  const grid = { parts: labelAreas(ink, 1, sidePx, true), areas: labelAreas(ink, 0, sidePx), sidePx, thick };
  return { grid, shut: shutAreas(grid, distancesTo(1, ink, sidePx, 40)) };
}
const at = (x: number, y: number): number => y * sidePx + x;

test("a gap as broad as a line leaves what an outline encloses an area, one three times as broad does not", () => {
  const { shut } = drawn(thick, 0);
  assert.ok(shut && shut[at(60, 60)]! > 0);
  assert.equal(shut[at(5, 5)], 0);
  assert.equal(drawn(3 * thick, 0).shut?.[at(60, 60)] ?? 0, 0);
});

test("the fill keeps away from a ring over the outline, and only from that", () => {
  const { grid, shut } = drawn(thick, 25);
  assert.ok(shut && shut[at(60, 60)]! > 0);
  const gaps = gapsAlongThings(grid, shut, () => true);
  const beside = Math.round(110 - 25 / Math.SQRT2) - 4;
  assert.equal(gaps[at(beside, beside)], 1);
  assert.equal(gaps[at(60, 60)], 0);
  assert.equal(gaps[at(33, 60)], 0, "along the outline itself");
  assert.equal(gapsAlongThings(grid, shut, () => false)[at(beside, beside)], 0, "nothing is filled");
});

test("an answer that is solid all over fills box and wheel as wholes, with a gap between them", () => {
  const box: Inside = (x, y) => 18 - Math.max(Math.abs(x - 26), Math.abs(y - 26));
  const broken: Inside = (x, y) => Math.min(box(x, y), 4 - box(x, y), -disc(13, 44, 44)(x, y));
  const drawing = drawnIn(joined(broken, ring(7, 4, 44, 44)));
  const answer = drawnIn(joined(box, disc(9, 44, 44)));
  const [found] = decidePieces(redrawLines(drawing, sizePx)!, answer, sizePx);
  const alphaAt = (x: number, y: number): number => Math.round(found!.alphas[y * sizePx + x]!);
  assert.deepEqual([alphaAt(26, 26), alphaAt(12, 26), alphaAt(44, 44), alphaAt(44, 52)], [1, 1, 1, 1]);
  // The wheel ends 9 px from its middle, and the gap goes on to 12.6 px.
  assert.deepEqual([alphaAt(36, 36), alphaAt(33, 43)], [0, 0]);
});
