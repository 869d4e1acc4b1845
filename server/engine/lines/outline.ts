/**
 * A drawing of fills in a style of lines: each fill becomes the band inside of its edge, as broad as the style's lines, and stays empty within. Marks
 * left out of a fill, and gaps that part it, become lines where the flow's answer has ink there; the fill ends at their edge then, and has no
 * band beside them. Parts that are as thin as lines already stay. Opening by discs tells thin from broad (Serra 1982). Pure.
 */
import { inkFrom } from "../pixels/strokes.ts";
import { asLargeAs, isBlots, isSmear } from "./answer-frame.ts";
import { distancesTo } from "./distances.ts";
import { highestOf, labelAreas } from "./label-areas.ts";
import { isLines, lineWidthOf } from "./line-width.ts";
import { exactInside, withOwnEdges } from "./own-edge.ts";
import { changeShares, movedEdge, type Redrawn } from "./redraw-lines.ts";
import {
  edgeCells,
  edgedOf,
  fieldAround,
  finePerPx,
  inkIn,
  opened,
  refined,
  type Shape,
  shapeFrom,
  shapeOf,
} from "./shape.ts";

/** Radii of the discs that do not fit into thin ink, and into gaps, of the width of lines. */
const [inkRadius, gapRadius] = [0.8, 0.9] as const;
/** Share of the depth of a mark from which on cells count when the answer is asked. */
const markCore = 0.4;
/** How many times as broad and as large as another a mark may be that becomes ink if that does. */
const [alikeDepth, alikeCells] = [1.3, 2.5] as const;
/** Share of an area's cells that must be ink in the answer: of marks, of gaps, which also lie between what only comes near, and of what is enclosed by a band. */
const [markLeast, gapLeast, fillLeast] = [0.5, 0.7, 0.8] as const;
/** The last of these for solid parts beside lines. */
const besideLinesLeast = 0.6;
/** Depth of a part from which on there is room in an outline of it, and the side of a square as large as that room, of the width of lines. */
const [roomFrom, roomLeast] = [1.15, 1.2] as const;
/** How far an outline and an answer must agree, else the flow drew something else, and what stays filled. */
interface Agreement {
  /** Share of the answer's ink that must lie within two pixels of the outline. */
  readonly coveredLeast: number;
  /** Share of the outline that must lie within two pixels of the answer's ink. */
  readonly nearLeast?: number;
  /** Share of what a band encloses that must be ink so that it stays so. */
  readonly fillLeast?: number;
}
const usualAgreement: Agreement = { coveredLeast: 0.75 };
/** Of a drawing that was made as large as the answer. */
const sureAgreement: Agreement = { coveredLeast: 0.85, nearLeast: 0.85 };
/** Ink of an answer, of that of an outline, below which it drew nothing. */
const answeredLeast = 0.4;
/** Share of the greatest depth of a drawing from which on all is its inside. */
const hollowDepth = 0.9;
/** Widths of lines up to which a cell is nearer to a line or to nothing. */
const besideReach = 3;

/**
 * @param drawing [sizePx, sizePx] alphas of one ink
 * @param answer [sizePx, sizePx] alphas, as the flow's answer has them
 * @param width of the lines, of the side, 0 to 1
 * @param mayBeLines of that width, with solid parts beside them
 * @returns undefined where the drawing is lines of one width and may not be, or the flow's answer has ink elsewhere, also if the drawing is as large
 */
export function outlineOf(
  drawing: Float32Array,
  answer: Float32Array,
  sizePx: number,
  width: number,
  shape = shapeOf(drawing, sizePx),
  mayBeLines = false,
): Redrawn | undefined {
  if (!mayBeLines && isLines(lineWidthOf(shape, sizePx))) return undefined;
  const agreement = isSmear(answer, sizePx) || isBlots(answer, sizePx, width) ? { coveredLeast: 0 } : usualAgreement;
  const least = mayBeLines ? { ...agreement, fillLeast: besideLinesLeast } : agreement;
  const outline = bandsOf(shape, answer, sizePx, width, least);
  if (outline) {
    const own = edgedOf(movedEdge(shape, sizePx, 0, 0), sizePx).inside;
    return { ...outline, inside: withOwnEdges(outline.inside, own, exactInside(own, drawing)) };
  }
  const asLarge = asLargeAs(drawing, answer, sizePx);
  return asLarge && bandsOf(shapeOf(asLarge, sizePx), answer, sizePx, width, sureAgreement);
}

/** Whether lines of one width have parts beside them that are so broad that an outline leaves room within. @param widthPx of the lines */
export function hasFills(field: Float32Array, widthPx: number): boolean {
  const thick = widthPx * finePerPx;
  // The field reaches no further than lines are deep.
  const depth = distancesTo(0, inkIn(field), Math.sqrt(field.length), roomFrom * thick + 1);
  let cells = 0;
  for (let cell = 0; cell < depth.length; cell += 1) if (depth[cell]! > roomFrom * thick) cells += 1;
  return cells > (roomLeast * thick) ** 2;
}

