/** Gaps in lines bridged: each gets a curve from one end to the other, in the directions in which these point (Hermite's). Pure. */
import type { Point } from "../../../../shared/vectors/vector-path.ts";
import { distanceOf } from "../../outlines/polyline.ts";
import type { Drawn, Gap } from "./find-gaps.ts";

/** Points of a curve. */
const steps = 16;

/** @param width of the lines, of the side @returns alphas [sizePx, sizePx] */
export function bridged({ alphas, sizePx }: Drawn, gaps: readonly Gap[], width: number): Float32Array {
  const whole = alphas.slice();
  const radius = (width * sizePx) / 2;
  for (const gap of gaps) {
    const curve = curveOf(gap);
    const [[left, right], [top, bottom]] = ([0, 1] as const).map((axis) => {
      const places = curve.map((point) => point[axis]);
      return [
        Math.max(0, Math.floor(Math.min(...places) - radius - 1)),
        Math.min(sizePx, Math.ceil(Math.max(...places) + radius + 1)),
      ];
    }) as [[number, number], [number, number]];
    for (let row = top; row < bottom; row += 1)
      for (let column = left; column < right; column += 1) {
        const far = Math.min(...curve.map((point) => distanceOf(point, [column + 0.5, row + 0.5])));
        const alpha = Math.min(1, Math.max(0, radius - far + 0.5));
        const at = row * sizePx + column;
        if (alpha > whole[at]!) whole[at] = alpha;
      }
  }
  return whole;
}

function curveOf([one, other]: Gap): Point[] {
  const far = distanceOf(one.at, other.at);
  return Array.from({ length: steps + 1 }, (_, step): Point => {
    const t = step / steps;
    const [start, leaves, ends, meets] = [
      2 * t ** 3 - 3 * t ** 2 + 1,
      far * (t ** 3 - 2 * t ** 2 + t),
      3 * t ** 2 - 2 * t ** 3,
      -far * (t ** 3 - t ** 2),
    ];
    const place = (axis: 0 | 1): number =>
      start * one.at[axis] + leaves * one.along[axis] + ends * other.at[axis] + meets * other.along[axis];
    return [place(0), place(1)];
  });
}
