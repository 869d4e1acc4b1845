/**
 * Ridge regression in closed form, W = (XᵀX + λI)⁻¹ XᵀY on centred data (Hoerl & Kennard 1970). It maps image features to
 * caption vectors, so alignment is judged without any part of the translation.
 */
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { AppError } from "../../../shared/problem.ts";
import { countOf, rowOf, type Vectors } from "./vectors.ts";

export interface Ridge {
  /** Predictions for inputs [count, in], [count, out]. */
  predict(inputs: Vectors): Vectors;
}

/**
 * @param penalty λ as a share of the mean variance of an input, so that it does not depend on scale or count
 * @throws AppError `dataset_invalid` for fewer than two pairs, or inputs that are all equal
 */
export function fitRidge(inputs: Vectors, outputs: Vectors, penalty: number): Ridge {
  const [count, centreIn, centreOut] = [countOf(inputs), columnMeans(inputs), columnMeans(outputs)];
  const x = centred(inputs, centreIn);
  const xt = x.transpose();
  const gram = xt.mmul(x);
  const spread = gram.trace() / inputs.dims;
  if (count < 2 || spread === 0)
    throw new AppError("dataset_invalid", `ridge: expected at least two images that differ, got ${count}`);
  for (let axis = 0; axis < inputs.dims; axis += 1) gram.set(axis, axis, gram.get(axis, axis) + penalty * spread);
  const weights = new CholeskyDecomposition(gram).solve(xt.mmul(centred(outputs, centreOut)));
  return {
    predict(given) {
      const product = centred(given, centreIn).mmul(weights).addRowVector(Array.from(centreOut));
      return { values: Float32Array.from(product.to1DArray()), dims: outputs.dims };
    },
  };
}

/** Mean of each dimension over all rows, in double precision. */
export function columnMeans(vectors: Vectors): Float64Array {
  const [count, sum] = [countOf(vectors), new Float64Array(vectors.dims)];
  for (let index = 0; index < vectors.values.length; index += 1) sum[index % vectors.dims]! += vectors.values[index]!;
  return sum.map((value) => value / count);
}

/** Mean square of the values minus the centre of their dimension, over all rows and dimensions. */
export function meanSquareAround({ values, dims }: Vectors, centre: Float64Array): number {
  return values.reduce((sum, value, at) => sum + (value - centre[at % dims]!) ** 2, 0) / values.length;
}

/** Rows minus `centre`, as a matrix in double precision. */
export function centred(vectors: Vectors, centre: Float64Array): Matrix {
  const matrix = new Matrix(countOf(vectors), vectors.dims);
  for (let row = 0; row < matrix.rows; row += 1)
    for (const [axis, value] of rowOf(vectors, row).entries()) matrix.set(row, axis, value - centre[axis]!);
  return matrix;
}
