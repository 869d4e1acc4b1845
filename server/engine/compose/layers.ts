/**
 * One drawing in front of another, as sets of icons draw a thing with a badge: what is behind ends a little before what is in front, so that
 * both are told apart in one ink. Pure; planes are alphas, [side, side].
 */
import { labelAreas } from "../lines/label-areas.ts";
import { isLines, type LineWidth, lineWidthOf } from "../lines/line-width.ts";
import { redrawLines } from "../lines/redraw-lines.ts";
import { shapeOf } from "../lines/shape.ts";
import { longerSide } from "../live-area.ts";
import { type Box, boundsOf } from "../pixels/places.ts";
import { resampleSquare } from "../pixels/resample-square.ts";
import { grown, withoutHoles } from "../pixels/shadows/cover.ts";
import { inkFrom } from "../pixels/strokes.ts";
import { cutLines } from "./cut-lines.ts";
import { hullOf } from "./hull.ts";

/** Gap between what is in front and what is behind, of the picture's side: half a line of 24 px icons, or as wide as lines are. */
const gapLeast = 0.045;
/** Width of lines that are drawn beside fills: 2 px of 24. */
const usualWidth = 2 / 24;
/** How much the widths of lines may differ: a hand draws them less evenly than a machine. */
const spreadMost = 0.7;
/** What is left of a thing behind counts as a crumb below this many squares of the gap. */
const crumbMost = 2.5;
/** The same of a line, in squares of its width. */
const stubMost = 2.6;

/** What a style fills: nothing, what lines enclose while these stay, or things as wholes. */
export type Fills = "none" | "beside lines" | "whole";

/** Two things of one drawing, apart: alphas, [side, side]. What is behind has room for what is in front. */
export interface Composed {
  readonly behind: Float32Array;
  readonly front: Float32Array;
}

/** Both in one ink. */
export const inOne = ({ behind, front }: Composed): Float32Array =>
  front.map((alpha, at) => Math.max(alpha, behind[at]!));

/** A square by its middle, in pixels. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly sidePx: number;
}

/** The box of a drawing's ink; undefined where it has none. */
export const boxOf = (alphas: Float32Array): Box | undefined =>
  boundsOf(Math.sqrt(alphas.length), (at) => alphas[at]! >= inkFrom);

/** The drawing's lines where it is drawn in lines, also by hand. */
export function linesIn(alphas: Float32Array): LineWidth | undefined {
  const side = Math.sqrt(alphas.length);
  const lines = lineWidthOf(shapeOf(alphas, side), side);
  return isLines(lines, spreadMost) ? lines : undefined;
}

/** Widths of lines and of gaps that suit a drawing. */
export interface Widths {
  /** Of lines, of the drawing's side. */
  readonly line: number;
  readonly gapPx: number;
}

export function widthsOf(alphas: Float32Array): Widths {
  const width = linesIn(alphas)?.width;
  return { line: width ?? usualWidth, gapPx: Math.max(gapLeast, (width ?? 0) * 0.75) * Math.sqrt(alphas.length) };
}

/**
 * A drawing at another size and place: its ink fills the spot, and its lines are as wide as asked, as far as they stay whole and apart.
 * @param width of lines, of the side
 */
export function placed(alphas: Float32Array, { x, y, sidePx }: Spot, width: number): Float32Array {
  const side = Math.sqrt(alphas.length);
  const box = boxOf(alphas);
  if (!box) return new Float32Array(alphas.length);
  // Lines that get wider reach further.
  const scaleOf = (beyond: number): number => Math.max(1, sidePx - beyond) / longerSide(box);
  const own = linesIn(alphas)?.width;
  const scale = scaleOf(own === undefined ? 0 : Math.max(0, width - own * scaleOf(0)) * side);
  const [midX, midY] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const square = { left: midX - x / scale, top: midY - y / scale, sidePx: side / scale };
  const small = resampleSquare(alphas, square, side);
  return own === undefined ? small : (redrawLines(small, side, width)?.alphas ?? small);
}

/** Of two things, each covers its silhouette; a badge covers its convex hull, so that nothing is left between the arms of a plus or a cross. */
export type Covers = "silhouette" | "hull";

/** @param gap between both, in pixels */
export function inFront(
  front: Float32Array,
  behind: Float32Array,
  { gap, fills, covers }: { readonly gap: number; readonly fills: Fills; readonly covers: Covers },
): Composed {
  const side = Math.sqrt(front.length);
  const whole = covers === "hull" ? hullOf(front) : withoutHoles(front, side);
  return { behind: cutOut(behind, (beyond) => grown(whole, side, beyond), gap, fills !== "none"), front };
}

/**
 * A drawing without what is covered and the gap around it.
 * @param cover share of each pixel that is covered or at most so many pixels away from that
 * @param isClosed outlines that are cut go on along the gap, so that what they enclose can be filled
 */
export function cutOut(
  alphas: Float32Array,
  cover: (beyondPx: number) => Float32Array,
  gap: number,
  isClosed: boolean,
): Float32Array {
  const lines = linesIn(alphas);
  const widthPx = (lines?.width ?? 0) * Math.sqrt(alphas.length);
  if (lines && !isClosed && gap > 0)
    return withoutCrumbs(cutLines(alphas, cover, gap, widthPx), alphas, stubMost * widthPx ** 2);
  const cut = cover(gap);
  const whole = lines && isClosed ? closedBy(alphas, cover(gap + widthPx)) : alphas;
  const left = whole.map((alpha, at) => alpha * (1 - cut[at]!));
  return withoutCrumbs(left, alphas, crumbMost * gap ** 2);
}

/** Outlines with ink wherever they enclose what is covered. */
function closedBy(alphas: Float32Array, cover: Float32Array): Float32Array {
  const whole = withoutHoles(alphas, Math.sqrt(alphas.length));
  return alphas.map((alpha, at) => Math.max(alpha, Math.min(whole[at]!, cover[at]!)));
}

/** Without what a cut left of larger pieces. */
function withoutCrumbs(left: Float32Array, before: Float32Array, most: number): Float32Array {
  const side = Math.sqrt(left.length);
  const inkOf = (alphas: Float32Array) => Uint8Array.from(alphas, (alpha) => Number(alpha >= 0.05));
  const [pieces, wholes] = [labelAreas(inkOf(left), 1, side, true), labelAreas(inkOf(before), 1, side, true)];
  const sum = (labels: Uint16Array, alphas: Float32Array): number[] => {
    const sums: number[] = [];
    for (const [at, label] of labels.entries()) sums[label] = (sums[label] ?? 0) + alphas[at]!;
    return sums;
  };
  const [inPieces, inWholes] = [sum(pieces, left), sum(wholes, before)];
  return left.map((alpha, at) => {
    const ink = inPieces[pieces[at]!]!;
    return pieces[at] === 0 || (ink < most && ink < 0.9 * inWholes[wholes[at]!]!) ? 0 : alpha;
  });
}
