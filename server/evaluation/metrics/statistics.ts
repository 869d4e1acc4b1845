/** Mean, standard deviation and quantiles of numbers. */

export const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index]!;
  return sum / values.length;
};

/** Standard deviation with n − 1; 0 for fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += (values[index]! - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/** Quantile at `share` (0 to 1), interpolated linearly. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);

/** Share of true values, 0 to 1. */
export const shareOf = (values: readonly boolean[]): number => values.filter(Boolean).length / values.length;
