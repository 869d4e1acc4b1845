/**
 * Runs a declared expert on samples and judges its answers: numbers at all, of the declared length and range, different for
 * different inputs, the same for the same input, and whether a neighbour in a batch changes them. Part of `tau experts check`.
 */
import { averageAreas } from "../../engine/areas.ts";
import type { ConditionValue, TargetExpert } from "../../engine/interfaces.ts";
import { lengthOf } from "../../engine/sphere.ts";
import { TrainingRandom } from "../../flow/random.ts";
import type { Declaration, OnnxExpertEntry, OnnxGeneratorEntry } from "../../manifest/declared-manifest.ts";
import type { ImageValue } from "../values.ts";
import { openOnnxAutoencoder } from "./autoencoder.ts";
import { type OnnxExpert, openOnnxExpert } from "./condition.ts";
import type { Findings } from "./findings.ts";
import { type Generator, openOnnxGenerator } from "./generator.ts";
import { pool, toVector } from "./pooling.ts";
import { sampleImages, sampleTexts } from "./samples.ts";

export interface Trial {
  readonly samples: number;
  readonly millisecondsPerSample: number;
}

type Images = readonly ConditionValue[] | undefined;

/** Opens a declared expert and judges it. @throws AppError as opening and running it does */
export function tryDeclared(folder: string, entry: Declaration, findings: Findings, images: Images): Promise<Trial> {
  if (entry.kind === "onnx") return tryCondition(folder, entry, findings, images);
  if (entry.kind === "onnx-generator") return tryGenerator(folder, entry, findings);
  return tryAutoencoder(folder, entry, findings, images);
}

const openCondition = (folder: string, entry: OnnxExpertEntry): Promise<OnnxExpert> =>
  openOnnxExpert(folder, entry, entry.input.kind === "text" ? "caption" : "image");

const samplesFor = ({ input }: OnnxExpertEntry, images: Images): readonly ConditionValue[] =>
  input.kind === "text" ? sampleTexts() : (images ?? sampleImages());

/** Fills in what only a run can tell: the length of the pooled layer, the range of a generator's pixels. */
export async function completeSuggestion(folder: string, entry: Declaration, images: Images): Promise<Declaration> {
  if (entry.kind === "onnx") {
    const expert = await openCondition(folder, entry);
    const layer = await expert.layerOf(samplesFor(entry, images).slice(0, 1));
    return { ...entry, dims: pool(layer, entry.pooling, `onnx expert ${entry.model}`).length };
  }
  if (entry.kind !== "onnx-generator") return entry;
  const generator = await openOnnxGenerator(folder, entry);
  const pixels = await generator.pixelsOf(drawnLatents(generator)[0]!);
  const least = pixels.reduce((low, value) => Math.min(low, value), 0);
  return { ...entry, image: { ...entry.image, range: least < -0.01 ? [-1, 1] : [0, 1] } };
}

async function tryCondition(
  folder: string,
  entry: OnnxExpertEntry,
  findings: Findings,
  images: Images,
): Promise<Trial> {
  const expert = await openCondition(folder, entry);
  const samples = samplesFor(entry, images);
  const { answers, trial } = await timed(samples, (sample) => expert.encode([sample]));
  judgeDifferences(answers, await expert.encode(samples.slice(0, 1)), findings);
  const length = answers.reduce((sum, answer) => sum + lengthOf(answer), 0) / answers.length;
  if (length < 0.3 || length > 3)
    findings.add(
      "warning",
      "length",
      "vectors of about unit length",
      `${length.toPrecision(3)} on average; say "normalise": "unit"`,
    );
  await judgeBatch(entry, expert, samples, answers, findings);
  return trial;
}

/** Two samples in one run against each alone. Only said, not refused: Tau runs one at a time. */
async function judgeBatch(
  entry: OnnxExpertEntry,
  expert: OnnxExpert,
  samples: readonly ConditionValue[],
  answers: readonly Float32Array[],
  findings: Findings,
): Promise<void> {
  const label = `onnx expert ${entry.model}`;
  // A graph of a fixed batch of one can't run two at all, which is fine.
  const layer = samples.length < 2 ? undefined : await expert.layerOf(samples.slice(0, 2)).catch(() => undefined);
  if (layer?.dims[0] !== 2) return;
  const width = layer.data.length / 2;
  for (const row of [0, 1]) {
    const alone = { data: layer.data.slice(row * width, (row + 1) * width), dims: [1, ...layer.dims.slice(1)] };
    const difference = largestDifference(toVector(alone, entry, label), answers[row]!);
    if (difference <= 1e-3 * largest(answers[row]!)) continue;
    findings.add(
      "warning",
      "batch",
      "the same answer alone and beside another",
      `a difference of ${difference.toPrecision(2)}; Tau runs one at a time`,
    );
    return;
  }
}

