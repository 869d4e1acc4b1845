/** Outlines that are ellipses, found by their moments of area: four curves instead of what a fit makes of wobbles. */
import type { Path, Point } from "../../../shared/vectors/vector-path.ts";
import type { Loop } from "../../engine/outlines/polyline.ts";

/** Handles of a quarter of a circle of radius 1. */
const quarter = (4 / 3) * (Math.SQRT2 - 1);
/** Axes that differ by less than this share make a circle. */
const roundWithin = 0.06;

/** Undefined where a point lies farther than `tolerancePx` from the ellipse. */
export function ellipseOf(loop: Loop, tolerancePx: number): Path | undefined {
  const { points } = loop;
  let [area, x, y] = [0, 0, 0];
  for (const [index, [px, py]] of points.entries()) {
    const [qx, qy] = points[(index + 1) % points.length]!;
    const part = px * qy - qx * py;
    area += part / 2;
    x += ((px + qx) * part) / 6;
    y += ((py + qy) * part) / 6;
  }
  if (Math.abs(area) < 4) return undefined;
  [x, y] = [x / area, y / area];
  let [xx, xy, yy] = [0, 0, 0];
  for (const [index, point] of points.entries()) {
    const after = points[(index + 1) % points.length]!;
    const [px, py, qx, qy] = [point[0] - x, point[1] - y, after[0] - x, after[1] - y];
    const part = (px * qy - qx * py) / area;
    xx += (part * (px * px + px * qx + qx * qx)) / 12;
    yy += (part * (py * py + py * qy + qy * qy)) / 12;
    xy += (part * (px * qy + 2 * px * py + 2 * qx * qy + qx * py)) / 24;
  }
  const mean = (xx + yy) / 2;
  const spread = Math.hypot((xx - yy) / 2, xy);
  let [long, short] = [2 * Math.sqrt(mean + spread), 2 * Math.sqrt(Math.max(0, mean - spread))];
  let angle = Math.atan2(2 * xy, xx - yy) / 2;
  if (short < 1 || long > 4 * short) return undefined;
  if (long - short < roundWithin * long) {
    long = Math.sqrt(long * short);
    short = long;
    angle = 0;
  } else {
    // Upright and level axes are meant so.
    const lean = Math.abs(angle % (Math.PI / 2));
    if (Math.min(lean, Math.PI / 2 - lean) < 0.07) angle = (Math.round(angle / (Math.PI / 2)) * Math.PI) / 2;
  }
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (const [px, py] of points) {
    const [u, v] = [cos * (px - x) + sin * (py - y), cos * (py - y) - sin * (px - x)];
    const value = (u / long) ** 2 + (v / short) ** 2 - 1;
    const slope = 2 * Math.hypot(u / long ** 2, v / short ** 2);
    if (Math.abs(value) > 1.25 * tolerancePx * slope) return undefined;
  }
  const at = (u: number, v: number): Point => [
    x + cos * u * long - sin * v * short,
    y + sin * u * long + cos * v * short,
  ];
  return ellipsePath(at, Math.sign(area));
}

/** @param at place of a point of the unit circle @param direction 1 if it turns from x towards y, else −1 */
export function ellipsePath(at: (u: number, v: number) => Point, direction: number): Path {
  const corners: ReadonlyArray<readonly [number, number]> = [
    [1, 0],
    [0, direction],
    [-1, 0],
    [0, -direction],
  ];
  return {
    start: at(1, 0),
    segments: corners.map(([u, v], index) => {
      const [s, t] = corners[(index + 1) % 4]!;
      return { to: at(s, t), handles: [at(u + quarter * s, v + quarter * t), at(s + quarter * u, t + quarter * v)] };
    }),
  };
}
