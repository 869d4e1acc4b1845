/**
 * ZCA whitening of z: v = (z − mean)·W with W = Σ^(−1/2). The covariance becomes the identity while every coordinate stays
 * close to its latent dimension. Σ includes the fixed posterior noise, whose variance bounds it from below. Choice of ZCA:
 * Kessy, Lewin, Strimmer 2018, "Optimal whitening and decorrelation".
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";

export interface Whitening {
  /** [dims] */
  readonly mean: Float64Array;
  /** [dims, dims], symmetric. */
  readonly matrix: Float64Array;
  readonly inverse: Float64Array;
  /** log |det W| in nats. */
  readonly logDet: number;
}

/**
 * @param means posterior means, [rows, dims]
 * @param posteriorStd standard deviation of the noise that training adds to them
 */
export function fitWhitening(means: Float32Array, dims: number, posteriorStd: number): Whitening {
  const rows = means.length / dims;
  const mean = new Float64Array(dims);
  for (let index = 0; index < means.length; index += 1) mean[index % dims]! += means[index]! / rows;
  const covariance = covarianceOf(means, mean, dims);
  for (let axis = 0; axis < dims; axis += 1) covariance[axis * dims + axis]! += posteriorStd ** 2;
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(dims, dims, covariance),
    { assumeSymmetric: true },
  );
  const power = (exponent: number): Float64Array => {
    const scaled = eigenvectorMatrix.clone().mulRowVector(realEigenvalues.map((value) => value ** exponent));
    return Float64Array.from(scaled.mmul(eigenvectorMatrix.transpose()).to1DArray());
  };
  return {
    mean,
    matrix: power(-0.5),
    inverse: power(0.5),
    logDet: -0.5 * realEigenvalues.reduce((sum, value) => sum + Math.log(value), 0),
  };
}

/** The identity, for flows in tests. */
export function identityWhitening(dims: number): Whitening {
  const matrix = Float64Array.from(Matrix.eye(dims, dims).to1DArray());
  return { mean: new Float64Array(dims), matrix, inverse: matrix, logDet: 0 };
}

function covarianceOf(means: Float32Array, mean: Float64Array, dims: number): Float64Array {
  const rows = means.length / dims;
  // 20,000 rows determine a 512 × 512 covariance; more only take time.
  const stride = Math.max(1, Math.floor(rows / 20_000));
  const covariance = new Float64Array(dims * dims);
  const centred = new Float64Array(dims);
  let used = 0;
  for (let row = 0; row < rows; row += stride) {
    used += 1;
    for (let axis = 0; axis < dims; axis += 1) centred[axis] = means[row * dims + axis]! - mean[axis]!;
    for (let axis = 0; axis < dims; axis += 1) {
      const value = centred[axis]!;
      const offset = axis * dims;
      for (let other = axis; other < dims; other += 1) covariance[offset + other]! += value * centred[other]!;
    }
  }
  for (let axis = 0; axis < dims; axis += 1)
    for (let other = axis; other < dims; other += 1) {
      const value = covariance[axis * dims + other]! / Math.max(1, used - 1);
      covariance[axis * dims + other] = value;
      covariance[other * dims + axis] = value;
    }
  return covariance;
}