async function tryGenerator(folder: string, entry: OnnxGeneratorEntry, findings: Findings): Promise<Trial> {
  const generator = await openOnnxGenerator(folder, entry);
  const latents = drawnLatents(generator);
  const { answers, trial } = await timed(latents, (z) => generator.pixelsOf(z));
  judgeDifferences(answers, await generator.pixelsOf(latents[0]!), findings);
  const [low, high] = entry.image.range;
  const slack = 0.02 * (high - low);
  const values = answers.flatMap((answer) => [...answer]);
  const outside = values.filter((value) => value < low - slack || value > high + slack).length / values.length;
  if (outside > 0.01) {
    const [least, most] = [Math.min, Math.max].map((end) => values.reduce((a, b) => end(a, b)).toPrecision(3));
    findings.add(
      outside > 0.2 ? "error" : "warning",
      "range",
      `pixels from ${low} to ${high}`,
      `${least} to ${most}, ${Math.round(100 * outside)} % outside`,
    );
  }
  if (generator.classCount > 0) {
    const free = latents[0]!.slice(0, generator.freeDims);
    const [first, second] = [
      await generator.pixelsOf(generator.zOf(free, 0)),
      await generator.pixelsOf(generator.zOf(free, 1)),
    ];
    if (isSame(first, second))
      findings.add("error", "class", "another image for another class", "the same image for classes 0 and 1");
  }
  return trial;
}

async function tryAutoencoder(
  folder: string,
  entry: Extract<Declaration, { kind: "onnx-autoencoder" }>,
  findings: Findings,
  images: Images,
): Promise<Trial> {
  const target = await openOnnxAutoencoder(folder, entry);
  const planes = (images ?? sampleImages()).flatMap((sample) =>
    sample.kind === "image" ? [atSize(sample, entry.imageSizePx)] : [],
  );
  const { answers, trial } = await timed(planes, (image) => target.encode(image, 1));
  judgeDifferences(answers, await target.encode(planes[0]!, 1), findings);
  const error = await reconstructionError(target, planes, answers);
  // A grey image in place of the samples is off by about this much.
  if (error > 0.1)
    findings.add(
      "warning",
      "reconstruction",
      "pixels off by less than 0.1 on average after encoding and decoding",
      error.toPrecision(2),
    );
  return trial;
}

async function reconstructionError(
  target: TargetExpert,
  planes: readonly Float32Array[],
  latents: readonly Float32Array[],
): Promise<number> {
  let sum = 0;
  for (const [at, image] of planes.entries()) {
    const again = await target.decode(latents[at]!, 1);
    sum += image.reduce((total, value, pixel) => total + Math.abs(value - again[pixel]!), 0) / image.length;
  }
  return sum / planes.length;
}

const atSize = ({ planes, sizePx }: ImageValue, toPx: number): Float32Array => averageAreas(planes, sizePx, toPx);

/** Eight draws, of all classes where there are no more. */
function drawnLatents(generator: Generator): Float32Array[] {
  return Array.from({ length: 8 }, (_, row) => {
    const free = new TrainingRandom(0, row, "generator").fillNormal(new Float32Array(generator.freeDims));
    return generator.zOf(free, row % Math.max(1, generator.classCount));
  });
}

/** Answers to each sample, one after the other, and the median time of one. */
async function timed<T>(
  samples: readonly T[],
  run: (sample: T) => Promise<Float32Array>,
): Promise<{ answers: Float32Array[]; trial: Trial }> {
  const answers: Float32Array[] = [];
  const times: number[] = [];
  for (const sample of samples) {
    const start = performance.now();
    answers.push((await run(sample)).slice());
    times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  return { answers, trial: { samples: samples.length, millisecondsPerSample: median } };
}

function judgeDifferences(answers: readonly Float32Array[], again: Float32Array, findings: Findings): void {
  const first = answers[0]!;
  if (!isSame(first, again)) {
    findings.add(
      "error",
      "repetition",
      "the same output for the same input",
      `a difference of ${largestDifference(first, again).toPrecision(2)}`,
    );
    return;
  }
  if (answers.length > 1 && answers.every((answer) => isSame(first, answer)))
    findings.add(
      "error",
      "output",
      `different outputs for ${answers.length} different inputs`,
      "the same output for all",
    );
}

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

const isSame = (a: Float32Array, b: Float32Array): boolean =>
  largestDifference(a, b) <= 1e-6 * Math.max(1e-6, largest(a));
