/** How unlike others a drawing looks, small and as it is placed. Pure. */
import { meanDifference } from "../../platform/mean-difference.ts";

/**
 * Half the least of its differences in mean alpha, so that it repeats none, and half the mean of all, so that the set differs.
 * @param alphas of the drawing, in [0, 1]
 * @param others of the same length, one at least
 */
export function unlikeness(alphas: Float32Array, others: readonly Float32Array[]): number {
  const differences = others.map((other) => meanDifference(alphas, other));
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
  return (Math.min(...differences) + mean) / 2;
}
