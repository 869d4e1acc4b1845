/** Spherical k-means (Dhillon & Modha 2001): unit vectors at the centres of clusters, by cosine. Deterministic. */

import { unitOf } from "../../engine/edits/sphere.ts";
import { TrainingRandom } from "../../flow/random.ts";

/** Rounds of k-means; clusters of captions hardly change after them. */
const rounds = 6;

/**
 * @param vectors at least `count`, of any length
 * @returns centres [count, dims] of unit length; zeros for clusters of zero vectors
 */
export function sphericalCentres(vectors: readonly Float32Array[], count: number): Float32Array {
  const dims = vectors[0]!.length;
  const first = new TrainingRandom(1, 0, "evaluation").permutation(vectors.length).slice(0, count);
  const centres = new Float32Array(count * dims);
  for (const [index, at] of first.entries()) centres.set(unitOf(vectors[at]!), index * dims);
  for (let round = 0; round < rounds; round += 1) {
    const sums = new Float32Array(count * dims);
    for (const vector of vectors) {
      const offset = nearest(vector, centres) * dims;
      for (let axis = 0; axis < dims; axis += 1) sums[offset + axis]! += vector[axis]!;
    }
    for (let index = 0; index < count; index += 1) {
      const sum = sums.subarray(index * dims, (index + 1) * dims);
      // An empty cluster keeps its centre.
      if (sum.some((value) => value !== 0)) centres.set(unitOf(sum), index * dims);
    }
  }
  return centres;
}

function nearest(vector: Float32Array, centres: Float32Array): number {
  const dims = vector.length;
  let [best, most] = [0, Number.NEGATIVE_INFINITY];
  for (let index = 0; index * dims < centres.length; index += 1) {
    let product = 0;
    for (let axis = 0; axis < dims; axis += 1) product += vector[axis]! * centres[index * dims + axis]!;
    if (product > most) [best, most] = [index, product];
  }
  return best;
}
