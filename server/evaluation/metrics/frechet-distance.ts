/**
 * Fréchet distance of two Gaussians fitted to features: ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½) (Heusel et al. 2017, here for any
 * feature net). Few rows bias it upwards, so compare only values of equal counts.
 */
import { EigenvalueDecomposition, type Matrix, SingularValueDecomposition } from "ml-matrix";
import { centred, columnMeans } from "./ridge.ts";
import { countOf, type Vectors } from "./vectors.ts";

export function frechetDistance(a: Vectors, b: Vectors): number {
  const [meanA, meanB] = [columnMeans(a), columnMeans(b)];
  const shift = meanA.reduce((sum, value, axis) => sum + (value - meanB[axis]!) ** 2, 0);
  // X with Σ = XᵀX.
  const [rootA, rootB] = [spreadOf(a, meanA), spreadOf(b, meanB)];
  const isFew = Math.min(rootA.rows, rootB.rows) < a.dims;
  const cross = isFew ? crossOfRows(rootA, rootB) : crossOfColumns(rootA, rootB);
  return shift + rootA.norm("frobenius") ** 2 + rootB.norm("frobenius") ** 2 - 2 * cross;
}

/** Tr (Σ₁Σ₂)^½ = Tr (Σ₁^½ Σ₂ Σ₁^½)^½, which is symmetric and so has real roots. */
export function crossOfColumns(a: Matrix, b: Matrix): number {
  const root = symmetricRoot(a.transpose().mmul(a));
  const product = root.mmul(b.transpose().mmul(b)).mmul(root);
  const roots = eigen(product.add(product.transpose()).mul(0.5)).realEigenvalues;
  return roots.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

/** The same as the sum of the singular values of X₁X₂ᵀ, whose squares are the roots of Σ₁Σ₂: quicker for fewer rows than columns. */
export function crossOfRows(a: Matrix, b: Matrix): number {
  const none = { computeLeftSingularVectors: false, computeRightSingularVectors: false };
  const { diagonal } = new SingularValueDecomposition(a.mmul(b.transpose()), { ...none, autoTranspose: true });
  return diagonal.reduce((sum, value) => sum + value, 0);
}

const eigen = (matrix: Matrix): EigenvalueDecomposition =>
  new EigenvalueDecomposition(matrix, { assumeSymmetric: true });

const spreadOf = (vectors: Vectors, centre: Float64Array): Matrix =>
  centred(vectors, centre).div(Math.sqrt(Math.max(1, countOf(vectors) - 1)));

function symmetricRoot(matrix: Matrix): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = eigen(matrix);
  const scaled = eigenvectorMatrix.clone().mulRowVector(realEigenvalues.map((value) => Math.sqrt(Math.max(0, value))));
  return scaled.mmul(eigenvectorMatrix.transpose());
}
