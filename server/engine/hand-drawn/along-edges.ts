/**
 * What edges say of the hand that drew them: how far those that are meant to run straight across or down stray from that, and how far any stray
 * from an arc of a circle. Where a machine drew them, most are exact. Pure; lengths are in 128ths of the side.
 */
import type { Contour } from "./contours.ts";

/** Length along an edge that is looked at together, and the part of it over which trembling shows. */
const [windowLong, short] = [32, 8] as const;
/** Range across up to which an edge may be meant to be straight; in the narrow one few are parts of circles. */
export const [rangeMost, narrowMost] = [5, 3.5] as const;
/** Length of the arcs, and how long a chord of one is at least, of it. */
const [arcLong, chordLeast] = [20, 0.5] as const;
/** How far parts of circles bow, those that fit into a picture, and how near to an arc they are. */
const [bowLeast, arcWithin] = [3, 0.08] as const;
/** Length of a circle from which on it tells, and how much its radius varies at most. */
const [circleLong, circleWithin] = [80, 0.12] as const;
/** From window to window. */
const hop = 4;

/** By how much an edge moves across while it goes on for a whole window and, in the mean, for a short part of it. */
export interface Offset {
  readonly whole: number;
  readonly short: number;
  readonly range: number;
}

/** Of each window that may be meant to run straight across or down, and is no part of a circle. */
export function offsetsAlong(points: Contour): Offset[] {
  const count = points.length / 2;
  const found: Offset[] = [];
  for (let from = 0; from < count && count > windowLong; from += hop) {
    const to = (from + windowLong) % count;
    const [right, down] = [points[2 * to]! - points[2 * from]!, points[2 * to + 1]! - points[2 * from + 1]!];
    const axis = Math.abs(right) > Math.abs(down) ? 1 : 0;
    const at = (step: number): number => points[2 * ((from + step) % count) + axis]!;
    let [least, most] = [at(0), at(0)];
    for (let step = 1; step <= windowLong && most - least <= rangeMost; step += 1) {
      least = Math.min(least, at(step));
      most = Math.max(most, at(step));
    }
    if (most - least > rangeMost) continue;
    const bow = Math.abs(at(0) - 2 * at(windowLong / 2) + at(windowLong));
    if (bow > bowLeast && strayingAt(points, from, windowLong) < arcWithin) continue;
    let sum = 0;
    for (let step = 0; step < windowLong; step += short) sum += Math.abs(at(step + short) - at(step));
    found.push({ whole: Math.abs(at(windowLong) - at(0)), short: (short * sum) / windowLong, range: most - least });
  }
  return found;
}

/** Whether an edge is a circle as no hand draws one. */
export function isCircle(points: Contour): boolean {
  const count = points.length / 2;
  if (count < circleLong) return false;
  let [left, top] = [0, 0];
  for (let at = 0; at < points.length; at += 2) {
    left += points[at]! / count;
    top += points[at + 1]! / count;
  }
  let [sum, squares] = [0, 0];
  for (let at = 0; at < points.length; at += 2) {
    const radius = Math.sqrt((points[at]! - left) ** 2 + (points[at + 1]! - top) ** 2);
    sum += radius;
    squares += radius * radius;
  }
  return squares / count - (sum / count) ** 2 < circleWithin ** 2;
}

/** Root mean squared distance of each window from the arc that fits it best; infinite where it is none. */
export function strayingsAlong(points: Contour): number[] {
  const count = points.length / 2;
  const found: number[] = [];
  for (let from = 0; from < count && count > arcLong; from += hop) found.push(strayingAt(points, from, arcLong));
  return found;
}

/** In a frame along the chord an arc is k (x² + y²) + b x + c = y, which is linear in k, b and c: solved by Cramer's rule. */
function strayingAt(points: Contour, from: number, long: number): number {
  const count = points.length / 2;
  const [one, other] = [2 * from, 2 * ((from + long) % count)];
  const [left, top] = [(points[one]! + points[other]!) / 2, (points[one + 1]! + points[other + 1]!) / 2];
  const [right, down] = [points[other]! - points[one]!, points[other + 1]! - points[one + 1]!];
  const chord = Math.sqrt(right * right + down * down);
  if (chord < chordLeast * long) return Number.POSITIVE_INFINITY;
  let [q1, qq, qx, xx, x1, y1, yq, yx, yy] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let step = 0; step <= long; step += 1) {
    const at = 2 * ((from + step) % count);
    const [dx, dy] = [(points[at]! - left) / long, (points[at + 1]! - top) / long];
    const [x, y] = [(dx * right + dy * down) / chord, (dy * right - dx * down) / chord];
    const q = x * x + y * y;
    q1 += q;
    qq += q * q;
    qx += q * x;
    xx += x * x;
    x1 += x;
    y1 += y;
    yq += y * q;
    yx += y * x;
    yy += y * y;
  }
  const n = long + 1;
  const determinant = qq * (xx * n - x1 * x1) - qx * (qx * n - x1 * q1) + q1 * (qx * x1 - xx * q1);
  if (Math.abs(determinant) < 1e-9) return Number.POSITIVE_INFINITY;
  const k = (yq * (xx * n - x1 * x1) - qx * (yx * n - x1 * y1) + q1 * (yx * x1 - xx * y1)) / determinant;
  const b = (qq * (yx * n - y1 * x1) - yq * (qx * n - x1 * q1) + q1 * (qx * y1 - yx * q1)) / determinant;
  const c = (qq * (xx * y1 - yx * x1) - qx * (qx * y1 - yx * q1) + yq * (qx * x1 - xx * q1)) / determinant;
  return long * Math.sqrt(Math.max(0, yy - k * yq - b * yx - c * y1) / n);
}
