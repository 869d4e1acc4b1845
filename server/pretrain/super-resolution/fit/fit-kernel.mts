/**
 * Fits the discriminant of kernels (server/upscaling/input/shrink-kernel.ts) to photographs that were shrunk in known ways, writes its
 * weights, and prints how photographs of the stated list, which it was not fitted to, are recognised.
 *
 *   node --import tsx server/pretrain/super-resolution/fit/fit-kernel.mts [--pictures N] [--check]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inverse, Matrix } from "ml-matrix";
import { type ShrinkKernel, shrinkKernels } from "../../../../shared/contract/upscaling.ts";
import type { Pixels } from "../../../engine/interfaces.ts";
import { cutMiddle, photoTruth } from "../../../evaluation/upscaling/ground-truth.ts";
import { statedPictures } from "../../../evaluation/upscaling/pictures.ts";
import { shrinkBy } from "../../../evaluation/upscaling/shrunk-by.ts";
import { decodeLocalRgba } from "../../../images/codec.ts";
import { kernelWeights, usualEdges } from "../../../upscaling/input/kernel-weights.ts";
import { estimateKernel, kernelFeatures } from "../../../upscaling/input/shrink-kernel.ts";
import { unlistedPictures } from "./unlisted-pictures.mts";

const { values } = parseArgs({
  options: { pictures: { type: "string", default: "40" }, check: { type: "boolean", default: false } },
});
const here = dirname(fileURLToPath(import.meta.url));
const [cropPx, factors, ridge] = [512, [2, 3, 4], 0.02] as const;

/** Where there are too few edges. */
const missing = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];

interface Sample {
  readonly kernel: ShrinkKernel;
  readonly features: Float64Array;
}

/** A picture in every way, at one factor after the other. */
function* shrunk(truth: Pixels, at: number): Generator<{ kernel: ShrinkKernel; picture: Pixels }> {
  const factor = factors[at % factors.length]!;
  for (const kernel of shrinkKernels) yield { kernel, picture: shrinkBy(truth, kernel, factor) };
}

/** Weights of a linear discriminant with one covariance: of each class its bias and its weights. */
function fit(samples: readonly Sample[]): Record<ShrinkKernel, [number, ...number[]]> {
  const means = new Map(
    shrinkKernels.map((kernel) => {
      const own = samples.filter((sample) => sample.kernel === kernel);
      return [kernel, meanOf(own.map(({ features }) => features))];
    }),
  );
  const covariance = Matrix.eye(samples[0]!.features.length).mul(ridge);
  for (const { kernel, features } of samples) {
    const away = Matrix.columnVector([...features].map((value, at) => value - means.get(kernel)![at]!));
    covariance.add(away.mmul(away.transpose()).div(samples.length));
  }
  const precision = inverse(covariance);
  const rounded = (value: number): number => Number(value.toFixed(4));
  return Object.fromEntries(
    [...means].map(([kernel, mean]) => {
      const weights = precision.mmul(Matrix.columnVector(mean)).to1DArray();
      const bias = -0.5 * weights.reduce((sum, weight, at) => sum + weight * mean[at]!, 0);
      return [kernel, [bias, ...weights].map(rounded)];
    }),
  ) as Record<ShrinkKernel, [number, ...number[]]>;
}

const meanOf = (vectors: readonly Float64Array[]): number[] =>
  [...vectors[0]!].map((_, at) => vectors.reduce((sum, vector) => sum + vector[at]!, 0) / vectors.length);

const count = Number(values.pictures);
if (!values.check) {
  const samples: Sample[] = [];
  for (const [at, path] of (await unlistedPictures(false, count)).entries()) {
    const truth = cutMiddle(photoTruth(await decodeLocalRgba(readFileSync(path))), cropPx, cropPx);
    for (const { kernel, picture } of shrunk(truth, at)) {
      const features = kernelFeatures(picture, missing);
      if (features) samples.push({ kernel, features });
    }
  }
  // Pictures without edges have the mean of those that have some.
  const whole = samples.filter(({ features }) => !Number.isNaN(features.at(-1)));
  const edges = meanOf(whole.map(({ features }) => features.subarray(-missing.length)));
  for (const { features } of samples)
    if (Number.isNaN(features.at(-1))) features.set(edges, features.length - missing.length);
  const fitted = fit(samples);
  const lines = Object.entries(fitted).map(([kernel, weights]) => `  ${kernel}: [${weights.join(", ")}],`);
  const path = join(here, "../../../upscaling/input/kernel-weights.ts");
  const text = readFileSync(path, "utf8")
    .replace(/(usualEdges.* = )\[.*\]/, `$1[${edges.map((value) => value.toFixed(4)).join(", ")}]`)
    .split("]>> = {")[0];
  writeFileSync(path, `${text}]>> = {\n${lines.join("\n")}\n};\n`);
  Object.assign(kernelWeights, fitted);
  Object.assign(usualEdges, edges);
}
const found = new Map(shrinkKernels.map((kernel) => [kernel, new Map<string, number>()]));
for (const [at, { group, read }] of (await statedPictures(count)).pictures.entries()) {
  if (group !== "photos") continue;
  const truth = await read();
  for (const { kernel, picture } of shrunk(cutMiddle(truth, cropPx, cropPx), at)) {
    const estimate = estimateKernel(picture);
    const word = estimate ? (estimate.shrunkBy ?? "not sure") : "too flat";
    found.get(kernel)!.set(word, (found.get(kernel)!.get(word) ?? 0) + 1);
  }
}
const words = [...shrinkKernels, "not sure", "too flat"];
console.log(`| shrunk by | ${words.join(" | ")} |\n| --- |${" --: |".repeat(words.length)}`);
for (const [kernel, row] of found)
  console.log(`| ${kernel} | ${words.map((word) => row.get(word) ?? 0).join(" | ")} |`);
