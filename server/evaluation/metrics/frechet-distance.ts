/**
 * Fréchet distance of two Gaussians fitted to features: ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½) (Heusel et al. 2017, here for any
 * feature net). Few rows bias it upwards, so compare only values of equal counts.
 */
import { EigenvalueDecomposition, type Matrix } from "ml-matrix";
import { centred, columnMeans } from "./ridge.ts";
import { countOf, type Vectors } from "./vectors.ts";

export function frechetDistance(a: Vectors, b: Vectors): number {
  const [meanA, meanB] = [columnMeans(a), columnMeans(b)];
  const [covarianceA, covarianceB] = [covarianceOf(a, meanA), covarianceOf(b, meanB)];
  const shift = meanA.reduce((sum, value, axis) => sum + (value - meanB[axis]!) ** 2, 0);
  // Tr (Σ₁Σ₂)^½ = Tr (Σ₁^½ Σ₂ Σ₁^½)^½, which is symmetric and so has real roots.
  const rootA = symmetricRoot(covarianceA);
  const product = rootA.mmul(covarianceB).mmul(rootA);
  const roots = eigen(product.add(product.transpose()).mul(0.5)).realEigenvalues;
  const cross = roots.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return shift + covarianceA.trace() + covarianceB.trace() - 2 * cross;
}

const eigen = (matrix: Matrix): EigenvalueDecomposition =>
  new EigenvalueDecomposition(matrix, { assumeSymmetric: true });

function covarianceOf(vectors: Vectors, centre: Float64Array): Matrix {
  const x = centred(vectors, centre);
  return x
    .transpose()
    .mmul(x)
    .div(Math.max(1, countOf(vectors) - 1));
}

function symmetricRoot(matrix: Matrix): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = eigen(matrix);
  const scaled = eigenvectorMatrix.clone().mulRowVector(realEigenvalues.map((value) => Math.sqrt(Math.max(0, value))));
  return scaled.mmul(eigenvectorMatrix.transpose());
}
