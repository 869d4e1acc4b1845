/** Up to `count` values, evenly spaced over all, from the first on. */
export function spaced<T>(values: readonly T[], count: number): T[] {
  const step = Math.max(1, Math.floor(values.length / count));
  return values.filter((_, at) => at % step === 0).slice(0, count);
}
