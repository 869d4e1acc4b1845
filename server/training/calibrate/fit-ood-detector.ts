/**
 * Fits the detector of out-of-distribution conditions: cosine distance to the nearest centre of the learned vectors (spherical
 * k-means, Dhillon & Modha 2001) plus a penalty for excess length (distanceToLearned of server/engine/calibration.ts). Held-out
 * vectors set the threshold.
 * Tried instead: distance to the nearest learned vector and Mahalanobis distance separate pictures no better than length does.
 * The shift of the injector's Gaussian by a caption separates worse and in the wrong direction: unknown things shift it more.
 */
import { distanceToLearned, type OodDetector } from "../../engine/calibration.ts";
import { lengthOf } from "../../engine/edits/sphere.ts";
import type { ConditionValue } from "../../engine/interfaces.ts";
import type { Translation } from "../../engine/translation.ts";
import { TrainingRandom } from "../../flow/random.ts";
import type { ConditionTable, TrainingSet } from "../../flow/training-set.ts";
import { copyEntry } from "../../flow/vector-table.ts";
import type { CalibrationEntry } from "../../manifest/manifest.ts";
import { oodCaptions } from "./ood-captions.ts";
import { oodDrawings, oodPictures } from "./ood-pictures.ts";
import { areaUnderCurve, calibratedRowsMin, upperBound } from "./quantiles.ts";
import { sphericalCentres } from "./spherical-centres.ts";

/** Share of held-out conditions that the threshold flags: its false alarms. */
const falseAlarmGoal = 0.05;
/** Learned vectors for k-means, the most centres, and the fewest vectors for one centre. */
const [learnedMax, centresMax, learnedPerCentre] = [6144, 256, 8];

/** A condition of the set under its name in the flow, with its expert. */
export type NamedTable = Omit<ConditionTable, "name"> & Translation["conditions"][number];

export interface FittedDetector {
  readonly test: OodDetector;
  /** The threshold and its error rates. */
  readonly rates: CalibrationEntry["outOfDistribution"][number];
}

/**
 * @param sizePx side of the pictures that picture conditions are measured on
 * @returns undefined for closed vocabularies (labels, label maps), which refuse unknown words by name, and for a condition that
 *   no training image or too few held-out images have
 */
export async function fitOodDetector(
  table: NamedTable,
  set: TrainingSet,
  sizePx: number,
): Promise<FittedDetector | undefined> {
  const { name, options } = table;
  if (table.table.kind !== "dense") return undefined;
  const learnedEntries = [...new Set([...set.trainRows].flatMap((row) => [...options[row]!]))];
  // A request may give any of an image's captions, so they take turns.
  const heldOut = [...set.heldOutRows].flatMap((row, index) => {
    const own = options[row]!;
    return own.length > 0 ? [own[index % own.length]!] : [];
  });
  if (learnedEntries.length === 0 || heldOut.length < calibratedRowsMin) return undefined;
  const sample = new TrainingRandom(0, 0, "evaluation").permutation(learnedEntries.length).slice(0, learnedMax);
  const count = Math.min(centresMax, Math.max(1, Math.floor(sample.length / learnedPerCentre)));
  const vectors = sample.map((at) => vectorOf(table, learnedEntries[at]!));
  const length = Math.fround(upperBound(vectors.map(lengthOf), 0.5));
  // If most learned vectors are zero, length says nothing.
  const learned = { centres: sphericalCentres(vectors, count), length: length > 0 ? length : undefined };
  const inliers = heldOut.map((entry) => distanceToLearned(vectorOf(table, entry), learned));
  const outliers = await distancesOf(table, sizePx, learned);
  const threshold = upperBound(inliers, falseAlarmGoal);
  return {
    test: { name, ...learned, threshold },
    rates: {
      condition: name,
      threshold,
      heldOut: inliers.length,
      falseAlarmRate: crossValidatedRate(inliers),
      outliers: outliers.length,
      missRate: fractionOf(outliers, (score) => score <= threshold),
      auc: areaUnderCurve(inliers, outliers),
    },
  };
}

/**
 * False alarm rate by two-fold cross-validation: each half of the held-out distances is tested with the threshold of the other
 * half.
 */
function crossValidatedRate(distances: readonly number[]): number {
  const halves = [0, 1].map((half) => distances.filter((_, index) => index % 2 === half));
  const alarms = halves.map((half, at) => {
    const threshold = upperBound(halves[1 - at]!, falseAlarmGoal);
    return half.filter((score) => score > threshold).length;
  });
  return (alarms[0]! + alarms[1]!) / distances.length;
}

const fractionOf = (scores: readonly number[], isSo: (score: number) => boolean): number =>
  scores.filter(isSo).length / scores.length;

/** Distances of the out-of-distribution inputs, encoded as a request is. */
async function distancesOf(
  { name, expert }: NamedTable,
  sizePx: number,
  learned: Pick<OodDetector, "centres" | "length">,
): Promise<number[]> {
  const values =
    name === "caption"
      ? Object.values(oodCaptions).flatMap((texts) => texts.map((text): ConditionValue => ({ kind: "text", text })))
      : Object.values(name === "sketch" ? oodDrawings(sizePx) : oodPictures(sizePx)).flat();
  const distances: number[] = [];
  for (const value of values) distances.push(distanceToLearned(await expert.encode([value]), learned));
  return distances;
}

/** An entry of a table, [dims]. */
export function vectorOf({ dims, table }: Pick<ConditionTable, "dims" | "table">, entry: number): Float32Array {
  const vector = new Float32Array(dims);
  copyEntry(table, entry, vector, 0);
  return vector;
}
