/**
 * Calibration of a translation on held-out data: how likely images usually are, and how far a new condition may lie from the learned
 * ones. server/training/calibrate measures it once and the pack keeps it; this file looks it up.
 */
import { type FlowConditionName, fieldOf } from "../../shared/contract/conditions.ts";
import type { OutOfDistribution } from "../../shared/contract/generations/generation.ts";
import { type EncodedConditions, namesOf } from "./conditions.ts";
import { dot, lengthOf } from "./edits/sphere.ts";

export interface Calibration {
  readonly typicality: readonly Typicality[];
  readonly detectors: readonly OodDetector[];
}

/** log p(z|c) of held-out images given these conditions: quantiles at even steps from the smallest to the largest, in nats. */
export interface Typicality {
  readonly conditions: readonly FlowConditionName[];
  /** For drawn latents: of z with the posterior's noise, as the flow was trained. */
  readonly drawn: readonly number[];
  /** For inverted images: of z = Θ(y), the posterior's mean. */
  readonly inverted: readonly number[];
}

/** Detects vectors of one condition that lie out of the training distribution. */
export interface OodDetector {
  readonly name: FlowConditionName;
  /** Centres of spherical k-means over the learned vectors, unit length, [centres, dims]. */
  readonly centres: Float32Array;
  /** Median length of the learned vectors; absent where only directions were measured. */
  readonly length?: number | undefined;
  /** Largest distance that still counts as known. */
  readonly threshold: number;
}

/**
 * Percentage of held-out images that are less likely under the given conditions. Where this set of conditions was not measured, the
 * largest measured subset counts. Undefined without a calibration.
 */
export function typicalityPercentile(
  calibration: Calibration | undefined,
  given: EncodedConditions,
  logLikelihood: number,
  kind: "drawn" | "inverted",
): number | undefined {
  const names = namesOf(given);
  const fitting = (calibration?.typicality ?? []).filter(({ conditions }) =>
    conditions.every((name) => names.includes(name)),
  );
  const best = fitting.reduce<Typicality | undefined>(
    (most, next) => (next.conditions.length > (most?.conditions.length ?? -1) ? next : most),
    undefined,
  );
  return best && percentileAmong(best[kind], logLikelihood);
}

/** Position of a value among evenly spaced quantiles, interpolated linearly, 0 to 100. */
function percentileAmong(quantiles: readonly number[], value: number): number {
  const above = quantiles.findIndex((quantile) => quantile > value);
  if (above < 0) return 100;
  if (above === 0) return 0;
  const [low, high] = [quantiles[above - 1]!, quantiles[above]!];
  return (100 * (above - 1 + (value - low) / (high - low))) / (quantiles.length - 1);
}

/** The given conditions whose distance to the learned ones is above the threshold. */
export const findOutOfDistribution = (
  calibration: Calibration | undefined,
  given: EncodedConditions,
): OutOfDistribution[] =>
  (calibration?.detectors ?? []).flatMap((test) => {
    const { name, threshold } = test;
    const vector = given[name]?.vector;
    const score = vector ? distanceToLearned(vector, test) : 0;
    return score > threshold ? [{ field: fieldOf(name), score, threshold }] : [];
  });

/**
 * Distance of a vector to the learned ones: cosine distance to the nearest centre plus a penalty for excess length. Codes of pictures
 * unlike any icon often have the direction of icons and a greater length.
 */
export const distanceToLearned = (
  vector: Float32Array,
  { centres, length = Number.POSITIVE_INFINITY }: Pick<OodDetector, "centres" | "length">,
): number => distanceToCentres(vector, centres) + excessWeight * Math.max(0, Math.log(lengthOf(vector) / length));

/** Penalty of a vector e times as long as usual, in cosine distance. Chosen on the pictures that the miss rates are measured on. */
const excessWeight = 2;

/** 1 − the largest cosine between a vector and the centres; 1 for a zero vector. */
export function distanceToCentres(vector: Float32Array, centres: Float32Array): number {
  const dims = vector.length;
  let largest = -1;
  for (let start = 0; start < centres.length; start += dims)
    largest = Math.max(largest, dot(vector, centres.subarray(start, start + dims)));
  const length = lengthOf(vector);
  return length === 0 ? 1 : 1 - largest / length;
}
