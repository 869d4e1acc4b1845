/**
 * The judge of caption alignment: a straight line from features of images to captions, both in a space where no direction of captions
 * is louder than another. Vectors of short captions share most of their length; without their mean and their common directions the judge
 * names two of three real icons rather than one. In closed form this is canonical correlation analysis (Hotelling 1936) up to the
 * weight of each direction.
 */
import { Matrix } from "ml-matrix";
import { fitWhitening } from "../../flow/whitening.ts";
import { centred, columnMeans, fitRidge, meanSquareAround } from "./ridge.ts";
import { countOf, type Vectors } from "./vectors.ts";

export interface CaptionJudge {
  /** Where features of images [count, features] place them among captions. */
  predict(features: Vectors): Vectors;
  /** Where captions [count, dims of the text expert] are themselves. */
  place(captions: Vectors): Vectors;
}

/**
 * Variance that is added to each direction of captions, in units of their mean variance: what many captions leave unsure, and more
 * the fewer there are, until whitening only takes their mean away.
 */
const addedVariance = (captions: Vectors): number => 0.05 + captions.dims / countOf(captions);

/**
 * @param penalty of the ridge regression, see `fitRidge`
 * @throws AppError `dataset_invalid` for fewer than two pairs, or features that are all the same
 */
export function fitCaptionJudge(features: Vectors, captions: Vectors, penalty: number): CaptionJudge {
  // 1 where all captions are the same, which leaves nothing to judge.
  const spread = meanSquareAround(captions, columnMeans(captions)) || 1;
  const { mean, matrix } = fitWhitening(captions.values, captions.dims, Math.sqrt(spread * addedVariance(captions)));
  const { dims } = captions;
  const whiten = Matrix.from1DArray(dims, dims, matrix);
  const place = (vectors: Vectors): Vectors => ({
    values: Float32Array.from(centred(vectors, mean).mmul(whiten).to1DArray()),
    dims,
  });
  const { predict } = fitRidge(features, place(captions), penalty);
  return { predict, place };
}