function bandsOf(
  shape: Shape,
  answer: Float32Array,
  sizePx: number,
  width: number,
  agreement: Agreement,
): Redrawn | undefined {
  const { sidePx, ink } = shape;
  const thick = width * sizePx * finePerPx;
  const drawn = refined(answer, sizePx);
  const inked = new Uint8Array(ink.length);
  for (let cell = 0; cell < ink.length; cell += 1) inked[cell] = drawn[cell]! >= inkFrom ? 1 : 0;
  const [depth, away] = [distancesTo(0, ink, sidePx, 2 * thick), distancesTo(1, ink, sidePx, 2 * thick)];
  // The tip of a hole may hang together with it by corners alone.
  const areas = labelAreas(ink, 0, sidePx, true);
  // What lies around the drawing touches the border of the grid.
  const around = areas[0]!;
  const [outside, gaps] = [new Float32Array(ink.length), new Uint8Array(ink.length)];
  for (let cell = 0; cell < ink.length; cell += 1) outside[cell] = areas[cell] === around ? away[cell]! : 0;
  const broadAround = opened(outside, gapRadius * thick, sidePx);
  for (let cell = 0; cell < ink.length; cell += 1)
    gaps[cell] = areas[cell] === around && broadAround[cell] === 0 ? 1 : 0;
  const [gapLabels, marks, outline] = [
    labelAreas(gaps, 1, sidePx),
    new Uint8Array(ink.length),
    new Uint8Array(ink.length),
  ];
  const isLine = votesOf(gapLabels, away, inked).map((gap) => gap.cells >= thick * thick && isInked(gap, gapLeast));
  const isMark = alikeMarks(votesOf(areas, away, inked), areas[0]!);
  for (let cell = 0; cell < ink.length; cell += 1) {
    if (ink[cell] === 1) continue;
    if (gapLabels[cell] !== 0 && isLine[gapLabels[cell]!]) outline[cell] = 1;
    else if (areas[cell] !== around && isMark[areas[cell]!]) marks[cell] = 1;
  }
  const [empty, lined] = [new Uint8Array(ink.length), new Uint8Array(ink.length)];
  for (let cell = 0; cell < ink.length; cell += 1)
    if (ink[cell] === 0) (outline[cell] === 1 || marks[cell] === 1 ? lined : empty)[cell] = 1;
  const [toEmpty, toLine] = [empty, lined].map((of) => distancesTo(1, of, sidePx, besideReach * thick)) as [
    Float32Array,
    Float32Array,
  ];
  const lines = asLines(marks, sidePx, sizePx, width);
  const broad = opened(depth, inkRadius * thick, sidePx);
  const within = new Uint8Array(ink.length);
  for (let cell = 0; cell < ink.length; cell += 1) {
    // The outline goes on where a mark ends in it.
    if (lines[cell] === 1 || (marks[cell] === 1 && toEmpty[cell]! <= thick)) outline[cell] = 1;
    if (ink[cell] === 0) continue;
    if (toEmpty[cell]! <= thick) outline[cell] = 1;
    else if (toLine[cell]! < toEmpty[cell]!) continue;
    else if (broad[cell] === 1) within[cell] = 1;
    else outline[cell] = 1;
  }
  const withinLabels = labelAreas(within, 1, sidePx);
  const isFill = votesOf(withinLabels, undefined, inked).map((fill) => isInked(fill, agreement.fillLeast ?? fillLeast));
  for (let cell = 0; cell < ink.length; cell += 1)
    if (withinLabels[cell] !== 0 && isFill[withinLabels[cell]!]) outline[cell] = 1;
  return checked(outline, sidePx, sizePx, width, inked, agreement);
}

interface AreaVote {
  cells: number;
  /** Of the deepest cell, 0 where it was not asked for. */
  depth: number;
  /** Cells in its middle, and how many of them are ink in the answer. */
  core: number;
  ink: number;
}

/** Whether each hole becomes ink: what is as broad and as large, as letters of a word are, does so together. @param around label that is no hole */
function alikeMarks(holes: readonly AreaVote[], around: number): boolean[] {
  const areAlike = (one: AreaVote, other: AreaVote): boolean =>
    Math.max(one.depth, other.depth) <= alikeDepth * Math.min(one.depth, other.depth) &&
    Math.max(one.cells, other.cells) <= alikeCells * Math.min(one.cells, other.cells);
  return holes.map((hole) => {
    const alike = holes.filter((other, at) => at !== 0 && at !== around && areAlike(hole, other));
    const sum = (of: "core" | "ink"): number => alike.reduce((total, other) => total + other[of], 0);
    return isInked({ core: sum("core"), ink: sum("ink") }, markLeast);
  });
}

