/**
 * Moves values to those of flat areas beside them, a level away at most. In drawings an area ends at its edge, where networks leave a
 * rim a level off, which shows once it is rounded. A mean over the values around, weighted by how flat it is at each: so areas keep
 * their level, slopes stay slopes, and rims join. (Bilateral filter, Tomasi and Manduchi 1998, with that weight.) Pure.
 */
import { extremesAround } from "../extremes-around.ts";

/** Values that differ by this, in levels, have no influence. */
const farLevels = 2 / 255;
/** Range of a 3 × 3, in levels, from which it is not flat. */
const slopeLevels = 0.25 / 255;
/** Of a value's own 3 × 3: below, it is flat already; above, it lies in an edge. */
const [stillRange, edgeRange] = [0.01 / 255, 3 / 255] as const;
/** Sums of weights below this say nothing. */
const leastWeight = 1e-3;

interface Join {
  readonly widthPx: number;
  /** Pixels to each side that are seen. */
  readonly aroundPx: number;
  readonly mayMove: (x: number, y: number) => boolean;
}

/** Pixels to each side that a result depends on: how flat a value's surroundings are needs one more. */
export const joinReachPx = (aroundPx: number): number => aroundPx + 1;

/** @param plane [heightPx, widthPx] in [0, 1], changed in place */
export function joinFlatAreas(plane: Float32Array, { widthPx, aroundPx, mayMove }: Join): void {
  const { least, most } = extremesAround(plane, widthPx, 1);
  const heightPx = plane.length / widthPx;
  const before = plane.slice();
  const flatness = most;
  for (let at = 0; at < plane.length; at += 1) flatness[at] = most[at]! - least[at]!;
  for (let y = 0, at = 0; y < heightPx; y += 1) {
    const [top, bottom] = [Math.max(0, y - aroundPx), Math.min(heightPx - 1, y + aroundPx)];
    for (let x = 0; x < widthPx; x += 1, at += 1) {
      const range = flatness[at]!;
      if (range < stillRange || range > edgeRange || !mayMove(x, y)) continue;
      const value = before[at]!;
      const [left, right] = [Math.max(0, x - aroundPx), Math.min(widthPx - 1, x + aroundPx)];
      let [sum, weights] = [0, 0];
      for (let row = top; row <= bottom; row += 1)
        for (let other = row * widthPx + left, end = row * widthPx + right; other <= end; other += 1) {
          const slope = flatness[other]! / slopeLevels;
          const difference = (before[other]! - value) / farLevels;
          if (slope >= 1 || difference >= 1 || difference <= -1) continue;
          const weight = ((1 - slope * slope) * (1 - difference * difference)) ** 2;
          sum += weight * before[other]!;
          weights += weight;
        }
      if (weights > leastWeight) plane[at] = sum / weights;
    }
  }
}
