/** How much two rows of values differ: the mean absolute difference. */

/** @param other of the same length, one value at least */
export const meanDifference = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