const isInked = ({ core, ink }: Pick<AreaVote, "core" | "ink">, least: number): boolean => ink >= least * core;

/** Of each label. @param depth by which middles are told; absent = all of an area counts @param inked cells of ink in the answer */
function votesOf(labels: Uint16Array, depth: Float32Array | undefined, inked: Uint8Array): AreaVote[] {
  let count = 1;
  for (let cell = 0; cell < labels.length; cell += 1) if (labels[cell]! >= count) count = labels[cell]! + 1;
  const [cells, cores, inks] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)];
  const deepest = new Float32Array(count);
  for (let cell = 0; cell < labels.length; cell += 1) {
    const label = labels[cell]!;
    if (label === 0) continue;
    cells[label]! += 1;
    if (depth && depth[cell]! > deepest[label]!) deepest[label] = depth[cell]!;
  }
  for (let cell = 0; cell < labels.length; cell += 1) {
    const label = labels[cell]!;
    if (label === 0 || (depth && depth[cell]! < markCore * deepest[label]!)) continue;
    cores[label]! += 1;
    inks[label]! += inked[cell]!;
  }
  return Array.from(cells, (of, label) => ({
    cells: of,
    depth: deepest[label]!,
    core: cores[label]!,
    ink: inks[label]!,
  }));
}

/** Marks as ink: with lines of the width, where they are lines, or as near to it as leaves them apart and open. */
function asLines(marks: Uint8Array, sidePx: number, sizePx: number, width: number): Uint8Array {
  const shape = shapeFrom(marks, sidePx);
  const own = lineWidthOf(shape, sizePx);
  if (!isLines(own)) return marks;
  const areas = areasIn(marks, sidePx);
  for (const share of changeShares) {
    const lines = inkIn(movedEdge(shape, sizePx, own.width, own.width + share * (width - own.width)));
    if (width <= own.width || areasIn(lines, sidePx) >= areas) return lines;
  }
  return marks;
}

/** Pieces of ink, and areas beside them. */
const areasIn = (ink: Uint8Array, sidePx: number): number =>
  highestOf(labelAreas(ink, 0, sidePx)) + highestOf(labelAreas(ink, 1, sidePx));

/**
 * Whether the answer leaves the inside of a drawing of fills empty for the most part.
 * @param answer [sizePx, sizePx] alphas, as the flow's answer has them
 * @param width of the lines, of the side, 0 to 1
 */
export function isHollow({ depth }: Shape, answer: Float32Array, sizePx: number, width: number): boolean {
  const drawn = refined(answer, sizePx);
  let [deepest, inside, empty] = [0, 0, 0];
  for (let cell = 0; cell < depth.length; cell += 1) deepest = Math.max(deepest, depth[cell]!);
  const least = Math.min(2 * width * sizePx * finePerPx, hollowDepth * deepest);
  for (let cell = 0; cell < depth.length; cell += 1) {
    if (depth[cell]! < least) continue;
    inside += 1;
    if (drawn[cell]! < inkFrom) empty += 1;
  }
  return 2 * empty > inside;
}

/** Share of an outline within two pixels of the answer's ink. */
function nearShare(outline: Uint8Array, inked: Uint8Array, sidePx: number): number {
  const away = distancesTo(1, inked, sidePx, edgeCells + 1);
  let [cells, near] = [0, 0];
  for (let cell = 0; cell < outline.length; cell += 1) {
    if (outline[cell] === 0) continue;
    cells += 1;
    if (away[cell]! <= edgeCells) near += 1;
  }
  return cells === 0 ? 0 : near / cells;
}

/** The outline with its edge; undefined where much of the answer's ink lies elsewhere. */
function checked(
  outline: Uint8Array,
  sidePx: number,
  sizePx: number,
  width: number,
  inked: Uint8Array,
  { coveredLeast, nearLeast = 0 }: Agreement,
): Redrawn | undefined {
  const field = fieldAround(outline, sidePx);
  let [answered, covered, outlined] = [0, 0, 0];
  for (let cell = 0; cell < outline.length; cell += 1) {
    outlined += outline[cell]!;
    if (inked[cell] === 0) continue;
    answered += 1;
    if (field[cell]! > 0.5 - edgeCells) covered += 1;
  }
  // So little ink is no answer that could disagree.
  if (covered < coveredLeast * answered && answered >= answeredLeast * outlined) return undefined;
  if (nearLeast > 0 && nearShare(outline, inked, sidePx) < nearLeast) return undefined;
  return { ...edgedOf(field, sizePx), field, width };
}
