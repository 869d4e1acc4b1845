/**
 * The test for conditions outside what was learned: one minus the largest cosine to the middles of learned vectors (spherical
 * k-means, Dhillon & Modha 2001), plus what a vector is longer than learned ones (distanceToLearned of server/engine/calibration.ts), and
 * the threshold that held-out vectors set. Tried beside it: the distance to the nearest learned vector and the Mahalanobis distance, which
 * tell pictures apart no better than length does; and how far a caption moves the injector's
 * Gaussian, which tells less apart, and the other way round than one would hope, because captions of unknown things move it more.
 */
import { distanceToLearned, type OodDetector } from "../../engine/calibration.ts";
import type { ConditionValue } from "../../engine/interfaces.ts";
import { lengthOf } from "../../engine/sphere.ts";
import type { Translation } from "../../engine/translation.ts";
import { TrainingRandom } from "../../flow/random.ts";
import type { ConditionTable, TrainingSet } from "../../flow/training-set.ts";
import { copyEntry } from "../../flow/vector-table.ts";
import type { CalibrationEntry } from "../../manifest/manifest.ts";
import { oodCaptions } from "./ood-captions.ts";
import { oodDrawings, oodPictures } from "./ood-pictures.ts";
import { areaUnderCurve, calibratedRowsMin, upperBound } from "./quantiles.ts";
import { sphericalCentres } from "./spherical-centres.ts";

/** Share of held-out conditions that the threshold calls outside. */
const falseAlarmGoal = 0.05;
/** Learned vectors that middles are found in, and the middles: at most one for eight of them. */
const [learnedMax, centresMax, learnedPerCentre] = [6144, 256, 8];

/** A condition of the set by its flow's name, with the expert that encoded it. */
export type NamedTable = Omit<ConditionTable, "name"> & Translation["conditions"][number];

export interface FittedDetector {
  readonly test: OodDetector;
  /** The threshold and how often it errs. */
  readonly rates: CalibrationEntry["outOfDistribution"][number];
}

/**
 * @param sizePx side of the images that picture conditions are tried with
 * @returns undefined for closed vocabularies (labels, label maps), whose unknown words are refused by name, and for a condition that
 * no training or too few held-out images have
 */
export async function fitOodDetector(
  table: NamedTable,
  set: TrainingSet,
  sizePx: number,
): Promise<FittedDetector | undefined> {
  const { name, options } = table;
  if (table.table.kind !== "dense") return undefined;
  const learned = [...new Set([...set.trainRows].flatMap((row) => [...options[row]!]))];
  // Of several captions any one may be given, not only the plainest.
  const heldOut = [...set.heldOutRows].flatMap((row, index) => {
    const own = options[row]!;
    return own.length > 0 ? [own[index % own.length]!] : [];
  });
  if (learned.length === 0 || heldOut.length < calibratedRowsMin) return undefined;
  const sample = new TrainingRandom(0, 0, "evaluation").permutation(learned.length).slice(0, learnedMax);
  const count = Math.min(centresMax, Math.max(1, Math.floor(sample.length / learnedPerCentre)));
  const vectors = sample.map((at) => vectorOf(table, learned[at]!));
  const length = Math.fround(upperBound(vectors.map(lengthOf), 0.5));
  // Where most learned vectors are zeros, no length is unusual.
  const place = { centres: sphericalCentres(vectors, count), length: length > 0 ? length : undefined };
  const inside = heldOut.map((entry) => distanceToLearned(vectorOf(table, entry), place));
  const beyond = await distancesOf(table, sizePx, place);
  const threshold = upperBound(inside, falseAlarmGoal);
  return {
    test: { name, ...place, threshold },
    rates: {
      condition: name,
      threshold,
      heldOut: inside.length,
      falseAlarmRate: crossedRate(inside),
      outliers: beyond.length,
      missRate: shareOf(beyond, (score) => score <= threshold),
      auc: areaUnderCurve(inside, beyond),
    },
  };
}

/** Rate of false alarms of thresholds that one half of the held-out distances set, on the other half, both ways. */
function crossedRate(distances: readonly number[]): number {
  const halves = [0, 1].map((half) => distances.filter((_, index) => index % 2 === half));
  const alarms = halves.map((half, at) => {
    const threshold = upperBound(halves[1 - at]!, falseAlarmGoal);
    return half.filter((score) => score > threshold).length;
  });
  return (alarms[0]! + alarms[1]!) / distances.length;
}

const shareOf = (scores: readonly number[], isSo: (score: number) => boolean): number =>
  scores.filter(isSo).length / scores.length;

/** Distances of what the condition shall be told from, encoded as a request is. */
async function distancesOf(
  { name, expert }: NamedTable,
  sizePx: number,
  place: Pick<OodDetector, "centres" | "length">,
): Promise<number[]> {
  const values =
    name === "caption"
      ? Object.values(oodCaptions).flatMap((texts) => texts.map((text): ConditionValue => ({ kind: "text", text })))
      : Object.values(name === "sketch" ? oodDrawings(sizePx) : oodPictures(sizePx)).flat();
  const distances: number[] = [];
  for (const value of values) distances.push(distanceToLearned(await expert.encode([value]), place));
  return distances;
}

/** An entry of a table, [dims]. */
export function vectorOf({ dims, table }: Pick<ConditionTable, "dims" | "table">, entry: number): Float32Array {
  const vector = new Float32Array(dims);
  copyEntry(table, entry, vector, 0);
  return vector;
}
