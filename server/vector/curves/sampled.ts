/** Points of cubic curves (Bernstein form), for what is measured or drawn of them. Pure. */
import type { Point } from "../../../shared/vectors/vector-path.ts";

/** Points within a curve from `a` to `d`, without both, at `steps` even parts. */
export const sampled = ([a, b, c, d]: readonly [a: Point, b: Point, c: Point, d: Point], steps: number): Point[] =>
  Array.from({ length: Math.max(0, steps - 1) }, (_, step): Point => {
    const t = (step + 1) / steps;
    const [wa, wb, wc, wd] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
    return [wa * a[0] + wb * b[0] + wc * c[0] + wd * d[0], wa * a[1] + wb * b[1] + wc * c[1] + wd * d[1]];
  });
