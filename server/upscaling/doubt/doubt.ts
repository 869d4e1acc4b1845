/**
 * The doubt about the accurate answer: at each pixel the standard deviation of its error in levels, as a log-linear function of
 * what is seen there. Its weights were fitted to true errors by kind of input and factor
 * (server/pretrain/super-resolution/fit/fit-doubt.mts), so that the truth lies within ±1.28 of it in 80 % of pixels. Pure.
 */
import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import type { InputKind } from "../../../shared/contract/upscaling.ts";
import type { Pixels } from "../../engine/interfaces.ts";
import { eachRow, type Pause } from "../input/rows.ts";
import { doubtWeights } from "./doubt-weights.ts";
import { imageFeatures, leastDeviation, leastGradient, readImage } from "./image-features.ts";
import { partsPerLevel, type Spread } from "./pixel-std.ts";

/** What a pixel's doubt follows from; the first is constant, the last are of the image there. */
export const doubtFeatures = [
  "one",
  "deviation",
  "deviation around",
  "gradient",
  "curvature",
  "contrast",
  "texture",
  "gradient around",
  "disagreement",
  "disagreement around",
  ...imageFeatures,
] as const;
const ownFeatures = doubtFeatures.length - imageFeatures.length;

/** Below this range around a pixel the image is of one level there, and nothing is in doubt. */
const oneLevel = 4;

/** Inputs of a doubt: hypotheses of a picture, where two networks disagree about it, and the image without compression marks and with them. */
export interface Doubted {
  readonly spread: Spread;
  /** As disagreement.ts has it. */
  readonly disagreement: Uint16Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly image: Pixels;
  readonly marked: Pixels;
}

/** Calls `put` with the features of each pixel, row by row; one array again and again. */
export async function eachFeatures(
  { spread: { deviations, levels }, disagreement, widthPx, heightPx, image, marked }: Doubted,
  pause: Pause,
  put: (at: number, features: Float64Array, range: number) => void,
): Promise<void> {
  const gradients = await gradientsOf(levels, widthPx, heightPx, pause);
  const { planes, ranges } = await readImage(image, marked, gradients, { widthPx, heightPx }, pause);
  const features = new Float64Array(doubtFeatures.length);
  features[0] = 1;
  const [across, down] = [image.widthPx / widthPx, image.heightPx / heightPx];
  await eachRow(heightPx, pause, (y) => {
    const low = Math.floor((y + 0.5) * down) * image.widthPx;
    const [above, below] = [Math.max(0, y - 1), Math.min(heightPx - 1, y + 1)];
    for (let x = 0; x < widthPx; x += 1) {
      const at = y * widthPx + x;
      const [left, right] = [Math.max(0, x - 1), Math.min(widthPx - 1, x + 1)];
      let [around, count, least, most, sum, squares, steep, disagreed] = [0, 0, 255, 0, 0, 0, 0, 0];
      for (let row = Math.max(0, y - 2); row <= Math.min(heightPx - 1, y + 2); row += 1)
        for (let column = Math.max(0, x - 2); column <= Math.min(widthPx - 1, x + 2); column += 1) {
          const [deviation, level] = [deviations[row * widthPx + column]!, levels[row * widthPx + column]!];
          around += deviation;
          steep += gradients[row * widthPx + column]!;
          disagreed += disagreement[row * widthPx + column]!;
          count += 1;
          sum += level;
          squares += level ** 2;
          if (level < least) least = level;
          if (level > most) most = level;
        }
      const curvature =
        4 * levels[at]! -
        levels[y * widthPx + left]! -
        levels[y * widthPx + right]! -
        levels[above * widthPx + x]! -
        levels[below * widthPx + x]!;
      const texture = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
      const cell = low + Math.floor((x + 0.5) * across);
      features[1] = Math.log(deviations[at]! / partsPerLevel + leastDeviation);
      features[2] = Math.log(around / count / partsPerLevel + leastDeviation);
      features[3] = Math.log(gradients[at]! / partsPerLevel + leastGradient);
      features[4] = Math.log(Math.abs(curvature) + leastGradient);
      features[5] = Math.log(most - least + leastGradient);
      features[6] = Math.log(texture + leastGradient);
      features[7] = Math.log(steep / count / partsPerLevel + leastGradient);
      features[8] = Math.log(disagreement[at]! / partsPerLevel + leastDeviation);
      features[9] = Math.log(disagreed / count / partsPerLevel + leastDeviation);
      for (let index = 0; index < planes.length; index += 1) features[ownFeatures + index] = planes[index]![cell]!;
      put(at, features, ranges[cell]!);
    }
  });
}

/** Difference of the neighbours of each pixel across and down, in parts of a level, [heightPx, widthPx]. */
async function gradientsOf(levels: Uint8Array, widthPx: number, heightPx: number, pause: Pause): Promise<Uint16Array> {
  const gradients = new Uint16Array(levels.length);
  await eachRow(heightPx, pause, (y) => {
    const [above, below] = [Math.max(0, y - 1) * widthPx, Math.min(heightPx - 1, y + 1) * widthPx];
    for (let x = 0; x < widthPx; x += 1) {
      const across = levels[y * widthPx + Math.min(widthPx - 1, x + 1)]! - levels[y * widthPx + Math.max(0, x - 1)]!;
      gradients[y * widthPx + x] = Math.round(
        partsPerLevel * Math.hypot(across, levels[below + x]! - levels[above + x]!),
      );
    }
  });
  return gradients;
}

/** Groups that weights were fitted for. */
export type DoubtGroup = keyof typeof doubtWeights;
export const doubtGroupOf = (kind: InputKind, factor: NetworkScale): DoubtGroup =>
  `${kind === "repeated" ? "drawn" : kind}-${factor}`;

/**
 * Whether a group's doubt follows from few features of the answers alone. Flat drawings are right nearly everywhere, and what the image or
 * wide windows have there would rank what is equal; so such weights are of areas of one level, too.
 */
export const isOfAnswers = (group: DoubtGroup): boolean => group.startsWith("drawn");

/** Standard deviations in `partsPerLevel` parts of a level, [heightPx, widthPx]. */
export async function doubtOf(doubted: Doubted, group: DoubtGroup, pause: Pause): Promise<Uint16Array> {
  const doubts = new Uint16Array(doubted.widthPx * doubted.heightPx);
  await eachFeatures(doubted, pause, (at, features, range) => {
    doubts[at] = Math.min(65_535, Math.round(partsPerLevel * doubtIn(group, features, range)));
  });
  return doubts;
}

/** The doubt of one pixel in levels. @param range of the image around it */
export function doubtIn(group: DoubtGroup, features: Float64Array, range: number): number {
  const weights: readonly number[] = doubtWeights[group];
  let sum = 0;
  for (let index = 0; index < features.length; index += 1) sum += weights[index]! * features[index]!;
  return (isOfAnswers(group) ? 1 : Math.min(1, (range + 1) / oneLevel)) * Math.exp(sum);
}
