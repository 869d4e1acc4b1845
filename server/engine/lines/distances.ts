/**
 * Euclidean distances on a grid, exact up to a reach: along columns first, then along rows as the lower envelope of parabolas (Meijster,
 * Roerdink & Hesselink 2000, "A general algorithm for computing distance transforms in linear time"). Pure.
 */
import { distancesInColumns } from "./distances-in-columns.ts";

/**
 * @param mask [sizePx, sizePx]
 * @param reach largest distance that counts
 * @returns from each cell to the nearest one of the mask that is `wanted`, in cells; `reach` where none is as near
 */
export const distancesTo = (wanted: 0 | 1, mask: Uint8Array, sizePx: number, reach: number): Float32Array =>
  distancesOf(wanted === 1 ? [0] : [1], mask, sizePx, reach);

/** As `distancesTo`, from cells of either kind to the nearest of the other. */
export const distancesToOther = (mask: Uint8Array, sizePx: number, reach: number): Float32Array =>
  distancesOf([0, 1], mask, sizePx, reach);

/** Distances to the other kind of the cells that are of one of the `kinds`; others have 0. */
function distancesOf(kinds: readonly number[], mask: Uint8Array, sizePx: number, reach: number): Float32Array {
  const far = Math.ceil(reach);
  const along = distancesInColumns(mask, sizePx, far);
  const distances = new Float32Array(mask.length);
  const [isOf0, isOf1] = [kinds.includes(0), kinds.includes(1)];
  // Columns whose parabolas are lowest somewhere in a run, their heights, and the cell from which on each is.
  const tops = new Int32Array(sizePx + 2);
  const heights = new Int32Array(sizePx + 2);
  const begins = new Int32Array(sizePx + 3);
  for (let row = 0; row < mask.length; row += sizePx) {
    // Nothing is nearer to a run of equal cells than what is beside it and what is above and below it.
    for (let from = 0, to = 0; from < sizePx; from = to) {
      const kind = mask[row + from]!;
      while (to < sizePx && mask[row + to] === kind) to += 1;
      if (kind === 1 ? !isOf1 : !isOf0) continue;
      let count = 0;
      for (let x = Math.max(0, from - 1); x <= Math.min(to, sizePx - 1); x += 1) {
        const distance = x < from || x === to ? 0 : along[row + x]!;
        if (distance >= far) continue;
        const height = distance * distance;
        let begin = from;
        while (count > 0) {
          const top = tops[count - 1]!;
          begin = Math.ceil((height - heights[count - 1]! + (x - top) * (x + top)) / (2 * (x - top)));
          if (begin > begins[count - 1]!) break;
          count -= 1;
          begin = from;
        }
        if (begin >= to) continue;
        tops[count] = x;
        heights[count] = height;
        begins[count] = begin;
        count += 1;
      }
      begins[count] = to;
      distances.fill(reach, row + from, row + to);
      for (let part = 0; part < count; part += 1) {
        const top = tops[part]!;
        const end = Math.min(top + far, begins[part + 1]!);
        for (let x = Math.max(top - far, begins[part]!); x < end; x += 1) {
          const away = Math.sqrt((x - top) * (x - top) + heights[part]!);
          if (away < reach) distances[row + x] = away;
        }
      }
    }
  }
  return distances;
}
