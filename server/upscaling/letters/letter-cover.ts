/** How much of a pixel of the result is in letters: they fade to their sides, so that no box shows around them. Pure. */

import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import type { Box } from "../picture-planes.ts";

/** Of a part of a pixel: the nearest pixels to the side and below or above, and the shares that they have beside the pixel itself. */
interface Part {
  readonly beside: -1 | 1;
  readonly below: -1 | 1;
  readonly besideShare: number;
  readonly belowShare: number;
}

const partsOf = (factor: NetworkScale): Part[] =>
  Array.from({ length: factor ** 2 }, (_, part) => {
    const [right, down] = [part % factor, Math.floor(part / factor)].map((at) => (at + 0.5) / factor - 0.5);
    return {
      beside: right! < 0 ? -1 : 1,
      below: down! < 0 ? -1 : 1,
      besideShare: Math.abs(right!),
      belowShare: Math.abs(down!),
    };
  });
const parts: Readonly<Record<NetworkScale, readonly Part[]>> = { 2: partsOf(2), 4: partsOf(4) };

/**
 * Shares of a pixel's factor × factor parts that are in letters, by the four pixels of the input nearest to each.
 * @param classes of each pixel of a box
 * @returns shares from 0 to 1, row by row; undefined where no letter is near
 */
export function coverOf(
  classes: Float32Array,
  { widthPx, heightPx }: Box,
  column: number,
  row: number,
  factor: NetworkScale,
): readonly number[] | undefined {
  const near = new Uint8Array(9);
  let sum = 0;
  for (let down = -1; down <= 1; down += 1) {
    const line = Math.max(0, Math.min(heightPx - 1, row + down)) * widthPx;
    for (let right = -1; right <= 1; right += 1)
      if (classes[line + Math.max(0, Math.min(widthPx - 1, column + right))]! > 0) {
        near[3 * (down + 1) + right + 1] = 1;
        sum += 1;
      }
  }
  if (sum === 0) return undefined;
  return parts[factor].map(({ beside, below, besideShare, belowShare }) => {
    const side = 4 + beside;
    const here = near[4]! * (1 - besideShare) + near[side]! * besideShare;
    const there = near[4 + 3 * below]! * (1 - besideShare) + near[side + 3 * below]! * besideShare;
    return here * (1 - belowShare) + there * belowShare;
  });
}
