/**
 * A training set for a generator without an encoder: draws latents and classes, generates the images and encodes them with the
 * conditioning experts. The flow learns p(z | Φ(Λ(z))), as the paper did with BigGAN (arXiv 2005.13580, section 4.1). A row
 * depends on (seed, row) alone, so a larger set begins with the same rows.
 */
import type { FlowConditionName } from "../../../shared/contract/conditions.ts";
import { AppError } from "../../../shared/problem.ts";
import type { Generator } from "../../experts/custom/generator.ts";
import type { ExpertCore } from "../../experts/expert.ts";
import { asText } from "../../experts/values.ts";
import { TrainingRandom } from "../../flow/random.ts";
import type { TrainingSet } from "../../flow/training-set.ts";
import { denseTable } from "../../flow/vector-table.ts";

export interface GeneratedCondition {
  readonly name: FlowConditionName;
  readonly expert: ExpertCore;
  /** Names of the generator's classes, for an expert that reads text; absent = the expert reads the generated image. */
  readonly classNames?: readonly string[];
}

export interface GeneratorSetOptions {
  readonly generator: Generator;
  /** The conditions of the flow. */
  readonly conditions: readonly GeneratedCondition[];
  /** Number of images to generate. */
  readonly samples: number;
  /** How many of them, the last ones, are held out. */
  readonly heldOut: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  onProgress?(done: number, total: number): void;
}

/** Rows between two progress reports. */
const reportEvery = 64;

/**
 * Draws, generates and encodes `samples` images.
 * @throws AppError `dataset_invalid` when no row would be left to train on, `cancelled` by the signal, or the error of an
 *   expert
 */
export async function generatorSet(options: GeneratorSetOptions): Promise<TrainingSet> {
  const { generator, conditions, samples, heldOut, signal, onProgress } = options;
  const { classCount } = generator;
  for (const { name, classNames } of conditions)
    if (classNames && classNames.length !== classCount)
      throw new AppError(
        "dataset_invalid",
        `${name}: expected ${classCount} labels, one for each class of the generator, got ${classNames.length}`,
      );
  if (heldOut >= samples)
    throw new AppError("dataset_invalid", `generator: expected fewer held-out images than ${samples}, got ${heldOut}`);
  const { latentDims: dims } = generator;
  const latents = new Float32Array(samples * dims);
  const tables = conditions.map(({ expert }) => new Float32Array(samples * expert.dims));
  for (let row = 0; row < samples; row += 1) {
    if (signal?.aborted) throw new AppError("cancelled", `generator: stopped after ${row} of ${samples} images`);
    const z = drawZ(generator, options.seed, row);
    latents.set(z, row * dims);
    const planes = await generator.decode(z, 1);
    const image = {
      kind: "image",
      planes,
      sizePx: generator.imageSizePx,
      key: `generated ${options.seed} ${row}`,
    } as const;
    for (const [at, { expert, classNames }] of conditions.entries()) {
      // Images are encoded as user images are: a sketch expert reads their edges, for instance.
      const vector = classNames
        ? await expert.encode([asText(classNames[generator.classOf(z)]!)])
        : await (expert.encodeForTraining?.([image]) ?? expert.encode([image]));
      tables[at]!.set(vector, row * expert.dims);
    }
    if ((row + 1) % reportEvery === 0) onProgress?.(row + 1, samples);
  }
  const rows = Int32Array.from({ length: samples }, (_, row) => row);
  const ownEntry = Array.from(rows, (row) => [row]);
  return {
    dims,
    latents,
    posteriorStd: generator.posteriorStd,
    conditions: conditions.map(({ name, expert, classNames }, at) => ({
      name,
      kind: classNames ? "words" : "picture",
      dims: expert.dims,
      table: denseTable(tables[at]!, expert.dims),
      options: ownEntry,
    })),
    trainRows: rows.slice(0, samples - heldOut),
    heldOutRows: rows.slice(samples - heldOut),
  };
}

/** z of one row: a latent from N(0, I) and a class, drawn uniformly. */
function drawZ(generator: Generator, seed: number, row: number): Float32Array {
  const random = new TrainingRandom(seed, row, "generator");
  const classIndex = random.below(Math.max(1, generator.classCount));
  return generator.zOf(random.fillNormal(new Float32Array(generator.freeDims)), classIndex);
}
