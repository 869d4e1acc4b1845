/**
 * A drawing of fills in a style of lines: each fill becomes the band inside of its edge, as broad as the style's lines, and stays empty within. Marks
 * left out of a fill, and gaps that part it, become lines where the flow's answer has ink there; the fill ends at their edge then, and has no
 * band beside them. Parts that are as thin as lines already stay. Opening by discs tells thin from broad (Serra 1982). Pure.
 */
import { inkFrom } from "../pixels/strokes.ts";
import { distancesTo } from "./distances.ts";
import { labelAreas, spreadLabels } from "./label-areas.ts";
import { isLines, lineWidthOf } from "./line-width.ts";
import { movedEdge, type Redrawn } from "./redraw-lines.ts";
import {
  edgeCells,
  edgedOf,
  fieldAround,
  finePerPx,
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
/** Share of an area's cells that must be ink in the answer: of marks, of gaps, which also lie between what only comes near, and of what is enclosed by a band. */
const [markLeast, gapLeast, fillLeast] = [0.5, 0.7, 0.8] as const;
/** Share of the answer's ink that must lie within two pixels of the outline; else the flow drew something else. */
const coveredLeast = 0.75;
/** Share of the greatest depth of a drawing from which on all is its inside. */
const hollowDepth = 0.9;
/** What the nearest cell is that the drawing leaves empty. */
const [besideNothing, besideLine] = [1, 2] as const;

/**
 * @param drawing [sizePx, sizePx] alphas of one ink
 * @param answer [sizePx, sizePx] alphas, as the flow's answer has them
 * @param width of the lines, of the side, 0 to 1
 * @returns undefined where the drawing is lines of one width, or the flow's answer has ink elsewhere
 */
export function outlineOf(
  drawing: Float32Array,
  answer: Float32Array,
  sizePx: number,
  width: number,
  shape = shapeOf(drawing, sizePx),
): Redrawn | undefined {
  if (isLines(lineWidthOf(shape, sizePx))) return undefined;
  const { sidePx, ink } = shape;
  const thick = width * sizePx * finePerPx;
  const drawn = refined(answer, sizePx);
  const isInk = (cell: number): boolean => drawn[cell]! >= inkFrom;
  const [depth, away] = [distancesTo(0, ink, sidePx, 2 * thick), distancesTo(1, ink, sidePx, 2 * thick)];
  const areas = labelAreas(ink, 0, sidePx);
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
  const [gapVotes, holeVotes] = [votesOf(gapLabels, away, isInk), votesOf(areas, away, isInk)];
  const isLine = (vote: AreaVote, least: number): boolean => vote.ink >= least * vote.core;
  for (let cell = 0; cell < ink.length; cell += 1) {
    const gap = gapVotes[gapLabels[cell]!]!;
    if (gapLabels[cell] !== 0 && gap.cells >= thick * thick && isLine(gap, gapLeast)) outline[cell] = 1;
    else if (ink[cell] === 0 && areas[cell] !== around && isLine(holeVotes[areas[cell]!]!, markLeast)) marks[cell] = 1;
  }
  const kinds = new Uint8Array(ink.length);
  for (let cell = 0; cell < ink.length; cell += 1)
    if (ink[cell] === 0) kinds[cell] = outline[cell] === 1 || marks[cell] === 1 ? besideLine : besideNothing;
  const lines = asLines(marks, sidePx, sizePx, width);
  const broad = opened(depth, inkRadius * thick, sidePx);
  const beside = spreadLabels(kinds, sidePx);
  const within = new Uint8Array(ink.length);
  for (let cell = 0; cell < ink.length; cell += 1) {
    if (lines[cell] === 1) outline[cell] = 1;
    if (ink[cell] === 0 || beside[cell] === besideLine) continue;
    if (broad[cell] === 1 && depth[cell]! > thick) within[cell] = 1;
    else outline[cell] = 1;
  }
  const withinLabels = labelAreas(within, 1, sidePx);
  const fills = votesOf(withinLabels, undefined, isInk);
  for (let cell = 0; cell < ink.length; cell += 1) {
    const { ink: inked, core } = fills[withinLabels[cell]!]!;
    if (withinLabels[cell] !== 0 && inked >= fillLeast * core) outline[cell] = 1;
  }
  return checked(outline, sidePx, sizePx, width, isInk);
}

interface AreaVote {
  cells: number;
  /** Cells in its middle, and how many of them are ink in the answer. */
  core: number;
  ink: number;
}

/** Of each label. @param depth by which middles are told; absent = all of an area counts */
function votesOf(labels: Uint16Array, depth: Float32Array | undefined, isInk: (cell: number) => boolean): AreaVote[] {
  const votes: AreaVote[] = [{ cells: 0, core: 0, ink: 0 }];
  const deepest: number[] = [0];
  for (let cell = 0; cell < labels.length; cell += 1) {
    const label = labels[cell]!;
    votes[label] ??= { cells: 0, core: 0, ink: 0 };
    votes[label]!.cells += 1;
    if (depth) deepest[label] = Math.max(deepest[label] ?? 0, depth[cell]!);
  }
  for (let cell = 0; cell < labels.length; cell += 1) {
    const vote = votes[labels[cell]!]!;
    if (depth && depth[cell]! < markCore * deepest[labels[cell]!]!) continue;
    vote.core += 1;
    if (isInk(cell)) vote.ink += 1;
  }
  return votes;
}

/** Marks as ink: with lines of the width, where they are lines. */
function asLines(marks: Uint8Array, sidePx: number, sizePx: number, width: number): Uint8Array {
  const shape = shapeFrom(marks, sidePx);
  const own = lineWidthOf(shape, sizePx);
  if (!isLines(own)) return marks;
  const field = movedEdge(shape, sizePx, own.width, width);
  const lines = new Uint8Array(marks.length);
  for (let cell = 0; cell < lines.length; cell += 1) lines[cell] = field[cell]! > 0 ? 1 : 0;
  return lines;
}

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

/** The outline with its edge; undefined where much of the answer's ink lies elsewhere. */
function checked(
  outline: Uint8Array,
  sidePx: number,
  sizePx: number,
  width: number,
  isInk: (cell: number) => boolean,
): Redrawn | undefined {
  const field = fieldAround(outline, sidePx);
  let [answered, covered] = [0, 0];
  for (let cell = 0; cell < outline.length; cell += 1) {
    if (!isInk(cell)) continue;
    answered += 1;
    if (field[cell]! > 0.5 - edgeCells) covered += 1;
  }
  if (covered < coveredLeast * answered) return undefined;
  return { ...edgedOf(field, sizePx), field, width };
}
