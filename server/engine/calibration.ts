/**
 * What held-out data says about a translation's numbers: how likely images usually are, and how far from the learned conditions a
 * new one may lie. Measured once by server/training/calibrate/calibrate.ts, kept in the pack, only looked up here.
 */
import { type FlowConditionName, fieldOf } from "../../shared/conditions.ts";
import type { OutOfDistribution } from "../../shared/contract.ts";
import { type EncodedConditions, namesOf } from "./conditions.ts";
import { dot, lengthOf } from "./sphere.ts";

export interface Calibration {
  readonly typicality: readonly Typicality[];
  readonly detectors: readonly OodDetector[];
}

/** log p(z|c) of held-out images given these conditions: quantiles at even steps from the smallest to the largest, in nats. */
export interface Typicality {
  readonly conditions: readonly FlowConditionName[];
  /** Of z as the flow learned it, with the posterior's noise: what drawn latents compare with. */
  readonly drawn: readonly number[];
  /** Of z = Θ(y), the posterior's mean: what inverted images compare with. */
  readonly inverted: readonly number[];
}

/** Where the vectors of a condition were learned. */
export interface OodDetector {
  readonly name: FlowConditionName;
  /** Unit vectors in the middle of learned ones, [centres, dims]. */
  readonly centres: Float32Array;
  /** Median length of learned vectors; absent in calibrations that knew directions alone. */
  readonly length?: number | undefined;
  /** Largest distance that still counts as known. */
  readonly threshold: number;
}

/**
 * Share of held-out images, 0 to 100, that are less likely, under the given conditions or, where these were not measured together, the
 * largest measured part of them; undefined without a calibration.
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

/** Position of a value among quantiles at even steps, straight between two of them. */
function percentileAmong(quantiles: readonly number[], value: number): number {
  const above = quantiles.findIndex((quantile) => quantile > value);
  if (above < 0) return 100;
  if (above === 0) return 0;
  const [low, high] = [quantiles[above - 1]!, quantiles[above]!];
  return (100 * (above - 1 + (value - low) / (high - low))) / (quantiles.length - 1);
}

/** Given conditions that lie farther from everything learned than the threshold. */
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
 * How far a vector lies from what was learned: its distance to the nearest middle, and what it is longer than learned vectors
 * usually are. Codes of pictures that no icon resembles often point where icons do and reach farther.
 */
export const distanceToLearned = (
  vector: Float32Array,
  { centres, length = Number.POSITIVE_INFINITY }: Pick<OodDetector, "centres" | "length">,
): number => distanceToCentres(vector, centres) + excessWeight * Math.max(0, Math.log(lengthOf(vector) / length));

/** Of a vector e times as long as usual, in distances by cosine: chosen on the pictures that the rates of misses are measured on. */
const excessWeight = 2;

/** 1 − the largest cosine between a vector and the centres; 1 for a vector of zeros, which points nowhere. */
export function distanceToCentres(vector: Float32Array, centres: Float32Array): number {
  const dims = vector.length;
  let largest = -1;
  for (let start = 0; start < centres.length; start += dims)
    largest = Math.max(largest, dot(vector, centres.subarray(start, start + dims)));
  const length = lengthOf(vector);
  return length === 0 ? 1 : 1 - largest / length;
}
