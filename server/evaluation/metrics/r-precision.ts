/**
 * R-precision at 1 (Xu et al. 2018, AttnGAN, section 4): the share of images whose own caption ranks first by cosine among
 * itself and mismatched captions, the distractors. Captions with the same words as the true one are no distractors.
 */

import { cosine } from "../../engine/edits/sphere.ts";
import { TrainingRandom } from "../../flow/random.ts";
import { shareOf } from "./statistics.ts";
import { countOf, rowOf, type Vectors } from "./vectors.ts";

export interface Ranking {
  /** Share of images whose caption came first, 0 to 1. */
  readonly precision: number;
  /** Whether each image's caption came first. */
  readonly isFirst: readonly boolean[];
  /** The precision of guessing: 1 / (distractors + 1), or more with fewer captions. */
  readonly chance: number;
}

/**
 * @param predicted vector predicted from the pixels of each image, [images, dims]
 * @param captions true caption of each image, [images, dims]
 * @param names caption of each image as text; equal names never compete
 */
export function rankCaptions(
  predicted: Vectors,
  captions: Vectors,
  names: readonly string[],
  { distractors, seed }: { readonly distractors: number; readonly seed: number },
): Ranking {
  const isFirst: boolean[] = [];
  let chance = 0;
  const images = countOf(predicted);
  for (let image = 0; image < images; image += 1) {
    const against = drawDistractors(names, image, distractors, new TrainingRandom(seed, image, "evaluation"));
    const guess = rowOf(predicted, image);
    const own = cosine(guess, rowOf(captions, image));
    // A tie counts as a loss: a judge that predicts the same for every image must not score.
    isFirst.push(against.every((other) => cosine(guess, rowOf(captions, other)) < own));
    chance += 1 / (against.length + 1);
  }
  return { precision: shareOf(isFirst), isFirst, chance: chance / images };
}

/** Up to `most` images with distinct captions other than the image's own, in an order drawn for each image. */
function drawDistractors(names: readonly string[], image: number, most: number, random: TrainingRandom): number[] {
  const taken = new Set([names[image]]);
  const distractors: number[] = [];
  for (const other of random.permutation(names.length)) {
    if (distractors.length === most) break;
    if (taken.has(names[other])) continue;
    taken.add(names[other]);
    distractors.push(other);
  }
  return distractors;
}
