/**
 * Where drawn details belong: in texture, not on lettering and flat graphics, where they are dither. A place near areas of one
 * level gets fewer of them, the more the larger these are. Pure.
 */
import type { Box } from "./picture-planes.ts";

/** Pixels to each side in which areas of one level count. */
const aroundPx = 5;
/** Pixels that a gate depends on: an area of one level is found by its 3 × 3. */
export const gateReachPx = aroundPx + 1;
/** Share of the 11 × 11 around that is of one level where no details are left. */
const closedFrom = 0.08;
/** Values this near to each other are one level. */
const sameLevel = 2.5 / 255;

/**
 * @param tile colours of `whole`, [3, heightPx, widthPx] in [0, 1]
 * @returns for each pixel of `core` the share of its details to keep, 0 to 1
 */
export function gateDetails(tile: Float32Array, whole: Box, core: Box): Float32Array {
  const { widthPx, heightPx } = whole;
  const sums = sumTable(flatPlaces(tile, whole), widthPx, heightPx);
  const gate = new Float32Array(core.widthPx * core.heightPx);
  const line = widthPx + 1;
  for (let y = 0; y < core.heightPx; y += 1)
    for (let x = 0; x < core.widthPx; x += 1) {
      const [column, row] = [x + core.left - whole.left, y + core.top - whole.top];
      const [left, right] = [Math.max(0, column - aroundPx), Math.min(widthPx, column + aroundPx + 1)];
      const [top, bottom] = [Math.max(0, row - aroundPx), Math.min(heightPx, row + aroundPx + 1)];
      const flat =
        sums[bottom * line + right]! -
        sums[top * line + right]! -
        sums[bottom * line + left]! +
        sums[top * line + left]!;
      gate[y * core.widthPx + x] = Math.max(0, 1 - flat / ((right - left) * (bottom - top)) / closedFrom);
    }
  return gate;
}

/**
 * The least and the greatest value of the 3 × 3 around, beyond which no detail leads: no speck stands out.
 * @param tile colours of `whole`, [3, heightPx, widthPx] in [0, 1]
 * @returns [3, core pixels] each
 */
export function boundDetails(
  tile: Float32Array,
  whole: Box,
  core: Box,
): { readonly lowest: Float32Array; readonly highest: Float32Array } {
  const count = 3 * core.widthPx * core.heightPx;
  const [lowest, highest] = [new Float32Array(count), new Float32Array(count)];
  let to = 0;
  for (let channel = 0; channel < 3; channel += 1)
    for (let y = core.top - whole.top; y < core.top - whole.top + core.heightPx; y += 1)
      for (let x = core.left - whole.left; x < core.left - whole.left + core.widthPx; x += 1, to += 1) {
        let [least, most] = [1, 0];
        for (let row = Math.max(0, y - 1); row <= Math.min(whole.heightPx - 1, y + 1); row += 1)
          for (let column = Math.max(0, x - 1); column <= Math.min(whole.widthPx - 1, x + 1); column += 1) {
            const value = tile[(channel * whole.heightPx + row) * whole.widthPx + column]!;
            if (value < least) least = value;
            if (value > most) most = value;
          }
        lowest[to] = least;
        highest[to] = most;
      }
  return { lowest, highest };
}

/** 1 where the 3 × 3 around a pixel is of one level in every channel. */
function flatPlaces(tile: Float32Array, { widthPx, heightPx }: Box): Uint8Array {
  const pixels = widthPx * heightPx;
  const isFlat = new Uint8Array(pixels).fill(1);
  for (let channel = 0; channel < 3; channel += 1)
    for (let y = 0; y < heightPx; y += 1)
      for (let x = 0; x < widthPx; x += 1) {
        const at = y * widthPx + x;
        if (isFlat[at] === 0) continue;
        const own = tile[channel * pixels + at]!;
        for (let row = Math.max(0, y - 1); row <= Math.min(heightPx - 1, y + 1); row += 1)
          for (let column = Math.max(0, x - 1); column <= Math.min(widthPx - 1, x + 1); column += 1)
            if (Math.abs(tile[channel * pixels + row * widthPx + column]! - own) > sameLevel) isFlat[at] = 0;
      }
  return isFlat;
}

/** Sums of everything above and to the left, [heightPx + 1, widthPx + 1] (Crow 1984). */
function sumTable(values: Uint8Array, widthPx: number, heightPx: number): Int32Array {
  const line = widthPx + 1;
  const sums = new Int32Array(line * (heightPx + 1));
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0, row = 0; x < widthPx; x += 1) {
      row += values[y * widthPx + x]!;
      sums[(y + 1) * line + x + 1] = sums[y * line + x + 1]! + row;
    }
  return sums;
}
