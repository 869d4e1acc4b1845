/** Row vectors, the input of all metrics: latents, features and captions. Row-major; metrics never change them. */

/** `values` [count, dims]. */
export interface Vectors {
  readonly values: Float32Array;
  readonly dims: number;
}

export const countOf = ({ values, dims }: Vectors): number => values.length / dims;

/** A view of row `index`, [dims]. */
export const rowOf = ({ values, dims }: Vectors, index: number): Float32Array =>
  values.subarray(index * dims, (index + 1) * dims);

/** Copies of the rows at `indices`. */
export function pickRows(vectors: Vectors, indices: ArrayLike<number>): Vectors {
  const values = new Float32Array(indices.length * vectors.dims);
  for (let at = 0; at < indices.length; at += 1) values.set(rowOf(vectors, indices[at]!), at * vectors.dims);
  return { values, dims: vectors.dims };
}

/** Rows of equal length as one matrix. */
export function stackRows(rows: readonly Float32Array[], dims: number): Vectors {
  const values = new Float32Array(rows.length * dims);
  for (const [at, row] of rows.entries()) values.set(row, at * dims);
  return { values, dims };
}

export function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let axis = 0; axis < a.length; axis += 1) sum += (a[axis]! - b[axis]!) ** 2;
  return sum;
}

/** Root mean square difference of a row in both matrices; for features it does not depend on the net's width. */
export const rowDistance = (a: Vectors, b: Vectors, row: number): number =>
  Math.sqrt(squaredDistance(rowOf(a, row), rowOf(b, row)) / a.dims);
