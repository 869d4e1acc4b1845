/**
 * The edges of ink as closed lines at equal steps along them (../outlines/contours.ts), to a few hundredths of a pixel where edges are soft. Pure.
 */
import { outlinesOf } from "../outlines/contours.ts";

/** A closed line of points x, y, x, y, … in 128ths of the side, about one apart, ink on one side all along. */
export type Contour = Float32Array;

/** Lengths of this room are parts of a picture's side. */
export const partsOfSide = 128;
/** Points of a contour at least. */
const pointsLeast = 12;

/** @param alphas [sizePx, sizePx]; nothing lies around */
export function contoursOf(alphas: Float32Array, sizePx: number): Contour[] {
  const scale = partsOfSide / sizePx;
  return outlinesOf(alphas, sizePx)
    .map((outline) => atEqualSteps(outline.map((value) => scale * value)))
    .filter(({ length }) => length >= 2 * pointsLeast);
}

/** @param points x, y, x, y, … of a closed line */
function atEqualSteps(points: ArrayLike<number>): Contour {
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
