/**
 * Weighted sums over an area's pixels from which its mean colour and its best linear gradient follow in closed form; sums of two areas are the sums of both
 * together, so merging costs nothing (as in Koepfler, Lopez & Morel 1994, whose areas have means only).
 */
import type { Lab } from "../../shared/colour/oklab.ts";

/** w, wx, wy, wxx, wxy, wyy, then for each channel c: wc, wcx, wcy, wcc. */
const length = 6 + 3 * 4;
export type Moments = Float64Array;

export const noMoments = (): Moments => new Float64Array(length);

export function addPixel(sums: Moments, x: number, y: number, lab: Lab, weight: number): void {
  const own = [weight, weight * x, weight * y, weight * x * x, weight * x * y, weight * y * y];
  for (let index = 0; index < 6; index += 1) sums[index]! += own[index]!;
  for (let channel = 0; channel < 3; channel += 1) {
    const value = lab[channel]!;
    const at = 6 + 4 * channel;
    sums[at]! += weight * value;
    sums[at + 1]! += weight * value * x;
    sums[at + 2]! += weight * value * y;
    sums[at + 3]! += weight * value * value;
  }
}

export function sumOf(first: Moments, second: Moments): Moments {
  const sums = noMoments();
  for (let index = 0; index < length; index += 1) sums[index] = first[index]! + second[index]!;
  return sums;
}

export const weightOf = (sums: Moments): number => sums[0]!;

export const meanOf = (sums: Moments): Lab => [sums[6]! / sums[0]!, sums[10]! / sums[0]!, sums[14]! / sums[0]!];

/** Weighted squared distance in OKLab of all pixels to their mean. */
export function flatError(sums: Moments): number {
  let error = 0;
  for (let at = 6; at < length; at += 4) error += sums[at + 3]! - sums[at]! ** 2 / sums[0]!;
  return Math.max(0, error);
}

/** c(x, y) = mean + slopeX (x − centreX) + slopeY (y − centreY), for each channel of OKLab. */
export interface Plane {
  readonly mean: Lab;
  readonly centreX: number;
  readonly centreY: number;
  readonly slopeX: Lab;
  readonly slopeY: Lab;
  /** Weighted squared distance that is left. */
  readonly error: number;
}

/** The linear gradient that fits best by least squares; flat where the area has no extent. */
export function planeOf(sums: Moments): Plane {
  const [w, wx, wy, wxx, wxy, wyy] = sums as unknown as [number, number, number, number, number, number];
  const [centreX, centreY] = [wx / w, wy / w];
  const [xx, xy, yy] = [wxx - wx * centreX, wxy - wx * centreY, wyy - wy * centreY];
  const determinant = xx * yy - xy * xy;
  const [slopeX, slopeY] = [[0, 0, 0] as [number, number, number], [0, 0, 0] as [number, number, number]];
  let error = flatError(sums);
  if (determinant > 1e-6 * w * w)
    for (let channel = 0; channel < 3; channel += 1) {
      const at = 6 + 4 * channel;
      const [cx, cy] = [sums[at + 1]! - sums[at]! * centreX, sums[at + 2]! - sums[at]! * centreY];
      slopeX[channel] = (cx * yy - cy * xy) / determinant;
      slopeY[channel] = (cy * xx - cx * xy) / determinant;
      error -= slopeX[channel]! * cx + slopeY[channel]! * cy;
    }
  return { mean: meanOf(sums), centreX, centreY, slopeX, slopeY, error: Math.max(0, error) };
}
