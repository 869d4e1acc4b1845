/** Columns of a graph's values moved and spread: the permutations between couplings, and weights for columns that stay in place. */
import type { Graph, Value } from "../../onnx/graph.ts";
import { gemm, permuteColumns } from "../../onnx/ops.ts";

/** Above this width the multiplication costs more than moving columns. */
const permutedByProductMax = 32;

/** Reorders columns. A few columns are moved faster by multiplying with the permutation's matrix, which is exact as well. */
export function permute(x: Value, order: readonly number[]): Value {
  const size = order.length;
  if (size > permutedByProductMax) return permuteColumns(x, order);
  const matrix = new Float32Array(size * size);
  for (const [to, from] of order.entries()) matrix[from * size + to] = 1;
  return gemm(x, x.graph.constant(matrix, [size, size]));
}

/** Matrix [places.length, frame] that moves column q to `places[q]`, times `factor`. */
export function selection(graph: Graph, places: readonly number[], frame: number, factor = 1): Value {
  const matrix = new Float32Array(places.length * frame);
  for (const [column, place] of places.entries()) matrix[column * frame + place] = factor;
  return graph.constant(matrix, [places.length, frame]);
}

/** A weight [places.length, columns] for values at `places` of a wider frame: [frame, columns], zeros elsewhere. */
export const spreadRows = (weight: Value, places: readonly number[], frame: number): Value =>
  gemm(selection(weight.graph, places, frame), weight, { transA: true });

export const invert = (permutation: readonly number[]): number[] => {
  const inverse = new Array<number>(permutation.length);
  for (const [to, from] of permutation.entries()) inverse[from] = to;
  return inverse;
};
