/**
 * Where the accurate answer is of one level, details would be dither: on lettering and flat graphics, also beside edges, where the
 * input's own pixels are mixtures and look lively. So the less the answer varies around a pixel of the result, the fewer it gets. What
 * counts is the calmest side (as of Kuwahara's filter, 1976): an edge makes no flat area beside it lively. Pure.
 */

import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import { sumAround, sumTable } from "../extremes-around.ts";
import type { Box } from "../picture-planes.ts";
import { growBox, rowWithin } from "../tiles.ts";
import type { Folded } from "../unfold.ts";
import { residualDimsOf } from "./pixel-noise.ts";

/** Pixels of the result to each side of a window whose deviation counts. The windows around a pixel have it in their corners. */
const aroundPx = 1;
/** Pixels of the input to each side that a place depends on, at any factor. */
export const livelyReachPx = 1;
/** Standard deviation of luma, in levels: up to the first there are no details, from the second all. */
const usualLevels = [0.6, 1.2] as const;
/** The same where the picture is drawn: what varies less there lies beside an edge. */
const drawnLevels = [1.5, 3] as const;
/** Luma is rounded to parts of a level, so that sums are exact and no tile differs from another. */
const partsALevel = 16;

/**
 * @param answer means of a box that holds `core`, and `livelyReachPx` more to each side within the picture
 * @param isDrawn where the input is drawn (drawn-places.ts), by pixel of the answer's box
 * @returns share of details that each pixel of the result may have, 0 to 1, [factor · core.heightPx, factor · core.widthPx]
 */
export function livelyShares(
  answer: Folded,
  factor: NetworkScale,
  core: Box,
  picture: Pick<Box, "widthPx" | "heightPx">,
  isDrawn: Uint8Array,
): Float32Array {
  const box = growBox(core, livelyReachPx, picture);
  const size = { widthPx: factor * box.widthPx, heightPx: factor * box.heightPx };
  const luma = lumaOf(answer, factor, box);
  const [sums, squares] = [luma, luma.map((value) => value ** 2)].map((values) =>
    sumTable(values, size.widthPx, size.heightPx),
  );
  const deviations = new Float32Array(luma.length);
  const placesAround = (at: number, length: number): number =>
    Math.min(length, at + aroundPx + 1) - Math.max(0, at - aroundPx);
  for (let y = 0, at = 0; y < size.heightPx; y += 1)
    for (let x = 0; x < size.widthPx; x += 1, at += 1) {
      const places = placesAround(x, size.widthPx) * placesAround(y, size.heightPx);
      const mean = sumAround(sums!, size, x, y, aroundPx) / places;
      const variance = sumAround(squares!, size, x, y, aroundPx) / places - mean ** 2;
      deviations[at] = Math.sqrt(Math.max(0, variance)) / partsALevel;
    }
  const shares = new Float32Array(factor ** 2 * core.widthPx * core.heightPx);
  const [left, top] = [factor * (core.left - box.left), factor * (core.top - box.top)];
  for (let y = top, to = 0; y < top + factor * core.heightPx; y += 1) {
    const row = rowWithin(answer.box, core, Math.floor((y - top) / factor));
    const above = Math.max(0, y - aroundPx) * size.widthPx;
    const below = Math.min(size.heightPx - 1, y + aroundPx) * size.widthPx;
    for (let x = left; x < left + factor * core.widthPx; x += 1, to += 1) {
      const [before, after] = [Math.max(0, x - aroundPx), Math.min(size.widthPx - 1, x + aroundPx)];
      const calmest = Math.min(
        deviations[above + before]!,
        deviations[above + after]!,
        deviations[below + before]!,
        deviations[below + after]!,
      );
      const [calm, lively] = isDrawn[row + Math.floor((x - left) / factor)] === 1 ? drawnLevels : usualLevels;
      shares[to] = Math.max(0, Math.min(1, (calmest - calm) / (lively - calm)));
    }
  }
  return shares;
}

/** Luma of a box's pixels in parts of a level, [factor · box.heightPx, factor · box.widthPx]. */
function lumaOf({ rows, box: whole }: Folded, factor: NetworkScale, box: Box): Float64Array {
  const [dims, cell, line] = [residualDimsOf(factor), factor ** 2, factor * box.widthPx];
  const luma = new Float64Array(cell * box.widthPx * box.heightPx);
  for (let y = 0; y < box.heightPx; y += 1) {
    let from = rowWithin(whole, box, y) * dims;
    for (let x = 0; x < box.widthPx; x += 1, from += dims)
      for (let at = 0; at < cell; at += 1) {
        const value = 0.299 * rows[from + at]! + 0.587 * rows[from + cell + at]! + 0.114 * rows[from + 2 * cell + at]!;
        luma[(factor * y + Math.floor(at / factor)) * line + factor * x + (at % factor)] = Math.round(
          255 * partsALevel * value,
        );
      }
  }
  return luma;
}
