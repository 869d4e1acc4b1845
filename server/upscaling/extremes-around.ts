/**
 * The least and the greatest values around each place of a plane, and places of one level. A window is taken along rows, then along
 * columns (van Herk 1992 needs fewer comparisons, which does not pay for windows this small). Pure.
 */

export interface Extremes {
  readonly least: Float32Array;
  readonly most: Float32Array;
}

/**
 * @param plane [heightPx, widthPx]
 * @param reachPx places to each side that count; beyond borders there are none
 */
export function extremesAround(plane: Float32Array, widthPx: number, reachPx: number): Extremes {
  const [leastInRow, mostInRow] = [plane.slice(), plane.slice()];
  for (let start = 0; start < plane.length; start += widthPx)
    for (let shift = 1; shift <= reachPx; shift += 1)
      for (let left = start, right = start + shift; right < start + widthPx; left += 1, right += 1) {
        const [a, b] = [plane[left]!, plane[right]!];
        if (b < leastInRow[left]!) leastInRow[left] = b;
        if (b > mostInRow[left]!) mostInRow[left] = b;
        if (a < leastInRow[right]!) leastInRow[right] = a;
        if (a > mostInRow[right]!) mostInRow[right] = a;
      }
  const [least, most] = [leastInRow.slice(), mostInRow.slice()];
  for (let shift = 1; shift <= reachPx; shift += 1)
    for (let above = 0, below = shift * widthPx; below < plane.length; above += 1, below += 1) {
      if (leastInRow[below]! < least[above]!) least[above] = leastInRow[below]!;
      if (mostInRow[below]! > most[above]!) most[above] = mostInRow[below]!;
      if (leastInRow[above]! < least[below]!) least[below] = leastInRow[above]!;
      if (mostInRow[above]! > most[below]!) most[below] = mostInRow[above]!;
    }
  return { least, most };
}

/** 1 where the 3 × 3 around a place lies within `sameLevel` of its value. A line of one or two pixels, whose level may be a mixture, is not flat. */
export function flatPlaces(plane: Float32Array, { least, most }: Extremes, sameLevel: number): Uint8Array {
  const isFlat = new Uint8Array(plane.length);
  for (let at = 0; at < plane.length; at += 1)
    if (most[at]! - plane[at]! <= sameLevel && plane[at]! - least[at]! <= sameLevel) isFlat[at] = 1;
  return isFlat;
}

/** Sums of everything above and to the left, [heightPx + 1, widthPx + 1] (Crow 1984). Of whole numbers they are exact. */
export function sumTable(values: ArrayLike<number>, widthPx: number, heightPx: number): Float64Array {
  const line = widthPx + 1;
  const sums = new Float64Array(line * (heightPx + 1));
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0, row = 0; x < widthPx; x += 1) {
      row += values[y * widthPx + x]!;
      sums[(y + 1) * line + x + 1] = sums[y * line + x + 1]! + row;
    }
  return sums;
}

/** The sum within `reachPx` to each side of a place. */
export function sumAround(
  sums: Float64Array,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
  x: number,
  y: number,
  reachPx: number,
): number {
  const line = widthPx + 1;
  const left = Math.max(0, x - reachPx);
  const right = Math.min(widthPx, x + reachPx + 1);
  const top = Math.max(0, y - reachPx) * line;
  const bottom = Math.min(heightPx, y + reachPx + 1) * line;
  return sums[bottom + right]! - sums[top + right]! - sums[bottom + left]! + sums[top + left]!;
}
