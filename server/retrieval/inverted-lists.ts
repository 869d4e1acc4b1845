/** Parts unit vectors into lists around centres, by spherical k-means (Dhillon & Modha 2001) on a part of them. Deterministic. */
import { dot, unitOf } from "../engine/edits/sphere.ts";

/** Rounds of k-means, and vectors a list that it looks at: lists need not be perfect, only near. */
const rounds = 6;
const sampledPerList = 32;

export interface InvertedLists {
  /** Unit vectors, [lists, dims]. */
  readonly centres: Float32Array;
  /** List of each vector. */
  readonly listOf: Int32Array;
}

/** @param vectors unit vectors, [vectors, dims] */
export function invertedLists(vectors: Float32Array, dims: number, lists: number): InvertedLists {
  const count = vectors.length / dims;
  const row = (from: Float32Array, at: number): Float32Array => from.subarray(at * dims, (at + 1) * dims);
  const step = Math.max(1, Math.floor(count / (lists * sampledPerList)));
  const sample = Array.from({ length: Math.floor(count / step) }, (_, at) => at * step);
  const centres = new Float32Array(lists * dims);
  for (let list = 0; list < lists; list += 1)
    row(centres, list).set(row(vectors, sample[Math.floor((list * sample.length) / lists)]!));
  const nearest = (vector: Float32Array): number => {
    let [best, most] = [0, Number.NEGATIVE_INFINITY];
    for (let list = 0; list < lists; list += 1) {
      const near = dot(row(centres, list), vector);
      if (near > most) [best, most] = [list, near];
    }
    return best;
  };
  for (let round = 0; round < rounds; round += 1) {
    const sums = new Float32Array(lists * dims);
    for (const at of sample) {
      const sum = row(sums, nearest(row(vectors, at)));
      const vector = row(vectors, at);
      for (let axis = 0; axis < dims; axis += 1) sum[axis]! += vector[axis]!;
    }
    for (let list = 0; list < lists; list += 1) {
      const sum = row(sums, list);
      // A list that nobody is nearest to keeps its centre.
      if (sum.some((value) => value !== 0)) row(centres, list).set(unitOf(sum));
    }
  }
  return { centres, listOf: Int32Array.from({ length: count }, (_, at) => nearest(row(vectors, at))) };
}
