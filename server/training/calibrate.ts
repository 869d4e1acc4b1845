/**
 * Calibrates a trained translation on its held-out images: how likely images are, by the conditions that were given, and how far from
 * learned conditions others lie. The distance is one minus the largest cosine to the middles of learned vectors (spherical k-means,
 * Dhillon & Modha 2001). Tried beside it: how far a caption moves the injector's Gaussian, which tells less apart, and the other way
 * round than one would hope, because captions of unknown things move it more.
 */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type FlowConditionName, fieldOf } from "../../shared/conditions.ts";
import { type Calibration, distanceToCentres, type OutsideTest, type Typicality } from "../engine/calibration.ts";
import { batchConditions, type EncodedConditions } from "../engine/conditions.ts";
import { logNormal, type Translation } from "../engine/translation.ts";
import { TrainingRandom } from "../flow/random.ts";
import type { ConditionTable, TrainingSet } from "../flow/training-set.ts";
import { copyEntry } from "../flow/vector-table.ts";
import { writeTensorFile } from "../onnx/tensor-file.ts";
import { calibrationTensors } from "../packs/calibration-file.ts";
import type { CalibrationEntry } from "../packs/manifest.ts";
import { outsideCaptions } from "./outside-captions.ts";
import { sphericalCentres } from "./spherical-centres.ts";

/** Held-out rows that likelihoods are measured on: more would move the quantiles by less than they are read to. */
const measuredRowsMax = 256;
/** Steps of 2.5 %. */
const quantileSteps = 40;
/** Share of held-out conditions that the threshold calls outside. */
const falseAlarmGoal = 0.05;
/** Learned vectors that middles are found in, and the middles: at most one for eight of them. */
const [learnedMax, centresMax, learnedPerCentre] = [6144, 256, 8];

export interface FittedCalibration {
  readonly calibration: Calibration;
  /** Thresholds and how often they err. */
  readonly outside: CalibrationEntry["outside"];
}

/**
 * @param translation the trained flow with its experts
 * @param set what it was trained on, by the same experts; only `heldOutRows` judge
 */
export async function calibrate(
  translation: Pick<Translation, "id" | "flow" | "conditions">,
  set: TrainingSet,
): Promise<FittedCalibration> {
  const tests: OutsideTest[] = [];
  const outside: CalibrationEntry["outside"] = [];
  for (const table of tablesOf(translation, set)) {
    // Labels and label maps are closed vocabularies: what is not in them is refused by name.
    if (table.table.kind !== "dense") continue;
    const { test, rates } = fitOutside(table, set, await outsideVectors(table));
    tests.push(test);
    outside.push(rates);
  }
  return { calibration: { outside: tests, typicality: await measureTypicality(translation, set) }, outside };
}

/**
 * Writes a calibration into a pack, under a name of its content, so that the manifest's rename switches to it.
 * @returns what the translation's manifest entry says of it
 */
export async function writeCalibration(
  pack: string,
  translationId: string,
  { calibration, outside }: FittedCalibration,
): Promise<CalibrationEntry> {
  const tensors = calibrationTensors(calibration);
  const hash = createHash("sha256");
  for (const [name, data] of tensors) hash.update(name).update(data);
  const file = `calibration/${translationId}-${hash.digest("hex").slice(0, 8)}.safetensors`;
  await mkdir(join(pack, dirname(file)), { recursive: true });
  await writeTensorFile(join(pack, file), tensors);
  return { file, outside };
}

/** A condition of the set by its flow's name, with the expert that encoded it. */
type NamedTable = Omit<ConditionTable, "name"> & Translation["conditions"][number];

const tablesOf = ({ conditions }: Pick<Translation, "conditions">, set: TrainingSet): NamedTable[] =>
  conditions.flatMap((reader) => {
    const table = set.conditions.find(({ name }) => name === reader.name);
    return table ? [{ ...table, ...reader }] : [];
  });

/** Vectors that a condition shall be told from; none for conditions that are images. */
async function outsideVectors({ name, expert }: NamedTable): Promise<Float32Array[]> {
  if (name !== "caption") return [];
  const vectors: Float32Array[] = [];
  for (const text of Object.values(outsideCaptions).flat()) vectors.push(await expert.encode([{ kind: "text", text }]));
  return vectors;
}

