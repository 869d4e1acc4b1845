/**
 * Corners and line ends cut and filled in the signed distances to an edge: what is added is the larger of two distances, what is taken away the
 * smaller (constructive solid geometry). Pictures are how far each pixel's middle lies inside of ink, in pixels, [sizePx, sizePx], and are changed
 * in place. Pure.
 */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import { type Line, minus, plus, unit } from "../outlines/polyline.ts";
import { type Corner, type End, intoAngle, outwardOf } from "./turns.ts";

/** Pixels by which what is added reaches into what is there. */
const overlapPx = 1;
/** Pixels from an edge up to which it is told apart. */
const edgePx = 2;
/** How far around what is added nothing else may be. */
const clearPx = 1.5;

export interface Picture {
  readonly inside: Float32Array;
  readonly sizePx: number;
}

/** How far a place lies from a line, on the side of the ink. */
type Depth = (x: number, y: number) => number;

function depthFrom(line: Line): Depth {
  const [u, v] = outwardOf(line);
  const level = u * line.at[0] + v * line.at[1];
  return (x, y) => level - u * x - v * y;
}

/** How far a place lies from a point in a direction. */
const alongFrom = ([x0, y0]: Point, [u, v]: Point): Depth => {
  const level = u * x0 + v * y0;
  return (x, y) => u * x + v * y - level;
};

/** Where the sides of a line of this width meet on its other edge. */
export const innerMeeting = (corner: Corner, widthPx: number): Point =>
  plus(corner.meeting, intoAngle(corner), widthPx / Math.cos(corner.turn / 2));

/** Whether its arc can go without touching other ink, or what is no ink. */
export function canSharpen({ inside, sizePx }: Picture, corner: Corner): boolean {
  const { meeting, before, after, tangentPx, isConvex } = corner;
  const inwards = intoAngle(corner);
  const probes = [
    plus(meeting, inwards, -clearPx),
    plus(plus(meeting, before.line.direction, -tangentPx / 2), inwards, -2 * clearPx),
    plus(plus(meeting, after.line.direction, tangentPx / 2), inwards, -2 * clearPx),
  ];
  return probes.every((point) => isClear(inside, sizePx, point, isConvex ? 1 : -1));
}

/** The sides go on to where they meet. */
export function sharpen({ inside, sizePx }: Picture, { meeting, before, after, tangentPx, isConvex }: Corner): void {
  const sign = isConvex ? 1 : -1;
  const [from, to] = [plus(meeting, before.line.direction, -tangentPx), plus(meeting, after.line.direction, tangentPx)];
  const [one, other] = [depthFrom(before.line), depthFrom(after.line)];
  const chord = depthFrom({ at: from, direction: unit(minus(to, from)) });
  forAround(meeting, tangentPx + edgePx, sizePx, (at, x, y) => {
    const added = Math.min(sign * one(x, y), sign * other(x, y), overlapPx - sign * chord(x, y));
    if (added > sign * inside[at]!) inside[at] = sign * added;
  });
}

/** Whether nothing lies before its tip. */
export const canRoundOff = ({ inside, sizePx }: Picture, corner: Corner): boolean =>
  isClear(inside, sizePx, plus(corner.meeting, intoAngle(corner), -clearPx), corner.isConvex ? 1 : -1);

/** A sharp corner gets an arc. */
export function roundOff({ inside, sizePx }: Picture, corner: Corner, radiusPx: number): void {
  const { meeting, turn, before, after, isConvex } = corner;
  const sign = isConvex ? 1 : -1;
  const middle = plus(meeting, intoAngle(corner), radiusPx / Math.cos(turn / 2));
  const [one, other] = [depthFrom(before.line), depthFrom(after.line)];
  const [past, beyond] = [alongFrom(middle, before.line.direction), alongFrom(middle, after.line.direction)];
  forAround(meeting, radiusPx * Math.tan(turn / 2) + edgePx, sizePx, (at, x, y) => {
    if (past(x, y) < 0 || beyond(x, y) > 0 || Math.min(sign * one(x, y), sign * other(x, y)) <= -edgePx) return;
    const left = radiusPx - lengthOf(x - middle[0], y - middle[1]);
    if (left < sign * inside[at]!) inside[at] = sign * left;
  });
}

/** The end of a line becomes half a disc. */
export function roundEnd({ inside, sizePx }: Picture, { before, after, widthPx, tip }: End): void {
  const { along, middle } = alongEnd(before.line, after.line, tip, widthPx);
  const [one, other, past] = [depthFrom(before.line), depthFrom(after.line), alongFrom(middle, along)];
  forAround(middle, widthPx, sizePx, (at, x, y) => {
    if (past(x, y) < 0 || Math.min(one(x, y), other(x, y)) <= -edgePx) return;
    inside[at] = Math.min(inside[at]!, widthPx / 2 - lengthOf(x - middle[0], y - middle[1]));
  });
}

/** Whether the corners of a line's end have room; nothing lies beyond the picture. */
export function canFlatten({ inside, sizePx }: Picture, { before, after, widthPx, tip }: End): boolean {
  const { along } = alongEnd(before.line, after.line, tip, widthPx);
  const across = outwardOf(before.line);
  return [-1, -0.5, 0, 0.5, 1].every((side) => {
    const probe = plus(plus(tip, across, side * (widthPx / 2 + clearPx)), along, clearPx);
    return probe.some((place) => place < 0 || place >= sizePx) || isClear(inside, sizePx, probe, 1);
  });
}

/** The end of a line becomes as broad as the line. */
export function flattenEnd({ inside, sizePx }: Picture, { before, after, widthPx, tip }: End): void {
  const { along, middle } = alongEnd(before.line, after.line, tip, widthPx);
  const [one, other, past] = [depthFrom(before.line), depthFrom(after.line), alongFrom(middle, along)];
  forAround(middle, widthPx + edgePx, sizePx, (at, x, y) => {
    const beyond = past(x, y);
    const added = Math.min(one(x, y), other(x, y), widthPx / 2 - beyond, beyond + overlapPx);
    if (added > inside[at]!) inside[at] = added;
  });
}

function alongEnd(
  before: Line,
  after: Line,
  tip: Point,
  widthPx: number,
): { readonly along: Point; readonly middle: Point } {
  const along = unit(minus(before.direction, after.direction));
  return { along, middle: plus(tip, along, -widthPx / 2) };
}

/** Whether a point lies well outside of ink. @param sign −1: well within */
function isClear(inside: Float32Array, sizePx: number, [x, y]: Point, sign: number): boolean {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= sizePx || row >= sizePx) return false;
  return sign * inside[row * sizePx + column]! < -clearPx / 2;
}

/** Math.hypot takes ten times as long. */
const lengthOf = (x: number, y: number): number => Math.sqrt(x * x + y * y);

/** Pixels in the square around a point, with their middles. */
function forAround(
  [x, y]: Point,
  reach: number,
  sizePx: number,
  look: (at: number, x: number, y: number) => void,
): void {
  const clip = (place: number): number => Math.min(sizePx - 1, Math.max(0, Math.floor(place)));
  for (let row = clip(y - reach); row <= clip(y + reach); row += 1)
    for (let column = clip(x - reach); column <= clip(x + reach); column += 1)
      look(row * sizePx + column, column + 0.5, row + 0.5);
}
