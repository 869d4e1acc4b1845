/** The letters that were read in a picture, tile by tile: all its hypotheses are chosen from them. Where there are any, a pixel takes eight bytes, and a letter 300. Pure. */
import type { Box } from "../picture-planes.ts";
import { chooseLetter } from "./choose-letter.ts";
import { letterPlanes } from "./read-letters.ts";

/** Parts of a pixel that ways to middles are kept in. */
const partsAPixel = 1024;
/** What 16 bits hold. */
const farthestPx = 31;

/** Letters that were chosen in a picture. */
export interface ChosenLetters {
  /** [letterPlanes, box.heightPx, box.widthPx], undefined where there are no letters. */
  within(box: Box): Float32Array | undefined;
}

export class PictureLetters {
  readonly #widthPx: number;
  readonly #pixels: number;
  /** Numbers of letters, 0 where there is none, and ways to their middles; undefined until there are letters. */
  #numbers: Uint32Array | undefined;
  #ways: Int16Array | undefined;
  /** Letter 1 is the first. */
  readonly #letters: Array<{ readonly x: number; readonly y: number; readonly scores: Float32Array }> = [];

  constructor({ widthPx, heightPx }: Pick<Box, "widthPx" | "heightPx">) {
    this.#widthPx = widthPx;
    this.#pixels = widthPx * heightPx;
  }

  get isEmpty(): boolean {
    return this.#numbers === undefined;
  }

  /** @param read of a core, as `readLetters` gives it */
  put(read: Float32Array, core: Box): void {
    if (read.length === 0) return;
    const corePixels = core.widthPx * core.heightPx;
    this.#numbers ??= new Uint32Array(this.#pixels);
    this.#ways ??= new Int16Array(2 * this.#pixels);
    const before = this.#letters.length;
    let count = 0;
    for (let at = 0; at < corePixels; at += 1) {
      if (read[at] === 0) continue;
      count = Math.max(count, read[at]!);
      const to = (core.top + Math.floor(at / core.widthPx)) * this.#widthPx + core.left + (at % core.widthPx);
      this.#numbers[to] = before + read[at]!;
      for (let axis = 0; axis < 2; axis += 1)
        this.#ways[axis * this.#pixels + to] = Math.round(
          partsAPixel * Math.max(-farthestPx, Math.min(farthestPx, read[(axis + 1) * corePixels + at]!)),
        );
    }
    // Each letter has a pixel in the core, so the largest number counts them.
    const rows = read.slice(letterPlanes * corePixels);
    const width = rows.length / count;
    for (let from = 0; from < rows.length; from += width)
      this.#letters.push({ x: rows[from]!, y: rows[from + 1]!, scores: rows.subarray(from + 2, from + width) });
  }

  /** @param spread 1 draws each letter as often as it is likely, 0 gives the likeliest */
  choose(seed: number, spread: number): ChosenLetters {
    const classes = Uint8Array.from(this.#letters, (letter) => chooseLetter(letter, seed, spread));
    return { within: (box) => this.#within(box, classes) };
  }

  #within(box: Box, classes: Uint8Array): Float32Array | undefined {
    const [numbers, ways] = [this.#numbers, this.#ways];
    if (!numbers || !ways) return undefined;
    const boxPixels = box.widthPx * box.heightPx;
    const planes = new Float32Array(letterPlanes * boxPixels);
    let isEmpty = true;
    for (let at = 0; at < boxPixels; at += 1) {
      const from = (box.top + Math.floor(at / box.widthPx)) * this.#widthPx + box.left + (at % box.widthPx);
      const number = numbers[from]!;
      if (number === 0) continue;
      isEmpty = false;
      planes[at] = classes[number - 1]!;
      for (let axis = 0; axis < 2; axis += 1)
        planes[(axis + 1) * boxPixels + at] = ways[axis * this.#pixels + from]! / partsAPixel;
    }
    return isEmpty ? undefined : planes;
  }
}
