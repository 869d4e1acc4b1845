/** Runs an inversion: z, v and likelihood of an image under a condition, with checks of their accuracy. */
import type { InversionRequest } from "../../shared/contract/generations/inversion.ts";
import { findOutOfDistribution, typicalityPercentile } from "../engine/calibration.ts";
import { encodeConditions, namedLabels } from "../engine/conditions.ts";
import { checkInversion, invertImage } from "../engine/edits/invert.ts";
import { isOfOneColour } from "../engine/pixels/style-ink.ts";
import { asSmallAsStyle, inkOfStyle, readInInk, readPicture } from "../engine/read-in-ink.ts";
import type { Translation } from "../engine/translation.ts";
import { conditionValues, imageOf, inOwnStyle } from "./conditions/condition-values.ts";
import { withGivenDrawings } from "./drawings/given-drawings.ts";
import type { ConditionImages, InversionResult } from "./protocol.ts";

/**
 * @throws AppError an expert's own error, or `tensor_mismatch` for an image that is missing or has another size than the
 *   target's
 */
export async function runInversion(
  translation: Translation,
  given: InversionRequest,
  givenImages: ConditionImages,
): Promise<InversionResult> {
  const { request, images } = withGivenDrawings(translation, given, givenImages);
  const { calibration, flow } = translation;
  const values = inOwnStyle(conditionValues(request.condition, images, true));
  const styleInk = inkOfStyle(translation, values);
  const image = imageOf(images, request.image);
  const inked = isOfOneColour(styleInk) ? readPicture(translation, image, values) : undefined;
  const read = inked ? readInInk(translation, values, styleInk) : asSmallAsStyle(translation, values);
  const conditions = await encodeConditions(translation, read);
  const { planes } = inked ?? image;
  const inverted = await invertImage(translation, planes, conditions);
  const check = await checkInversion(translation, planes, inverted, conditions);
  const { latent, residual, logLikelihood, conditionGain } = inverted;
  const percentile = typicalityPercentile(calibration, conditions, logLikelihood, "inverted");
  return {
    latent: [...latent],
    residual: [...residual],
    logLikelihood,
    natsPerDimension: -logLikelihood / flow.dims,
    conditionGain,
    ...(percentile === undefined ? {} : { typicalityPercentile: percentile }),
    outOfDistribution: findOutOfDistribution(calibration, conditions),
    namedLabels: namedLabels([conditions]),
    ...check,
  };
}
