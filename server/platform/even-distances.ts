/** Systematic sampling: evenly spaced indices, for when looking at all items would cost too much. */

/** Evenly spaced indices among `count`, from the first one on; all of them if there are at most `most`. */
export function evenPlaces(count: number, most: number): number[] {
  const step = Math.max(1, count / most);
  return Array.from({ length: Math.min(count, most) }, (_, index) => Math.floor(index * step));
}
