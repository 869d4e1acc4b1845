/**
 * Euclidean distances on a grid, exact up to a reach: along columns first, then along rows as the lower envelope of parabolas (Meijster,
 * Roerdink & Hesselink 2000, "A general algorithm for computing distance transforms in linear time"). Pure.
 */

/**
 * @param mask [sizePx, sizePx]
 * @param reach largest distance that counts
 * @returns from each cell to the nearest one of the mask that is `wanted`, in cells; `reach` where none is as near
 */
export function distancesTo(wanted: 0 | 1, mask: Uint8Array, sizePx: number, reach: number): Float32Array {
  const far = Math.ceil(reach);
  const along = distancesInColumns(wanted, mask, sizePx, far);
  const distances = new Float32Array(mask.length);
  // Columns whose parabolas are lowest somewhere in a row, their heights, and where each begins to be.
  const [tops, heights, begins] = [new Int32Array(sizePx), new Float64Array(sizePx), new Float64Array(sizePx + 1)];
  for (let row = 0; row < mask.length; row += sizePx) {
    let count = 0;
    for (let x = 0; x < sizePx; x += 1) {
      const distance = along[row + x]!;
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
    begins[count] = Number.POSITIVE_INFINITY;
    for (let x = 0, part = 0; x < sizePx; x += 1) {
      if (mask[row + x] === wanted) continue;
      while (part < count && begins[part + 1]! < x) part += 1;
      const away = count === 0 ? reach : Math.sqrt((x - tops[part]!) ** 2 + heights[part]!);
      distances[row + x] = Math.min(reach, away);
    }
  }
  return distances;
}

function distancesInColumns(wanted: 0 | 1, mask: Uint8Array, sizePx: number, reach: number): Uint16Array {
  const along = new Uint16Array(mask.length);
  for (let at = 0; at < mask.length; at += 1) {
    if (mask[at] === wanted) continue;
    const above = at < sizePx ? reach : along[at - sizePx]! + 1;
    along[at] = Math.min(above, reach);
  }
  for (let at = mask.length - 1 - sizePx; at >= 0; at -= 1) {
    const below = along[at + sizePx]! + 1;
    if (below < along[at]!) along[at] = below;
  }
  return along;
}
