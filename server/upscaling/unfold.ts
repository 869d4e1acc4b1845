/** What a tile's networks give pixel by pixel, [pixels, 3 · factor²], as a picture: means and details are added within bounds. Pure. */

import type { NetworkScale } from "../../shared/contract/upscale-scales.ts";
import type { DetailBounds } from "./details/details-gate.ts";
import { residualDimsOf } from "./details/pixel-noise.ts";
import type { Box } from "./picture-planes.ts";
import { rowWithin } from "./tiles.ts";

/** Values of a box's pixels, [box pixels, 3 · factor²]. */
export interface Folded {
  readonly rows: Float32Array;
  readonly box: Box;
}

/** Details to add to the means, times `share`. */
export interface Details extends Folded {
  readonly share: number;
}

/** The rows of a box within a tile, [box pixels, width]. */
export function cutRows<Rows extends Float32Array | Uint8Array>(
  rows: Rows,
  width: number,
  whole: Box,
  part: Box,
): Rows {
  const cut = rows.slice(0, part.widthPx * part.heightPx * width) as Rows;
  for (let y = 0; y < part.heightPx; y += 1) {
    const from = rowWithin(whole, part, y) * width;
    cut.set(rows.subarray(from, from + part.widthPx * width), y * part.widthPx * width);
  }
  return cut;
}

/**
 * The sum of a box's means and details as the picture [3, factor · heightPx, factor · widthPx].
 * @param lively share of details of each pixel of the result, [factor · heightPx, factor · widthPx]; with `bounds`
 */
export function unfold(
  factor: NetworkScale,
  core: Box,
  means: Folded,
  details?: Details,
  bounds?: DetailBounds,
  lively?: Float32Array,
): Float32Array {
  const { widthPx, heightPx } = core;
  const dims = residualDimsOf(factor);
  const picture = new Float32Array(dims * widthPx * heightPx);
  const line = factor * widthPx;
  const { rows: drawn, share: most } = details ?? { rows: means.rows, share: 0 };
  let [least, greatest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let y = 0; y < heightPx; y += 1) {
    let from = rowWithin(means.box, core, y) * dims;
    let beside = details ? rowWithin(details.box, core, y) * dims : from;
    for (let x = 0; x < widthPx; x += 1) {
      const share = bounds ? most * bounds.shares[y * widthPx + x]! : most;
      for (let channel = 0; channel < 3; channel += 1) {
        if (bounds) {
          const cell = (channel * heightPx + y) * widthPx + x;
          least = bounds.lowest[cell]!;
          greatest = bounds.highest[cell]!;
        }
        for (let row = 0; row < factor; row += 1) {
          let place = (factor * y + row) * line + factor * x;
          let to = channel * factor * heightPx * line + place;
          for (const end = to + factor; to < end; to += 1, place += 1, from += 1, beside += 1) {
            const mean = means.rows[from]!;
            const value = mean + (lively ? share * lively[place]! : share) * drawn[beside]!;
            // Where the mean is beyond them itself, it is the bound.
            if (value < mean) picture[to] = Math.max(value, Math.min(mean, least));
            else picture[to] = Math.min(value, Math.max(mean, greatest));
          }
        }
      }
    }
  }
  return picture;
}
