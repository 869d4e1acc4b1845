/** Where a tile may have text, by a cheap network: only there letters are read. */

import type { Box } from "../picture-planes.ts";
import { growWithin, rowWithin } from "../tiles.ts";
import { cutRows } from "../unfold.ts";

/** A network that says where text may be. */
export interface TextFinder {
  /** Radius in pixels that an answer depends on, with a cell for where cells lie and a cell beside those that are told. */
  readonly marginPx: number;
  /** Luma [heightPx, widthPx] in [0, 1] → probability of text near every `cellPx`-th pixel, [⌈heightPx / cellPx⌉, ⌈widthPx / cellPx⌉]. */
  find(luma: Float32Array, widthPx: number, heightPx: number): Promise<Float32Array>;
}

export const cellPx = 4;
/** Probability of text from which letters are read. */
const toldFrom = 0.3;

/**
 * Cells lie at multiples of `cellPx` of the picture, so that tiles do not matter.
 * @param luma of `whole`
 * @returns 1 where there may be text, [whole.heightPx, whole.widthPx]
 */
export async function findText(finder: TextFinder, luma: Float32Array, whole: Box): Promise<Uint8Array> {
  const [left, top] = [whole.left, whole.top].map((at) => Math.ceil(at / cellPx) * cellPx) as [number, number];
  const { widthPx, heightPx } = whole;
  const seen = { left, top, widthPx: widthPx - (left - whole.left), heightPx: heightPx - (top - whole.top) };
  const isTold = new Uint8Array(widthPx * heightPx);
  if (seen.widthPx <= 0 || seen.heightPx <= 0) return isTold;
  const cells = await finder.find(cutRows(luma, 1, whole, seen), seen.widthPx, seen.heightPx);
  const columns = Math.ceil(seen.widthPx / cellPx);
  for (const [cell, probability] of cells.entries()) {
    if (probability < toldFrom) continue;
    const middle = {
      left: left + cellPx * (cell % columns),
      top: top + cellPx * Math.floor(cell / columns),
      widthPx: 1,
      heightPx: 1,
    };
    const told = growWithin(middle, cellPx + cellPx / 2, whole);
    for (let y = 0; y < told.heightPx; y += 1) {
      const from = rowWithin(whole, told, y);
      isTold.fill(1, from, from + told.widthPx);
    }
  }
  return isTold;
}
