/**
 * R-precision at 1 (Xu et al. 2018, AttnGAN, section 4): the share of images whose own caption ranks first among itself and
 * `rivals` others, by cosine. Captions that are the same words as the true one are no rivals.
 */

import { cosine } from "../../engine/sphere.ts";
import { TrainingRandom } from "../../flow/random.ts";
import { shareOf } from "./statistics.ts";
import { countOf, rowOf, type Vectors } from "./vectors.ts";

export interface Ranking {
  /** Share of images whose caption came first, 0 to 1. */
  readonly precision: number;
  /** Whether each image's caption came first. */
  readonly isFirst: readonly boolean[];
  /** What guessing would give: 1 / (rivals + 1), with fewer captions more. */
  readonly chance: number;
}

/**
 * @param predicted for each image the vector that its pixels predict, [images, dims]
 * @param captions the true caption of each image, [images, dims]
 * @param names identity of each image's caption: equal names never compete
 */
export function rankCaptions(
  predicted: Vectors,
  captions: Vectors,
  names: readonly string[],
  { rivals, seed }: { readonly rivals: number; readonly seed: number },
): Ranking {
  const isFirst: boolean[] = [];
  let chance = 0;
  const images = countOf(predicted);
  for (let image = 0; image < images; image += 1) {
    const against = drawRivals(names, image, rivals, new TrainingRandom(seed, image, "evaluation"));
    const guess = rowOf(predicted, image);
    const own = cosine(guess, rowOf(captions, image));
    // A tie is a loss: a net that says the same of every image must not score.
    isFirst.push(against.every((other) => cosine(guess, rowOf(captions, other)) < own));
    chance += 1 / (against.length + 1);
  }
  return { precision: shareOf(isFirst), isFirst, chance: chance / images };
}

/** Up to `most` images with distinct captions other than the image's own, in an order drawn anew for each image. */
function drawRivals(names: readonly string[], image: number, most: number, random: TrainingRandom): number[] {
  const taken = new Set([names[image]]);
  const rivals: number[] = [];
  for (const other of random.permutation(names.length)) {
    if (rivals.length === most) break;
    if (taken.has(names[other])) continue;
    taken.add(names[other]);
    rivals.push(other);
  }
  return rivals;
}
