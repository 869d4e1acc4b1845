/** Outlines that are broken where another thing lies over them: what they enclose, and the gap along the thing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decidePieces } from "../../../server/engine/lines/by-pieces.ts";
import { distancesTo } from "../../../server/engine/lines/distances.ts";
import { evenRims, shutAreas } from "../../../server/engine/lines/gaps/broken-outlines.ts";
import { labelAreas } from "../../../server/engine/lines/label-areas.ts";
import { redrawLines } from "../../../server/engine/lines/redraw-lines.ts";
import { tintedAreas } from "../../../server/engine/lines/tinted-areas.ts";
import { disc, drawn as drawnIn, type Inside, joined, ring, sizePx } from "./drawn-shapes.ts";

const sidePx = 160;
const thick = 10;

/** Whether a cell is ink. */
type Ink = (x: number, y: number) => boolean;
const isIn =
  (left: number, top: number, right: number, bottom: number): Ink =>
  (x, y) =>
    x >= left && x < right && y >= top && y < bottom;
const ringAt =
  (radius: number, middle = 110): Ink =>
  (x, y) =>
    Math.hypot(x - middle, y - middle) <= radius && Math.hypot(x - middle, y - middle) > radius - thick;
const [outer, inner] = [isIn(20, 20, 120, 120), isIn(20 + thick, 20 + thick, 120 - thick, 120 - thick)];
/** A box of lines without what is cut out of it. */
const boxWithout =
  (cut: Ink): Ink =>
  (x, y) =>
    outer(x, y) && !inner(x, y) && !cut(x, y);

/** What a box encloses by an answer that fills all of it. @param drawn mean of the answer beside what lies over the box */
function shutOf(isInk: Ink, drawn = 1) {
  const ink = Uint8Array.from({ length: sidePx ** 2 }, (_, cell) =>
    Number(isInk(cell % sidePx, Math.floor(cell / sidePx))),
  );
  const [parts, areas] = [labelAreas(ink, 1, sidePx, true), labelAreas(ink, 0, sidePx)];
  const fills = Array.from({ length: areas.length }, () => 0);
  const drawing = { areas, fills, drawn: new Float32Array(ink.length).fill(drawn), sidePx, thick };
  return shutAreas(
    drawing,
    () => ({ parts, lines: parts }),
    distancesTo(1, ink, sidePx, 40),
    (labels) => Array.from({ length: Math.max(...labels) + 1 }, (_, label) => Number(label > 0)),
  );
}
const at = (x: number, y: number): number => y * sidePx + x;

test("a gap as broad as a line leaves what an outline encloses an area", () => {
  const shut = shutOf(boxWithout(isIn(105, 80, 115, 160)));
  assert.equal(shut?.levels[shut.labels[at(60, 60)]!], 1);
  assert.equal(shut?.labels[at(5, 5)], 0);
});

test("a gap twice as broad does so only where something lies in it", () => {
  const box = boxWithout(isIn(110, 50, 120, 100));
  assert.equal(shutOf(box), undefined, "nothing");
  const bar = isIn(100, 70, 150, 80);
  const shut = shutOf((x, y) => box(x, y) || bar(x, y));
  assert.ok(shut && shut.labels[at(60, 60)]! > 0, "a bar");
  assert.deepEqual([shut.over[at(140, 75)], shut.gaps[at(95, 75)], shut.gaps[at(60, 60)]], [1, 1, 0]);
});

test("dashes of an outline are nothing that lies over it", () => {
  const isDash: Ink = (x, y) => (x + y) % 40 < 16;
  assert.equal(
    shutOf((x, y) => outer(x, y) && !inner(x, y) && isDash(x, y)),
    undefined,
  );
});

test("the fill keeps away from a ring over the outline, and only from that", () => {
  const shut = shutOf((x, y) => ringAt(25)(x, y) || boxWithout((u, v) => Math.hypot(u - 110, v - 110) <= 35)(x, y));
  assert.ok(shut && shut.labels[at(60, 60)]! > 0);
  const beside = Math.round(110 - 25 / Math.SQRT2) - 4;
  assert.equal(shut.gaps[at(beside, beside)], 1);
  assert.equal(shut.gaps[at(60, 60)], 0);
  assert.equal(shut.gaps[at(33, 60)], 0, "along the outline itself");
});

