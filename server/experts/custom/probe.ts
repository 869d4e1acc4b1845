/**
 * Probes a declared expert with samples: outputs must be finite, of the declared length and range, different for different
 * inputs and equal for equal ones, and should not depend on neighbours in a batch. Part of `tau experts check`.
 */

import { lengthOf } from "../../engine/edits/sphere.ts";
import type { ConditionValue, TargetExpert } from "../../engine/interfaces.ts";
import { averageAreas } from "../../engine/pixels/areas.ts";
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

/** Opens and probes a declared expert. @throws AppError like opening and running it */
export function tryDeclared(folder: string, entry: Declaration, findings: Findings, images: Images): Promise<Trial> {
  if (entry.kind === "onnx") return tryCondition(folder, entry, findings, images);
  if (entry.kind === "onnx-generator") return tryGenerator(folder, entry, findings);
  return tryAutoencoder(folder, entry, findings, images);
}

const openCondition = (folder: string, entry: OnnxExpertEntry): Promise<OnnxExpert> =>
  openOnnxExpert(folder, entry, entry.input.kind === "text" ? "caption" : "image");

const samplesFor = ({ input }: OnnxExpertEntry, images: Images): readonly ConditionValue[] =>
  input.kind === "text" ? sampleTexts() : (images ?? sampleImages());

/** Completes a suggestion with what only a run shows: the length of the pooled layer, the range of a generator's pixels. */
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
  const { outputs, trial } = await timed(samples, (sample) => expert.encode([sample]));
  judgeDifferences(outputs, await expert.encode(samples.slice(0, 1)), findings);
  const length = outputs.reduce((sum, output) => sum + lengthOf(output), 0) / outputs.length;
  if (length < 0.3 || length > 3)
    findings.add(
      "warning",
      "length",
      "vectors of about unit length",
      `${length.toPrecision(3)} on average; declare "normalise": "unit"`,
    );
  await judgeBatch(entry, expert, samples, outputs, findings);
  return trial;
}

/** Compares two samples in one run with each alone. A difference is a warning, because Tau runs one at a time. */
async function judgeBatch(
  entry: OnnxExpertEntry,
  expert: OnnxExpert,
  samples: readonly ConditionValue[],
  outputs: readonly Float32Array[],
  findings: Findings,
): Promise<void> {
  const label = `onnx expert ${entry.model}`;
  // A graph with a fixed batch of one can't run two, which is fine.
  const layer = samples.length < 2 ? undefined : await expert.layerOf(samples.slice(0, 2)).catch(() => undefined);
  if (layer?.dims[0] !== 2) return;
  const width = layer.data.length / 2;
  for (const row of [0, 1]) {
    const alone = { data: layer.data.slice(row * width, (row + 1) * width), dims: [1, ...layer.dims.slice(1)] };
    const difference = largestDifference(toVector(alone, entry, label), outputs[row]!);
    if (difference <= 1e-3 * largest(outputs[row]!)) continue;
    findings.add(
      "warning",
      "batch",
      "the same output alone and in a batch of two",
      `a difference of ${difference.toPrecision(2)}; Tau runs one at a time`,
    );
    return;
  }
}

async function tryGenerator(folder: string, entry: OnnxGeneratorEntry, findings: Findings): Promise<Trial> {
  const generator = await openOnnxGenerator(folder, entry);
  const latents = drawnLatents(generator);
  const { outputs, trial } = await timed(latents, (z) => generator.pixelsOf(z));
  judgeDifferences(outputs, await generator.pixelsOf(latents[0]!), findings);
  const [low, high] = entry.image.range;
  const slack = 0.02 * (high - low);
  const values = outputs.flatMap((output) => [...output]);
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
  const { outputs, trial } = await timed(planes, (image) => target.encode(image, 1));
  judgeDifferences(outputs, await target.encode(planes[0]!, 1), findings);
  const error = await reconstructionError(target, planes, outputs);
  // A grey image instead of the samples would have about this error.
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

/** Eight samples that take turns through the classes. */
function drawnLatents(generator: Generator): Float32Array[] {
  return Array.from({ length: 8 }, (_, row) => {
    const free = new TrainingRandom(0, row, "generator").fillNormal(new Float32Array(generator.freeDims));
    return generator.zOf(free, row % Math.max(1, generator.classCount));
  });
}

/** The outputs for the samples, one after the other, and the median time of one. */
async function timed<T>(
  samples: readonly T[],
  run: (sample: T) => Promise<Float32Array>,
): Promise<{ outputs: Float32Array[]; trial: Trial }> {
  const outputs: Float32Array[] = [];
  const times: number[] = [];
  for (const sample of samples) {
    const start = performance.now();
    outputs.push((await run(sample)).slice());
    times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  return { outputs, trial: { samples: samples.length, millisecondsPerSample: median } };
}

function judgeDifferences(outputs: readonly Float32Array[], again: Float32Array, findings: Findings): void {
  const first = outputs[0]!;
  if (!isSame(first, again)) {
    findings.add(
      "error",
      "repetition",
      "the same output for the same input",
      `a difference of ${largestDifference(first, again).toPrecision(2)}`,
    );
    return;
  }
  if (outputs.length > 1 && outputs.every((output) => isSame(first, output)))
    findings.add(
      "error",
      "output",
      `different outputs for ${outputs.length} different inputs`,
      "the same output for all",
    );
}

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

const isSame = (a: Float32Array, b: Float32Array): boolean =>
  largestDifference(a, b) <= 1e-6 * Math.max(1e-6, largest(a));
