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
 * @param cover gets the shares from 0 to 1, row by row, [factor²]; left as it was where no letter is near
 * @returns whether a letter is near
 */
export function coverInto(
  cover: Float32Array,
  classes: Float32Array,
  { widthPx, heightPx }: Pick<Box, "widthPx" | "heightPx">,
  column: number,
  row: number,
  factor: NetworkScale,
): boolean {
  const [left, right] = [Math.max(0, column - 1), Math.min(widthPx - 1, column + 1)];
  let sum = 0;
  for (let down = -1; down <= 1; down += 1) {
    const line = Math.max(0, Math.min(heightPx - 1, row + down)) * widthPx;
    const at = 3 * (down + 1);
    near[at] = classes[line + left]! > 0 ? 1 : 0;
    near[at + 1] = classes[line + column]! > 0 ? 1 : 0;
    near[at + 2] = classes[line + right]! > 0 ? 1 : 0;
    sum += near[at]! + near[at + 1]! + near[at + 2]!;
  }
  if (sum === 0) return false;
  if (sum === near.length) {
    cover.fill(1);
    return true;
  }
  const all = parts[factor];
  for (let at = 0; at < all.length; at += 1) {
    const { beside, below, besideShare, belowShare } = all[at]!;
    const side = 4 + beside;
    const here = near[4]! * (1 - besideShare) + near[side]! * besideShare;
    const there = near[4 + 3 * below]! * (1 - besideShare) + near[side + 3 * below]! * besideShare;
    cover[at] = here * (1 - belowShare) + there * belowShare;
  }
  return true;
}

/** Whether a letter is at a pixel and at the eight around it, row by row. */
const near = new Uint8Array(9);
