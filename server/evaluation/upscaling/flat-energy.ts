/** How much fine structure a picture has where the truth has none: dither on paper and on flat colours. */
import type { Pixels } from "../../engine/interfaces.ts";

/** Pixels to each side that must be of one level in the truth. */
const reachPx = 3;
/** Green values this near to each other are one level. */
const sameLevels = 2;

/**
 * Mean square of what a pixel's green lacks to the mean of its four neighbours, levels², over pixels in flat areas of the truth.
 * Both pictures are of one size. @returns NaN where nothing is flat
 */
export function flatEnergy({ rgba, widthPx, heightPx }: Pixels, truth: Pixels): number {
  const green = (of: Uint8Array, x: number, y: number): number => of[4 * (y * widthPx + x) + 1]!;
  const isFlat = (x: number, y: number): boolean => {
    const own = green(truth.rgba, x, y);
    for (let v = y - reachPx; v <= y + reachPx; v += 1)
      for (let u = x - reachPx; u <= x + reachPx; u += 1)
        if (Math.abs(green(truth.rgba, u, v) - own) > sameLevels) return false;
    return true;
  };
  let [sum, count] = [0, 0];
  for (let y = reachPx; y < heightPx - reachPx; y += 1)
    for (let x = reachPx; x < widthPx - reachPx; x += 1) {
      if (!isFlat(x, y)) continue;
      const around = green(rgba, x - 1, y) + green(rgba, x + 1, y) + green(rgba, x, y - 1) + green(rgba, x, y + 1);
      sum += (green(rgba, x, y) - around / 4) ** 2;
      count += 1;
    }
  return sum / count;
}
