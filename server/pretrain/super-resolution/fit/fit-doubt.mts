/**
 * Fits the weights of the doubt (server/upscaling/doubt/doubt.ts) to true errors of the accurate answer, by kind of input and factor,
 * and writes them. With --check it prints instead how often the truth lies within the stated 80 % interval and how well the doubt ranks
 * errors. Pictures to fit on: those that the stated list leaves out; to check on: the stated list.
 *
 *   node --import tsx server/pretrain/super-resolution/fit/fit-doubt.mts [--pictures N] [--factors 2,4] [--kinds drawn,jpeg,photograph] [--workers 2] [--check]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Matrix, solve } from "ml-matrix";
import type { NetworkScale } from "../../../../shared/contract/upscale-scales.ts";
import type { Picture, Pixels, Upscaler } from "../../../engine/interfaces.ts";
import { cutMiddle, graphicTruth, photoTruth } from "../../../evaluation/upscaling/ground-truth.ts";
import { statedPictures } from "../../../evaluation/upscaling/pictures.ts";
import { shrinkTruth } from "../../../evaluation/upscaling/resample.ts";
import { decodeLocalRgba, encodeJpeg } from "../../../images/codec.ts";
import { decodePicture } from "../../../images/picture.ts";
import { packsHome, readEntry } from "../../../packs/catalogue.ts";
import { mapConcurrent } from "../../../platform/map-concurrent.ts";
import { disagreementOf, otherReading } from "../../../upscaling/doubt/disagreement.ts";
import {
  type DoubtGroup,
  doubtFeatures,
  doubtGroupOf,
  doubtIn,
  eachFeatures,
  isOfAnswers,
} from "../../../upscaling/doubt/doubt.ts";
import { doubtWeights } from "../../../upscaling/doubt/doubt-weights.ts";
import { PixelStd, partsPerLevel } from "../../../upscaling/doubt/pixel-std.ts";
import { cleanJpeg } from "../../../upscaling/input/clean-jpeg.ts";
import { estimateInput, type InputEstimate } from "../../../upscaling/input/input-kind.ts";
import { loadUpscaler } from "../../../upscaling/load-upscaler.ts";
import { unlistedPictures } from "./unlisted-pictures.mts";

const { values } = parseArgs({
  options: {
    pictures: { type: "string", default: "12" },
    check: { type: "boolean", default: false },
    factors: { type: "string", default: "2,4" },
    kinds: { type: "string", default: "drawn,jpeg,photograph" },
    workers: { type: "string", default: "2" },
  },
});
const factors = values.factors.split(",").map((factor) => Number(factor) as NetworkScale);
const isWanted = (group: DoubtGroup): boolean =>
  values.kinds.split(",").some((kind) => factors.some((factor) => group === `${kind}-${factor}`));
const here = dirname(fileURLToPath(import.meta.url));
const [cropPx, qualities, temperature, hypotheses] = [96, [50, 80], 0.9, 4] as const;
/** Every so many pixels; below this range the image is of one level. */
const [everyPixel, rangeMin] = [5, 3] as const;

interface Sample {
  readonly picture: number;
  readonly features: Float64Array;
  /** Of the three colours, in levels. */
  readonly errors: readonly number[];
  /** Of the image there, in levels; nothing is in doubt where it is of one level. */
  readonly range: number;
  readonly isFlat: boolean;
}
const dims = doubtFeatures.length;
const samplesMin = 1500;
/** Pixels of a picture with fewer of them say nothing of the scale. */
const pixelsMin = 50;
/** Levels below which an error says nothing, and by how much small weights are preferred. */
const [leastError, ridge] = [1, 1e-3] as const;
/** What weights have that follow from the answers alone, and their `leastError`: areas of one level count, too. */
const [answerFeatures, leastErrorOfAll] = [
  ["one", "deviation", "deviation around", "gradient", "disagreement", "disagreement around"],
  0.1,
] as const;
/** Least sum of both weights of deviations. */
const leastTogether = 0.03;
/** Half the width of the interval that holds 80 % of a normal distribution. */
const eightyPercent = 1.2816;
const entry = await readEntry(join(packsHome(), "super-resolution"), true);
/** As many pictures are drawn at a time. */
const upscalers = await Promise.all(
  Array.from({ length: Number(values.workers) }, () => loadUpscaler(entry, { threads: 1 })),
);
const pause = async (): Promise<void> => {};

