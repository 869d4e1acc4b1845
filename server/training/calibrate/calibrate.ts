/**
 * Calibrates a trained translation on its held-out images: how likely images are under each set of given conditions, and how
 * far a condition may be from the learned ones (fit-ood-detector.ts). server/engine/calibration.ts looks the results up.
 */
import { type FlowConditionName, fieldOf, isWord } from "../../../shared/contract/conditions.ts";
import { AppError } from "../../../shared/problem.ts";
import type { Calibration, Typicality } from "../../engine/calibration.ts";
import { batchConditions, type EncodedConditions } from "../../engine/conditions.ts";
import { logNormal } from "../../engine/log-normal.ts";
import type { Translation } from "../../engine/translation.ts";
import { createFlow } from "../../flow/flow-sessions.ts";
import { TrainingRandom } from "../../flow/random.ts";
import type { TrainingSet } from "../../flow/training-set.ts";
import { readFlowFile } from "../../flow/weights.ts";
import type { FittedCalibration } from "../../packs/calibration-file.ts";
import { fitOodDetector, type NamedTable, vectorOf } from "./fit-ood-detector.ts";
import { calibratedRowsMin, quantilesOf } from "./quantiles.ts";

/** Held-out rows for likelihoods; more rows would move the quantiles by less than the shown precision. */
const measuredRowsMax = 256;
/** Quantile steps: 2.5 % each. */
const quantileSteps = 40;

/**
 * @param translation the trained flow with its experts
 * @param set its training set, encoded by the same experts; only `heldOutRows` are measured
 * @throws AppError `dataset_invalid` when fewer than `calibratedRowsMin` images are held out
 */
export async function calibrate(
  translation: Pick<Translation, "id" | "flow" | "conditions" | "target">,
  set: TrainingSet,
): Promise<FittedCalibration> {
  if (set.heldOutRows.length < calibratedRowsMin)
    throw new AppError(
      "dataset_invalid",
      `calibration of ${translation.id}: expected at least ${calibratedRowsMin} held-out images, got ${set.heldOutRows.length}`,
      { field: "set", expected: `at least ${calibratedRowsMin}`, received: String(set.heldOutRows.length) },
    );
  const tables = translation.conditions.flatMap((reader): NamedTable[] => {
    const table = set.conditions.find(({ name }) => name === reader.name);
    return table ? [{ ...table, ...reader }] : [];
  });
  const tests: Array<Calibration["detectors"][number]> = [];
  const rates: FittedCalibration["outOfDistribution"] = [];
  for (const table of tables) {
    const fitted = await fitOodDetector(table, set, translation.target.imageSizePx);
    if (!fitted) continue;
    tests.push(fitted.test);
    rates.push(fitted.rates);
  }
  const typicality = await measureTypicality(translation.flow, tables, set);
  return { calibration: { detectors: tests, typicality }, outOfDistribution: rates };
}

/** Calibrates a flow as it ships, from the bytes of its file. */
export async function calibrateFlowFile(
  file: Uint8Array,
  { id, ...experts }: Pick<Translation, "id" | "conditions" | "target">,
  set: TrainingSet,
  threads: number,
): Promise<FittedCalibration> {
  const flow = await createFlow(readFlowFile(file, id), { label: `calibration of ${id}`, threads });
  try {
    return await calibrate({ id, ...experts, flow }, set);
  } finally {
    await flow.dispose();
  }
}

/**
 * log p(z|c) of held-out images for no condition, each one alone, each pair, all words and all conditions. Sets of conditions
 * that too few images have are left out, and none at all where the flow always had one.
 */
async function measureTypicality(
  flow: Translation["flow"],
  tables: readonly NamedTable[],
  set: TrainingSet,
): Promise<Typicality[]> {
  const typicality: Typicality[] = [];
  for (const conditions of subsetsOf(tables.map(({ name }) => name))) {
    if (conditions.length === 0 && flow.hasGuidance === false) continue;
    const used = tables.filter(({ name }) => conditions.includes(name));
    const rows = set.heldOutRows
      .filter((row) => used.every(({ options }) => options[row]!.length > 0))
      .slice(0, measuredRowsMax);
    if (rows.length < calibratedRowsMin) continue;
    const means = [...rows].map((row) => set.latents.slice(row * set.dims, (row + 1) * set.dims));
    const given = [...rows].map((row) => firstConditions(used, row));
    const quantiles = async (latents: readonly Float32Array[]): Promise<number[]> =>
      quantilesOf(await logLikelihoods(flow, latents, given), quantileSteps);
    typicality.push({
      conditions,
      drawn: await quantiles(withPosteriorNoise(means, set.posteriorStd)),
      inverted: await quantiles(means),
    });
  }
  return typicality;
}

function withPosteriorNoise(means: readonly Float32Array[], std: number): Float32Array[] {
  const random = new TrainingRandom(0, 0, "posterior");
  return means.map((mean) => {
    const noise = random.fillNormal(new Float32Array(mean.length), std);
    return mean.map((value, axis) => value + noise[axis]!);
  });
}

/** The empty set, each name, each pair of different fields, all words, and all names. */
function subsetsOf(names: readonly FlowConditionName[]): FlowConditionName[][] {
  const pairs = names.flatMap((first, at) =>
    names.slice(at + 1).flatMap((second) => (fieldOf(first) === fieldOf(second) ? [] : [[first, second]])),
  );
  const words = names.filter(isWord);
  return [
    [],
    ...names.map((name) => [name]),
    ...pairs,
    ...(words.length > 2 && words.length < names.length ? [words] : []),
    ...(names.length > 2 ? [[...names]] : []),
  ];
}

const firstConditions = (tables: readonly NamedTable[], row: number): EncodedConditions =>
  Object.fromEntries(
    tables.map((table) => [table.name, { vector: vectorOf(table, table.options[row]![0]!), presence: 1 }]),
  );

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
