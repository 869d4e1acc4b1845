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
  const weights = solveRidge({ count, gram: xt.mmul(x), cross: xt.mmul(centred(outputs, centreOut)) }, penalty);
  return {
    predict(given) {
      const product = centred(given, centreIn).mmul(weights).addRowVector(Array.from(centreOut));
      return { values: Float32Array.from(product.to1DArray()), dims: outputs.dims };
    },
  };
}

/** XᵀX [in, in] and XᵀY [in, out] of centred pairs. */
export interface RidgeSums {
  readonly count: number;
  readonly gram: Matrix;
  readonly cross: Matrix;
}

/**
 * The weights [in, out] of a ridge regression whose sums are known.
 * @throws AppError `dataset_invalid` for fewer than two pairs, or inputs that are all equal
 */
export function solveRidge({ count, gram, cross }: RidgeSums, penalty: number): Matrix {
  const spread = gram.trace() / gram.rows;
  if (count < 2 || spread === 0)
    throw new AppError("dataset_invalid", `ridge: expected at least two images that differ, got ${count}`);
  const sum = gram.clone();
  for (let axis = 0; axis < sum.rows; axis += 1) sum.set(axis, axis, sum.get(axis, axis) + penalty * spread);
  const lower = new CholeskyDecomposition(sum).lowerTriangularMatrix.to2DArray();
  // Forwards, then backwards, row by row: the library's own solution goes column by column and takes ten times as long.
  const solved = cross.to2DArray().map((row) => Float64Array.from(row));
  for (const [at, factors] of lower.entries()) {
    for (let before = 0; before < at; before += 1) addTimes(solved[at]!, solved[before]!, -factors[before]!);
    scaleBy(solved[at]!, 1 / factors[at]!);
  }
  for (let at = lower.length - 1; at >= 0; at -= 1) {
    scaleBy(solved[at]!, 1 / lower[at]![at]!);
    for (let before = 0; before < at; before += 1) addTimes(solved[before]!, solved[at]!, -lower[at]![before]!);
  }
  return new Matrix(solved.map((row) => [...row]));
}

function addTimes(target: Float64Array, row: Float64Array, factor: number): void {
  for (let at = 0; at < target.length; at += 1) target[at]! += factor * row[at]!;
}

function scaleBy(row: Float64Array, factor: number): void {
  for (let at = 0; at < row.length; at += 1) row[at]! *= factor;
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