async function samplesOf(truths: readonly Pixels[]): Promise<Map<DoubtGroup, Sample[]>> {
  const groups = new Map<DoubtGroup, Sample[]>();
  const jobs = [...truths.entries()].flatMap(([index, truth]) => factors.map((scale) => ({ index, truth, scale })));
  await mapConcurrent(jobs, upscalers.length, async ({ index, truth, scale }, worker) => {
    const low = shrinkTruth(truth, scale);
    const jpeg = await encodeJpeg(low, qualities[index % qualities.length]!);
    for (const image of [low, (await decodePicture(jpeg)).pixels]) {
      const estimate = estimateInput(image);
      const group = doubtGroupOf(estimate.kind, scale);
      if (!isWanted(group)) continue;
      const found = await sample(upscalers[worker]!, truth, image, estimate, scale);
      groups.set(group, (groups.get(group) ?? []).concat(found.map((known) => ({ ...known, picture: index }))));
    }
    process.stderr.write(".");
  });
  return groups;
}

async function sample(
  upscaler: Upscaler,
  truth: Pixels,
  image: Picture,
  { compression, foreignness, isShrunkDrawing }: InputEstimate,
  scale: NetworkScale,
): Promise<Array<Omit<Sample, "picture">>> {
  const cleaned = compression ? await cleanJpeg(image, compression, 1, pause) : image;
  const options = { scale, foreignness, isShrunkDrawing };
  const answer = await upscaler.upscale(cleaned, { ...options, temperature: 0, seed: 0 });
  const plain = { ...options, temperature: 0, seed: 0, leavesLetters: true };
  const disagreement = disagreementOf(
    await upscaler.upscale(cleaned, plain),
    await upscaler.upscale(cleaned, { ...plain, ...otherReading(foreignness) }),
  );
  const deviation = new PixelStd(truth.widthPx, truth.heightPx, false);
  for (let seed = 0; seed < hypotheses; seed += 1)
    deviation.add(await upscaler.upscale(cleaned, { ...options, temperature, seed }));
  const { widthPx, heightPx } = truth;
  const doubted = { spread: deviation.spread(), disagreement, widthPx, heightPx, image: cleaned, marked: image };
  const samples: Array<Omit<Sample, "picture">> = [];
  await eachFeatures(doubted, pause, (at, features, range) => {
    if (at % everyPixel !== 0) return;
    const errors = [0, 1, 2].map((channel) => Math.abs(answer.rgba[4 * at + channel]! - truth.rgba[4 * at + channel]!));
    samples.push({ features: features.slice(), errors, range, isFlat: range < rangeMin });
  });
  return samples;
}

/**
 * Least squares of the logarithm of an error's size: it ranks errors of other pictures better than the likelihood of a Laplace distribution.
 * Weights that follow from the answers alone are fitted to areas of one level, too.
 */
function fit(all: readonly Sample[], group: DoubtGroup): Float64Array {
  const uneven = all.filter(({ isFlat }) => !isFlat);
  const [samples, names, least] = isOfAnswers(group)
    ? [all, answerFeatures, leastErrorOfAll]
    : [uneven, doubtFeatures, leastError];
  const used = names.map((name) => doubtFeatures.indexOf(name));
  const [products, wanted] = [Matrix.zeros(used.length, used.length), new Float64Array(used.length)];
  for (const { features, errors } of samples) {
    const size = Math.log((errors[0]! + errors[1]! + errors[2]!) / 3 + least);
    for (const [i, feature] of used.entries()) {
      wanted[i]! += features[feature]! * size;
      for (let j = 0; j <= i; j += 1) products.set(i, j, products.get(i, j) + features[feature]! * features[used[j]!]!);
    }
  }
  for (let i = 0; i < used.length; i += 1) for (let j = 0; j < i; j += 1) products.set(j, i, products.get(i, j));
  for (let i = 1; i < used.length; i += 1) {
    const variance = products.get(i, i) - products.get(i, 0) ** 2 / samples.length;
    products.set(i, i, products.get(i, i) + ridge * (variance + samples.length));
  }
  const weights = new Float64Array(dims);
  for (const [i, weight] of solve(products, Matrix.columnVector([...wanted]))
    .to1DArray()
    .entries())
    weights[used[i]!] = weight;
  // Deviations there and around say much the same; where hypotheses differ more, the doubt shall not be less.
  const [there, around] = [doubtFeatures.indexOf("deviation"), doubtFeatures.indexOf("deviation around")];
  weights[around] = Math.max(weights[around]!, leastTogether - weights[there]!);
  // The scale such that 80 % of errors lie within the interval in the median picture: a busy one must not count for many. Rounding to levels
  // hides half of one.
  const ratios = new Map<number, number[]>();
  for (const { picture, features, errors } of uneven) {
    const known = ratios.get(picture) ?? [];
    ratios.set(picture, known);
    for (const error of errors) known.push(Math.max(0, error - 0.5) / Math.exp(dot(weights, features)));
  }
  const scales = [...ratios.values()]
    .filter(({ length }) => length >= 3 * pixelsMin)
    .map((known) => quantile(known, 0.8));
  weights[0]! += Math.log(quantile(scales, 0.5) / eightyPercent);
  return weights.map((weight) => Number(weight.toFixed(4)));
}