test("a bar at a corner is set apart where the answer does so, and else a piece of the outline", () => {
  const isInk: Ink = (x, y) => boxWithout(isIn(70, 108, 112, 122))(x, y) || isIn(82, 110, 100, 120)(x, y);
  assert.equal(shutOf(isInk, 1)?.over[at(90, 115)], 0);
  assert.equal(shutOf(isInk, 0.5)?.over[at(90, 115)], 1);
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

test("of two sheets, one over a corner of the other, both are solid with a gap between them, and marks on the upper one stay", () => {
  // Rounded boxes of lines by their middle and half of their size.
  const box =
    (x0: number, y0: number, half: number): Inside =>
    (x, y) =>
      2 - Math.abs(Math.max(Math.abs(x - x0), Math.abs(y - y0)) - half);
  const lower: Inside = (x, y) => (x > 16 && y > 16 ? -9 : box(24, 24, 16)(x, y));
  const fold: Inside = (x, y) => (y < 56 && y > 24 ? 2 - Math.abs(x - 46) : -9);
  const sheets = joined(box(40, 40, 16), lower, fold);
  const full =
    (x0: number, half: number): Inside =>
    (x, y) =>
      half + 2 - Math.max(Math.abs(x - x0), Math.abs(y - x0));
  const solid: Inside = (x, y) => Math.min(joined(full(24, 16), full(40, 16))(x, y), -fold(x, y));
  const redrawn = redrawLines(drawnIn(sheets), sizePx)!;
  const [made] = decidePieces(redrawn, drawnIn(solid), sizePx, [1]);
  const isFull = (x: number, y: number): boolean => made!.alphas[y * sizePx + x]! > 0.5;
  assert.deepEqual([isFull(14, 14), isFull(34, 40), isFull(52, 40)], [true, true, true], "both");
  assert.deepEqual([isFull(20, 40), isFull(40, 20)], [false, false], "the gap between them");
  assert.equal(isFull(46, 40), false, "the mark");
});

test("where no line ends a fill, notches close and teeth go, but not in what lies over it", () => {
  const [fill, tooth, notch, over] = [
    isIn(30, 30, 100, 100),
    isIn(100, 60, 106, 66),
    isIn(60, 30, 66, 50),
    isIn(60, 30, 66, 36),
  ];
  const cells = (is: Ink): Uint8Array =>
    Uint8Array.from({ length: sidePx ** 2 }, (_, cell) => Number(is(cell % sidePx, Math.floor(cell / sidePx))));
  const labels = Uint16Array.from(cells((x, y) => (fill(x, y) && !notch(x, y)) || tooth(x, y)));
  const parts = Uint16Array.from(cells(over));
  const areas = labels.map((label, cell) => (parts[cell] === 0 ? 1 + label : 0));
  const grid = { parts, lines: parts, areas, fills: [0, 0, 1], drawn: new Float32Array(0), sidePx, thick };
  const mask = Uint8Array.from(labels);
  evenRims(mask, { grid, labels, levels: [0, 1], over: cells(over), gaps: cells(() => false) });
  assert.deepEqual([mask[at(105, 63)], mask[at(63, 45)], mask[at(63, 33)], mask[at(80, 80)]], [0, 1, 0, 1]);
});

test("in a style of lines with a tint what a broken outline encloses has it where the answer does", () => {
  const box: Inside = (x, y) => 18 - Math.max(Math.abs(x - 26), Math.abs(y - 26));
  const broken: Inside = (x, y) => Math.min(box(x, y), 4 - box(x, y), -disc(13, 44, 44)(x, y));
  const redrawn = redrawLines(drawnIn(joined(broken, ring(7, 4, 44, 44))), sizePx)!;
  const [tint, tinted] = [0.4, 0.9] as const;
  const insideAt = (answer: Inside, x: number, y: number): boolean => {
    const alphas = drawnIn(answer).map((share) => tint * share);
    return tintedAreas(redrawn, alphas, sizePx, { tint, tinted })[y * sizePx + x]! > 0;
  };
  assert.deepEqual([insideAt(box, 20, 20), insideAt(box, 36, 36), insideAt(box, 52, 20)], [true, false, false]);
  assert.equal(insideAt(disc(3, 58, 6), 20, 20), false);
});
