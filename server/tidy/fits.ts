/** Lines and circles through any run of a curve's points: sums up to each point make a fit a few products (Kåsa 1976, "A circle fitting procedure and its error analysis"). Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";

export interface Circle {
  readonly middle: Point;
  readonly radius: number;
}

/** Of x, y, x², xy, y², xr, yr, r² with r = x² + y², and how many points there are. */
type Sums = [number, number, number, number, number, number, number, number, number];

/** Least squares over any run of points. */
export class Fits {
  private readonly sums: Float64Array[];
  /** Of the run that was asked for last: every two points ask. */
  private readonly run: Sums = [0, 0, 0, 0, 0, 0, 0, 0, 0];

  constructor(points: readonly Point[]) {
    this.sums = Array.from({ length: 9 }, () => new Float64Array(points.length + 1));
    for (const [at, [x, y]] of points.entries()) {
      const r = x * x + y * y;
      const terms = [x, y, x * x, x * y, y * y, x * r, y * r, r * r, 1];
      for (const [index, sum] of this.sums.entries()) sum[at + 1] = sum[at]! + terms[index]!;
    }
  }

  private between(from: number, to: number): Sums {
    const own = this.run;
    for (let index = 0; index < own.length; index += 1)
      own[index] = this.sums[index]![to + 1]! - this.sums[index]![from]!;
    return own;
  }

  /** Squared distances from the line through points `from` to `to`, both included. */
  line(from: number, to: number): number {
    const [x, y, xx, xy, yy, , , , n] = this.between(from, to);
    const [a, b, c] = [xx - (x * x) / n, xy - (x * y) / n, yy - (y * y) / n];
    return Math.max(0, (a + c) / 2 - Math.hypot((a - c) / 2, b));
  }

  /** The circle through them, and squared distances from it; undefined for points on a line. */
  arc(from: number, to: number): { readonly squares: number; readonly circle: Circle } | undefined {
    const [x, y, xx, xy, yy, xr, yr, rr, n] = this.between(from, to);
    const [mx, my] = [x / n, y / n];
    const r = xx + yy;
    // About the mean: u = x − mx, v = y − my, q = x² + y² − its mean.
    const [uu, uv, vv] = [xx - x * mx, xy - x * my, yy - y * my];
    const [uq, vq] = [xr - (r * x) / n, yr - (r * y) / n];
    const det = uu * vv - uv * uv;
    if (Math.abs(det) < 1e-6) return undefined;
    const [a, b] = [(uq * vv - vq * uv) / det, (vq * uu - uq * uv) / det];
    const middle: Point = [a / 2, b / 2];
    const radius = Math.sqrt(Math.max(0, r / n - a * mx - b * my + (a * a + b * b) / 4));
    if (radius < 1e-6) return undefined;
    const qq = rr - (r * r) / n;
    const squares = Math.max(0, qq - a * uq - b * vq) / (4 * radius * radius);
    return { squares, circle: { middle, radius } };
  }
}
