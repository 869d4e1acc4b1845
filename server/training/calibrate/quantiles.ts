/** Order statistics of held-out values, for calibration. */

/** Fewest held-out images with which a share of 5 % is meaningful. */
export const calibratedRowsMin = 20;

/** `steps` + 1 evenly spaced quantiles, from the smallest value to the largest. */
export function quantilesOf(values: readonly number[], steps: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: steps + 1 }, (_, step) => sorted[Math.round((step / steps) * (sorted.length - 1))]!);
}

/** The smallest value that at most this share of the values exceeds. */
export function upperBound(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => b - a);
  return sorted[Math.floor(share * sorted.length)]!;
}

/** Area under the ROC curve: share of pairs in which the outlier's value is larger; ties count half. */
export function areaUnderCurve(inliers: readonly number[], outliers: readonly number[]): number {
  const wins = inliers.reduce(
    (sum, near) => sum + outliers.reduce((own, far) => own + (far > near ? 1 : far === near ? 0.5 : 0), 0),
    0,
  );
  return wins / (inliers.length * outliers.length);
}