const quantile = (values: number[], share: number): number =>
  values.sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;

function dot(weights: ArrayLike<number>, features: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < dims; index += 1) sum += weights[index]! * features[index]!;
  return sum;
}

function ranksOf(values: readonly number[]): Float64Array {
  const order = values.map((_, at) => at).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1;
    for (let at = start; at < end; at += 1) ranks[order[at]!] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}

function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let at = 0; at < x.length; at += 1) {
    const [dx, dy] = [x[at]! - middle, y[at]! - middle];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

const count = Number(values.pictures);
if (values.check) await printCheck();
else await writeWeights();

async function writeWeights(): Promise<void> {
  const truths: Pixels[] = [];
  for (const [isGraphic, truthOf] of [
    [false, photoTruth],
    [true, graphicTruth],
  ] as const)
    for (const path of await unlistedPictures(isGraphic, count))
      truths.push(cutMiddle(truthOf(await decodeLocalRgba(readFileSync(path))), cropPx, cropPx));
  const fitted = { ...doubtWeights } as Record<DoubtGroup, ArrayLike<number>>;
  const isFitted = new Set<string>();
  for (const [group, samples] of await samplesOf(truths)) {
    if (samples.filter(({ isFlat }) => !isFlat).length < samplesMin) continue;
    fitted[group] = fit(samples, group);
    isFitted.add(group);
  }
  // A kind with too few pixels at one factor has the weights of the other.
  for (const group of Object.keys(fitted) as DoubtGroup[]) {
    if (!isWanted(group) || isFitted.has(group)) continue;
    fitted[group] = fitted[group.replace(/.$/, group.endsWith("2") ? "4" : "2") as DoubtGroup];
  }
  const lines = Object.entries(fitted).map(([group, weights]) => `  "${group}": [${Array.from(weights).join(", ")}],`);
  writeFileSync(
    join(here, "../../../upscaling/doubt/doubt-weights.ts"),
    `/** Weights of the doubt by kind of input and factor, in the order of \`doubtFeatures\`; written by server/pretrain/super-resolution/fit/fit-doubt.mts. */\nexport const doubtWeights = {\n${lines.join("\n")}\n} as const;\n`,
  );
}

async function printCheck(): Promise<void> {
  const tested: Pixels[] = [];
  for (const { read } of (await statedPictures(count)).pictures) tested.push(cutMiddle(await read(), cropPx, cropPx));
  console.log(
    "\n| kind and factor | pixels | truth within the 80 % interval | Spearman with the error | of the gradient alone | over all pixels | of the gradient |\n| --- | --: | --: | --: | --: | --: | --: |",
  );
  for (const [group, samples] of [...(await samplesOf(tested))].sort()) {
    const doubtAt = ({ features, range }: Sample): number =>
      Math.round(partsPerLevel * doubtIn(group, features, range)) / partsPerLevel;
    const gradientIn = ({ features }: Sample): number => features[doubtFeatures.indexOf("gradient")]!;
    const rank = (of: readonly Sample[], by: (sample: Sample) => number): string =>
      spearman(
        of.map(by),
        of.map(({ errors }) => errors.reduce((sum, error) => sum + error, 0)),
      ).toFixed(3);
    const uneven = samples.filter(({ isFlat }) => !isFlat);
    const inside = uneven.flatMap((sample) =>
      sample.errors.map((error) => error <= eightyPercent * doubtAt(sample) + 0.5),
    );
    const share = (100 * inside.filter(Boolean).length) / inside.length;
    const ranks = [uneven, samples].flatMap((of) => [rank(of, doubtAt), rank(of, gradientIn)]);
    console.log(`| ${group} | ${uneven.length} | ${share.toFixed(1)} % | ${ranks.join(" | ")} |`);
  }
}
