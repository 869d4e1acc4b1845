/** Means of row vectors. */

/** Mean of some rows of `values`, [all rows, dims]. @param rows at least one */
export function meanRow(values: Float32Array, dims: number, rows: ArrayLike<number>): Float32Array {
  const sum = new Float32Array(dims);
  for (let at = 0; at < rows.length; at += 1)
    for (let axis = 0; axis < dims; axis += 1) sum[axis]! += values[rows[at]! * dims + axis]!;
  return sum.map((value) => value / rows.length);
}
