/** Some of many, spread over all of them, where looking at each would cost too much: systematic sampling. */

/** Places at even distances among `count`, from the first on; all of them where there are no more than `most`. */
export function evenPlaces(count: number, most: number): number[] {
  const step = Math.max(1, count / most);
  return Array.from({ length: Math.min(count, most) }, (_, index) => Math.floor(index * step));
}
