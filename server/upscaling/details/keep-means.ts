/**
 * Drawn details vanish when the picture is shrunk, until bounds cut some of them off. Then the mean of what is left in a pixel of the input
 * is no longer 0, and what goes beyond a few levels is taken off again, smoothly from pixel to pixel. Pure.
 */

import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import type { Box } from "../picture-planes.ts";

/** Pixels of the input to each side that a result depends on. */
export const meansReachPx = 1;
/** Means up to this are left: they differ from draw to draw as edges that move do. */
const leftLevel = 3 / 255;

export interface KeptMeans {
  readonly factor: NetworkScale;
  /** Of both pictures, in pixels of the input: `core` and `meansReachPx` more to each side within the whole picture. */
  readonly box: Box;
  readonly core: Box;
}

/**
 * @param detailed with details, [planes, factor · box.heightPx, factor · box.widthPx] in [0, 1]
 * @param plain without them, of the same shape
 * @returns the core with details, [planes, factor · core.heightPx, factor · core.widthPx]
 */
export function keepMeans(detailed: Float32Array, plain: Float32Array, { factor, box, core }: KeptMeans): Float32Array {
  const planes = detailed.length / (factor ** 2 * box.widthPx * box.heightPx);
  const kept = new Float32Array(planes * factor ** 2 * core.widthPx * core.heightPx);
  const [columns, rows] = [
    placesOf(core.left - box.left, core.widthPx, box.widthPx, factor),
    placesOf(core.top - box.top, core.heightPx, box.heightPx, factor),
  ];
  const line = factor * box.widthPx;
  let to = 0;
  for (let channel = 0; channel < planes; channel += 1) {
    const { excess, isAny } = excessOf(detailed, plain, channel, factor, box);
    for (const row of rows) {
      const from = (channel * factor * box.heightPx + row.at) * line;
      if (!isAny[row.first] && !isAny[row.second]) {
        const start = from + columns[0]!.at;
        kept.set(detailed.subarray(start, start + columns.length), to);
        to += columns.length;
        continue;
      }
      const [above, below] = [row.first * box.widthPx, row.second * box.widthPx];
      for (const { at, first, second, share } of columns) {
        const upper = excess[above + first]! * (1 - share) + excess[above + second]! * share;
        const lower = excess[below + first]! * (1 - share) + excess[below + second]! * share;
        kept[to] = detailed[from + at]! - upper * (1 - row.share) - lower * row.share;
        to += 1;
      }
    }
  }
  return kept;
}

/** What the mean of details in each pixel of the box has beyond `leftLevel`, [box.heightPx, box.widthPx], and in which rows any has. */
function excessOf(
  detailed: Float32Array,
  plain: Float32Array,
  channel: number,
  factor: NetworkScale,
  { widthPx, heightPx }: Box,
): { readonly excess: Float32Array; readonly isAny: Uint8Array } {
  const excess = new Float32Array(widthPx * heightPx);
  const isAny = new Uint8Array(heightPx);
  let at = channel * factor ** 2 * excess.length;
  for (let y = 0; y < factor * heightPx; y += 1) {
    const start = Math.floor(y / factor) * widthPx;
    for (let pixel = start; pixel < start + widthPx; pixel += 1)
      for (const end = at + factor; at < end; at += 1) excess[pixel]! += detailed[at]! - plain[at]!;
  }
  for (let y = 0, pixel = 0; y < heightPx; y += 1)
    for (const end = pixel + widthPx; pixel < end; pixel += 1) {
      const mean = excess[pixel]! / factor ** 2;
      excess[pixel] = mean - Math.max(-leftLevel, Math.min(leftLevel, mean));
      if (excess[pixel] !== 0) isAny[y] = 1;
    }
  return { excess, isAny };
}

/** A column or row of the result: where it lies in the box, the two pixels of the input that it lies between, and the share of the second. */
interface Place {
  readonly at: number;
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

const placesOf = (start: number, length: number, boxLength: number, factor: NetworkScale): Place[] =>
  Array.from({ length: factor * length }, (_, index) => {
    const at = factor * start + index;
    const place = Math.max(0, Math.min(boxLength - 1, (at + 0.5) / factor - 0.5));
    const first = Math.floor(place);
    return { at, first, second: Math.min(boxLength - 1, first + 1), share: place - first };
  });
