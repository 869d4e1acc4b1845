/**
 * Pixel metrics. Images are premultiplied RGBA planes [4, size, size] in [0, 1], so colours of transparent pixels do not count,
 * and averages have no halos.
 */
import { meanDifference } from "../../platform/mean-difference.ts";

/** Peak signal-to-noise ratio in dB over all four planes; equal images give Infinity. */
export const psnrDb = (a: ArrayLike<number>, b: ArrayLike<number>): number => -10 * Math.log10(meanSquaredError(a, b));

export function meanSquaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index]! - b[index]!) ** 2;
  return sum / a.length;
}

/** Share of pixels with at least half opacity, 0 to 1. */
export function opaqueShare(planes: Float32Array): number {
  const alpha = planes.subarray((planes.length / 4) * 3);
  return alpha.reduce((count, value) => count + (value >= 0.5 ? 1 : 0), 0) / alpha.length;
}

/** Mean absolute difference of neighbouring pixels, right and below, over all planes; small for blank and blurred images. */
export function edgeEnergy(planes: Float32Array, sizePx: number): number {
  let [sum, steps] = [0, 0];
  for (let at = 0; at < planes.length; at += 1) {
    const [x, y] = [at % sizePx, Math.floor(at / sizePx) % sizePx];
    if (x + 1 < sizePx) sum += Math.abs(planes[at + 1]! - planes[at]!);
    if (y + 1 < sizePx) sum += Math.abs(planes[at + sizePx]! - planes[at]!);
    steps += (x + 1 < sizePx ? 1 : 0) + (y + 1 < sizePx ? 1 : 0);
  }
  return steps > 0 ? sum / steps : 0;
}

/** Mean absolute difference of a value over all pairs of images, in their unit. */
export function meanPairDifference(images: readonly Float32Array[]): number {
  const pairs = images.flatMap((one, at) => images.slice(at + 1).map((other) => [one, other] as const));
  const differences = pairs.map(([one, other]) => meanDifference(one, other));
  return differences.reduce((sum, difference) => sum + difference, 0) / pairs.length;
}
