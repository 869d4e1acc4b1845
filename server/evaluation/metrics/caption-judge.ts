/**
 * The judge of caption alignment: a linear map from image features to whitened caption vectors. Vectors of short captions share
 * most of their length. Without their mean and common directions the judge names two of three real icons instead of one. In
 * closed form this is canonical correlation analysis (Hotelling 1936) up to the weight of each direction.
 */
import { Matrix } from "ml-matrix";
import { fitWhitening } from "../../flow/whitening.ts";
import { centred, columnMeans, fitRidge, meanSquareAround } from "./ridge.ts";
import { countOf, type Vectors } from "./vectors.ts";

export interface CaptionJudge {
  /** Whitened caption vectors predicted from image features [count, features]. */
  predict(features: Vectors): Vectors;
  /** Whitened vectors of captions [count, dims of the text expert]. */
  place(captions: Vectors): Vectors;
}

/**
 * Variance added to each direction of captions, in units of their mean variance: regularisation for many captions, more for
 * few, until whitening only removes the mean.
 */
const addedVariance = (captions: Vectors): number => 0.05 + captions.dims / countOf(captions);

/** Whitening of captions, by the captions that a judge is fitted on. */
export function fitPlacing(captions: Vectors): CaptionJudge["place"] {
  // 1 when all captions are equal, which leaves nothing to judge.
  const spread = meanSquareAround(captions, columnMeans(captions)) || 1;
  const { mean, matrix } = fitWhitening(captions.values, captions.dims, Math.sqrt(spread * addedVariance(captions)));
  const { dims } = captions;
  const whiten = Matrix.from1DArray(dims, dims, matrix);
  return (vectors) => ({ values: Float32Array.from(centred(vectors, mean).mmul(whiten).to1DArray()), dims });
}

/**
 * @param penalty of the ridge regression, see `fitRidge`
 * @throws AppError `dataset_invalid` for fewer than two pairs, or features that are all equal
 */
export function fitCaptionJudge(features: Vectors, captions: Vectors, penalty: number): CaptionJudge {
  const place = fitPlacing(captions);
  const { predict } = fitRidge(features, place(captions), penalty);
  return { predict, place };
}
