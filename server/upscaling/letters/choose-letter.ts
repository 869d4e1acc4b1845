/**
 * Draws a letter from what a picture may show, by seed and place: the largest of log-probabilities with Gumbel noise (Gumbel 1954), which
 * draws each class as often as it is likely. The same seed gives the same letter, and where one letter is certain every seed gives it. Pure.
 */
import { philoxInto, streams } from "../../engine/random.ts";
import type { Letter } from "./find-letters.ts";

/** Middles are told apart in parts of a pixel. */
const partsAPixel = 2;
const wordsARun = 4;

/**
 * @param letter its middle in px of the whole picture, so that tiles do not matter
 * @param spread of the noise: 1 draws by the probabilities, 0 gives the likeliest
 * @returns a class
 */
export function chooseLetter({ x, y, scores }: Pick<Letter, "x" | "y" | "scores">, seed: number, spread = 1): number {
  const [column, row] = [Math.round(partsAPixel * x), Math.round(partsAPixel * y)];
  const words = new Uint32Array(wordsARun);
  let [best, most] = [0, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < scores.length; index += 1) {
    if (index % wordsARun === 0)
      philoxInto(words, column >>> 0, row >>> 0, index / wordsARun, streams.letters, seed, 0);
    const noise = -Math.log(-Math.log((words[index % wordsARun]! + 0.5) / 2 ** 32));
    const score = scores[index]! + spread * noise;
    if (score > most) [best, most] = [index, score];
  }
  return best;
}
