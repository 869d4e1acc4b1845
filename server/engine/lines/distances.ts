/**
 * Euclidean distances on a grid, exact up to a reach: along columns first, then along rows as the lower envelope of parabolas (Meijster,
 * Roerdink & Hesselink 2000, "A general algorithm for computing distance transforms in linear time"). Pure.
 */

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
  // Columns whose parabolas are lowest somewhere in a run, their heights, and where each begins to be.
  const tops = new Int32Array(sizePx + 2);
  const heights = new Float64Array(sizePx + 2);
  const begins = new Float64Array(sizePx + 3);
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
        let begin = Number.NEGATIVE_INFINITY;
        while (count > 0) {
          const top = tops[count - 1]!;
          begin = (height + x * x - heights[count - 1]! - top * top) / (2 * (x - top));
          if (begin > begins[count - 1]!) break;
          count -= 1;
          begin = Number.NEGATIVE_INFINITY;
        }
        tops[count] = x;
        heights[count] = height;
        begins[count] = begin;
        count += 1;
      }
      if (count === 0) {
        distances.fill(reach, row + from, row + to);
        continue;
      }
      begins[count] = Number.POSITIVE_INFINITY;
      for (let x = from, part = 0; x < to; x += 1) {
        while (begins[part + 1]! < x) part += 1;
        const across = x - tops[part]!;
        distances[row + x] = Math.min(reach, Math.sqrt(across * across + heights[part]!));
      }
    }
  }
  return distances;
}

/** Of each cell to the nearest in its column that is of the other kind. */
function distancesInColumns(mask: Uint8Array, sizePx: number, reach: number): Uint16Array {
  const along = new Uint16Array(mask.length).fill(reach, 0, sizePx);
  for (let at = sizePx; at < mask.length; at += 1) {
    const above = mask[at] === mask[at - sizePx] ? along[at - sizePx]! + 1 : 1;
    along[at] = Math.min(above, reach);
  }
  for (let at = mask.length - 1 - sizePx; at >= 0; at -= 1) {
    const below = mask[at] === mask[at + sizePx] ? along[at + sizePx]! + 1 : 1;
    if (below < along[at]!) along[at] = below;
  }
  return along;
}
