/**
 * The edges of ink as closed lines of points between the pixels' middles (marching squares, Lorensen & Cline 1987), to a few hundredths of a
 * pixel where edges are soft, at equal steps along them. Pure.
 */
import { inkFrom } from "../pixels/strokes.ts";

/** A closed line of points x, y, x, y, … in 128ths of the side, about one apart, ink on one side all along. */
export type Contour = Float32Array;

/** Lengths of this room are parts of a picture's side. */
export const partsOfSide = 128;
/** Points of a contour at least. */
const pointsLeast = 12;

/** @param alphas [sizePx, sizePx]; nothing lies around */
export function contoursOf(alphas: Float32Array, sizePx: number): Contour[] {
  const side = sizePx + 2;
  const padded = new Float32Array(side ** 2);
  for (let y = 0; y < sizePx; y += 1) padded.set(alphas.subarray(y * sizePx, (y + 1) * sizePx), (y + 1) * side + 1);
  const next = stepsOf(padded, side);
  const contours: Contour[] = [];
  const scale = partsOfSide / sizePx;
  for (let start = 0; start < next.length; start += 1) {
    if (next[start] === 0) continue;
    const points: number[] = [];
    for (let edge = start; next[edge] !== 0; ) {
      const at = edge >> 1;
      const down = edge & 1;
      const one = padded[at]!;
      const share = (inkFrom - one) / (padded[at + (down ? side : 1)]! - one);
      const [x, y] = [(at % side) - 1 + (down ? 0 : share), Math.floor(at / side) - 1 + (down ? share : 0)];
      points.push(scale * x, scale * y);
      const to = next[edge]! - 1;
      next[edge] = 0;
      edge = to;
    }
    const even = atEqualSteps(points);
    if (even.length >= 2 * pointsLeast) contours.push(even);
  }
  return contours;
}

/**
 * The side of the grid at which an edge goes on from each side that it crosses, plus 1; 0 = none crosses. The side to the right of place `at` is
 * 2 · at, the one below it 2 · at + 1.
 */
function stepsOf(values: Float32Array, side: number): Int32Array {
  const next = new Int32Array(2 * values.length);
  for (let y = 0; y < side - 1; y += 1)
    for (let at = y * side; at < (y + 1) * side - 1; at += 1) {
      const [a, b] = [values[at]! >= inkFrom, values[at + 1]! >= inkFrom];
      const [c, d] = [values[at + side + 1]! >= inkFrom, values[at + side]! >= inkFrom];
      if (a === b && b === c && c === d) continue;
      const [top, right, bottom, left] = [2 * at, 2 * (at + 1) + 1, 2 * (at + side), 2 * at + 1];
      if (a === c && b === d) {
        // Ink across the middle parts what is none, and the other way round.
        const mean = (values[at]! + values[at + 1]! + values[at + side]! + values[at + side + 1]!) / 4;
        const isAcross = mean >= inkFrom;
        if (a) {
          next[left] = (isAcross ? bottom : top) + 1;
          next[right] = (isAcross ? top : bottom) + 1;
        } else {
          next[top] = (isAcross ? left : right) + 1;
          next[bottom] = (isAcross ? right : left) + 1;
        }
        continue;
      }
      // Round the four, an edge comes in where ink begins and goes out where it ends.
      const from = !a && b ? top : !b && c ? right : !c && d ? bottom : left;
      next[from] = (a && !b ? top : b && !c ? right : c && !d ? bottom : left) + 1;
    }
  return next;
}

/** @param points x, y, x, y, … of a closed line */
function atEqualSteps(points: readonly number[]): Contour {
  const count = points.length / 2;
  const ends = new Float64Array(count + 1);
  for (let at = 0; at < count; at += 1) {
    const to = at + 1 < count ? at + 1 : 0;
    const [dx, dy] = [points[2 * to]! - points[2 * at]!, points[2 * to + 1]! - points[2 * at + 1]!];
    ends[at + 1] = ends[at]! + Math.sqrt(dx * dx + dy * dy);
  }
  const steps = Math.round(ends[count]!);
  const even = new Float32Array(2 * steps);
  for (let step = 0, at = 0; step < steps; step += 1) {
    const along = (step / steps) * ends[count]!;
    while (ends[at + 1]! < along) at += 1;
    const to = at + 1 < count ? at + 1 : 0;
    const share = (along - ends[at]!) / (ends[at + 1]! - ends[at]! || 1);
    even[2 * step] = points[2 * at]! + share * (points[2 * to]! - points[2 * at]!);
    even[2 * step + 1] = points[2 * at + 1]! + share * (points[2 * to + 1]! - points[2 * at + 1]!);
  }
  return even;
}
