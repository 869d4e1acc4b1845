/**
 * Euclidean distances on a grid, exact up to a reach: first along columns, then along rows, where only as many cells are looked at as the
 * best distance so far leaves open (Saito & Toriwaki 1994, "New algorithms for Euclidean distance transformation"). Lines are thin, so few are. Pure.
 */

/**
 * @param mask [sizePx, sizePx]
 * @param reach largest distance that counts
 * @returns from each cell to the nearest one of the mask that is `wanted`, in cells; `reach` where none is as near
 */
export function distancesTo(wanted: 0 | 1, mask: Uint8Array, sizePx: number, reach: number): Float32Array {
  const along = distancesInColumns(wanted, mask, sizePx, Math.ceil(reach));
  const [distances, skipped] = [new Float32Array(mask.length), new Uint16Array(sizePx)];
  const far = Math.ceil(reach);
  for (let row = 0; row < mask.length; row += sizePx) {
    // Cells of the row up to the next one whose column knows anything: far from all, nothing is looked at.
    for (let x = 0, since = far; x < sizePx; x += 1) {
      since = along[row + x]! < far ? 0 : since + 1;
      skipped[x] = Math.min(far, since);
    }
    for (let x = sizePx - 1, since = far; x >= 0; x -= 1) {
      since = along[row + x]! < far ? 0 : since + 1;
      skipped[x] = Math.min(skipped[x]!, since);
    }
    for (let x = 0; x < sizePx; x += 1) {
      const at = row + x;
      if (mask[at] === wanted) continue;
      let best = Math.min(along[at]! ** 2, reach ** 2);
      const most = Math.max(x, sizePx - 1 - x);
      for (let away = Math.max(1, skipped[x]!); away <= most && away * away < best; away += 1) {
        if (away <= x) best = Math.min(best, away * away + along[at - away]! ** 2);
        if (x + away < sizePx) best = Math.min(best, away * away + along[at + away]! ** 2);
      }
      distances[at] = Math.sqrt(best);
    }
  }
  return distances;
}

function distancesInColumns(wanted: 0 | 1, mask: Uint8Array, sizePx: number, reach: number): Uint16Array {
  const along = new Uint16Array(mask.length).fill(reach);
  for (let at = 0; at < mask.length; at += 1)
    if (mask[at] === wanted) along[at] = 0;
    else if (at >= sizePx) along[at] = Math.min(reach, along[at - sizePx]! + 1);
  for (let at = mask.length - 1 - sizePx; at >= 0; at -= 1) along[at] = Math.min(along[at]!, along[at + sizePx]! + 1);
  return along;
}
