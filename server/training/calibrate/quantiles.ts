/** Order statistics that calibration reads off held-out values. */

/** Held-out images below which a share of 5 % means nothing. */
export const calibratedRowsMin = 20;

/** Values at even shares of the sorted ones, from the smallest to the largest: `steps` + 1 of them. */
export function quantilesOf(values: readonly number[], steps: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: steps + 1 }, (_, step) => sorted[Math.round((step / steps) * (sorted.length - 1))]!);
}

/** Smallest of the values that at most a share of them exceeds. */
export function upperBound(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => b - a);
  return sorted[Math.floor(share * sorted.length)]!;
}

/** Share of pairs in which the outliers value is the larger one; ties count half. */
export function areaUnderCurve(inliers: readonly number[], outliers: readonly number[]): number {
  const wins = inliers.reduce(
    (sum, near) => sum + outliers.reduce((own, far) => own + (far > near ? 1 : far === near ? 0.5 : 0), 0),
    0,
  );
  return wins / (inliers.length * outliers.length);
}
