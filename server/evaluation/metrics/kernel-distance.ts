/**
 * Kernel distance: the unbiased squared maximum mean discrepancy with the polynomial kernel (x·y/d + 1)³ (Bińkowski et al.
 * 2018, equation 4, here for any feature net). The caller scales features to unit variance a component. The value may be
 * negative.
 */

import { dot } from "../../engine/edits/sphere.ts";
import { TrainingRandom } from "../../flow/random.ts";
import { mean, standardDeviation } from "./statistics.ts";
import { countOf, pickRows, rowOf, type Vectors } from "./vectors.ts";

const kernel = (a: Float32Array, b: Float32Array): number => (dot(a, b) / a.length + 1) ** 3;

/** Mean of the kernel over pairs of different rows. */
function within(vectors: Vectors): number {
  const count = countOf(vectors);
  let sum = 0;
  for (let i = 0; i < count; i += 1) for (let j = 0; j < i; j += 1) sum += kernel(rowOf(vectors, i), rowOf(vectors, j));
  return (2 * sum) / (count * (count - 1));
}

function between(a: Vectors, b: Vectors): number {
  let sum = 0;
  for (let i = 0; i < countOf(a); i += 1)
    for (let j = 0; j < countOf(b); j += 1) sum += kernel(rowOf(a, i), rowOf(b, j));
  return sum / (countOf(a) * countOf(b));
}

/** About 0 for samples of one distribution. Needs at least two rows on each side. */
export const kernelDistance = (a: Vectors, b: Vectors): number => within(a) + within(b) - 2 * between(a, b);

/** Mean and standard deviation of the kernel distance over random subsets of both sides. */
export function kernelDistanceOfSubsets(
  a: Vectors,
  b: Vectors,
  { subsets, size, seed }: { readonly subsets: number; readonly size: number; readonly seed: number },
): { readonly mean: number; readonly std: number } {
  const random = new TrainingRandom(seed, 0, "evaluation");
  const draw = (vectors: Vectors): Vectors =>
    pickRows(vectors, random.permutation(countOf(vectors)).slice(0, Math.min(size, countOf(vectors))));
  const values = Array.from({ length: subsets }, () => kernelDistance(draw(a), draw(b)));
  return { mean: mean(values), std: standardDeviation(values) };
}