function fitOutside(table: NamedTable, set: TrainingSet, outside: readonly Float32Array[]) {
  const { name, options } = table;
  const learned = [...new Set([...set.trainRows].flatMap((row) => [...options[row]!]))];
  const sample = new TrainingRandom(0, 0, "evaluation").permutation(learned.length).slice(0, learnedMax);
  const count = Math.min(centresMax, Math.max(1, Math.floor(sample.length / learnedPerCentre)));
  const centres = sphericalCentres(
    sample.map((at) => vectorOf(table, learned[at]!)),
    count,
  );
  // Of several captions any one may be given, not only the plainest.
  const heldOut = [...set.heldOutRows].flatMap((row, index) => {
    const own = options[row]!;
    return own.length > 0 ? [vectorOf(table, own[index % own.length]!)] : [];
  });
  const distances = (of: readonly Float32Array[]): number[] => of.map((vector) => distanceToCentres(vector, centres));
  const [inside, beyond] = [distances(heldOut), distances(outside)];
  const threshold = quantilesOf(inside, quantileSteps)[Math.round((1 - falseAlarmGoal) * quantileSteps)]!;
  const isFar = (score: number): boolean => score > threshold;
  return {
    test: { name, centres, threshold },
    rates: {
      condition: name,
      threshold,
      falseAlarmRate: inside.filter(isFar).length / inside.length,
      ...(beyond.length > 0 && {
        missRate: 1 - beyond.filter(isFar).length / beyond.length,
        auc: areaUnderCurve(inside, beyond),
      }),
    },
  };
}

/** An entry of a table, [dims]. */
function vectorOf({ dims, table }: Pick<ConditionTable, "dims" | "table">, entry: number): Float32Array {
  const vector = new Float32Array(dims);
  copyEntry(table, entry, vector, 0);
  return vector;
}

/** log p(z|c) of held-out images for no condition, each alone, each pair and all. */
async function measureTypicality(
  translation: Pick<Translation, "flow" | "conditions">,
  set: TrainingSet,
): Promise<Typicality[]> {
  const { flow } = translation;
  const tables = tablesOf(translation, set);
  const rows = set.heldOutRows.slice(0, measuredRowsMax);
  const random = new TrainingRandom(0, 0, "posterior");
  const means = [...rows].map((row) => set.latents.slice(row * set.dims, (row + 1) * set.dims));
  const samples = means.map((mean) => {
    const noise = random.fillNormal(new Float32Array(set.dims), set.posteriorStd);
    return mean.map((value, axis) => value + noise[axis]!);
  });
  const typicality: Typicality[] = [];
  for (const conditions of subsetsOf(tables.map(({ name }) => name))) {
    const given = [...rows].map((row) => plainestConditions(tables, row, conditions));
    const quantiles = async (latents: readonly Float32Array[]): Promise<number[]> =>
      quantilesOf(await logLikelihoods(flow, latents, given), quantileSteps);
    typicality.push({ conditions, drawn: await quantiles(samples), inverted: await quantiles(means) });
  }
  return typicality;
}

/** Nothing, each name, each pair of different fields, and everything. */
function subsetsOf(names: readonly FlowConditionName[]): FlowConditionName[][] {
  const pairs = names.flatMap((first, at) =>
    names.slice(at + 1).flatMap((second) => (fieldOf(first) === fieldOf(second) ? [] : [[first, second]])),
  );
  return [[], ...names.map((name) => [name]), ...pairs, ...(names.length > 2 ? [[...names]] : [])];
}

function plainestConditions(
  tables: readonly NamedTable[],
  row: number,
  names: readonly FlowConditionName[],
): EncodedConditions {
  const given = tables.filter(({ name, options }) => names.includes(name) && options[row]!.length > 0);
  return Object.fromEntries(
    given.map((table) => [table.name, { vector: vectorOf(table, table.options[row]![0]!), presence: 1 }]),
  );
}

async function logLikelihoods(
  flow: Translation["flow"],
  latents: readonly Float32Array[],
  given: readonly EncodedConditions[],
): Promise<number[]> {
  const all = new Float32Array(latents.length * flow.dims);
  for (const [row, latent] of latents.entries()) all.set(latent, row * flow.dims);
  const { values, logDet } = await flow.forward(all, batchConditions(flow, given), latents.length);
  return latents.map((_, row) => logNormal(values.subarray(row * flow.dims, (row + 1) * flow.dims)) + logDet[row]!);
}

/** Values at even shares of the sorted ones, from the smallest to the largest. */
function quantilesOf(values: readonly number[], steps: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: steps + 1 }, (_, step) => sorted[Math.round((step / steps) * (sorted.length - 1))]!);
}

/** Share of pairs in which the outside one lies farther; ties count half. */
function areaUnderCurve(inside: readonly number[], outside: readonly number[]): number {
  const wins = inside.reduce(
    (sum, near) => sum + outside.reduce((own, far) => own + (far > near ? 1 : far === near ? 0.5 : 0), 0),
    0,
  );
  return wins / (inside.length * outside.length);
}
