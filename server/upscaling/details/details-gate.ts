/**
 * Where drawn details belong: in texture, not on lettering and flat graphics, where they are dither. A place near areas of one
 * level gets fewer of them, the more the larger these are, and no detail leads beyond the values around it. Pure.
 */
import { extremesAround, flatPlaces, sumAround, sumTable } from "../extremes-around.ts";
import type { Box } from "../picture-planes.ts";

/** Pixels to each side in which areas of one level count. */
const aroundPx = 5;
/** Pixels that a gate depends on: an area of one level is found by its 3 × 3. */
export const gateReachPx = aroundPx + 1;
/** Share of the 11 × 11 around that is of one level where no details are left. */
const closedFrom = 0.08;
/** Values this near to each other are one level. */
const sameLevel = 2.5 / 255;
/** Share of the range of the 3 × 3 around by which details may lead beyond it: the input's pixels are means, so what they are of is livelier. */
const beyondShare = 0.21;

/** Of details, by pixels of a core. */
export interface DetailBounds {
  /** Share of them that is kept, 0 to 1, [pixels]. */
  readonly shares: Float32Array;
  /** A little beyond the least and the greatest value of the 3 × 3 around. No detail leads further: no speck stands out. [3, pixels] each. */
  readonly lowest: Float32Array;
  readonly highest: Float32Array;
}

/** @param tile colours of `whole`, [3, heightPx, widthPx] in [0, 1] */
export function boundDetails(tile: Float32Array, whole: Box, core: Box): DetailBounds {
  const { widthPx, heightPx } = whole;
  const pixels = widthPx * heightPx;
  const corePixels = core.widthPx * core.heightPx;
  const [lowest, highest] = [new Float32Array(3 * corePixels), new Float32Array(3 * corePixels)];
  const isFlat = new Uint8Array(pixels).fill(1);
  for (let channel = 0; channel < 3; channel += 1) {
    const plane = tile.subarray(channel * pixels, (channel + 1) * pixels);
    const extremes = extremesAround(plane, widthPx, 1);
    const isFlatHere = flatPlaces(plane, extremes, sameLevel);
    for (let at = 0; at < pixels; at += 1) isFlat[at]! &= isFlatHere[at]!;
    for (let y = 0; y < core.heightPx; y += 1) {
      const from = (core.top - whole.top + y) * widthPx + core.left - whole.left;
      const to = channel * corePixels + y * core.widthPx;
      for (let x = 0; x < core.widthPx; x += 1) {
        const [least, most] = [extremes.least[from + x]!, extremes.most[from + x]!];
        const beyond = beyondShare * (most - least);
        lowest[to + x] = Math.max(0, least - beyond);
        highest[to + x] = Math.min(1, most + beyond);
      }
    }
  }
  return { shares: sharesOf(isFlat, whole, core), lowest, highest };
}

function sharesOf(isFlat: Uint8Array, whole: Box, core: Box): Float32Array {
  const { widthPx, heightPx } = whole;
  const sums = sumTable(isFlat, widthPx, heightPx);
  const shares = new Float32Array(core.widthPx * core.heightPx);
  const lengthAround = (at: number, length: number): number =>
    Math.min(length, at + aroundPx + 1) - Math.max(0, at - aroundPx);
  for (let y = 0, to = 0; y < core.heightPx; y += 1) {
    const row = y + core.top - whole.top;
    for (let x = 0; x < core.widthPx; x += 1, to += 1) {
      const column = x + core.left - whole.left;
      const places = lengthAround(column, widthPx) * lengthAround(row, heightPx);
      shares[to] = Math.max(0, 1 - sumAround(sums, whole, column, row, aroundPx) / places / closedFrom);
    }
  }
  return shares;
}
