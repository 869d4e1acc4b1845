/** Chooses the letters of a tile by seed: what is read there, and one draw of it. The drawer draws them (add-letters.ts). */

import { limits } from "../../../shared/limits.ts";
import { type Box, lumaAt } from "../picture-planes.ts";
import { growWithin } from "../tiles.ts";
import { cutRows } from "../unfold.ts";
import { chooseLetter } from "./choose-letter.ts";
import { findLetters, type LetterReading } from "./find-letters.ts";
import { boxOfText, findText, type TextFinder } from "./find-text.ts";

/** A network that reads which letters lie where. */
export interface LetterReader {
  /** Radius in pixels that what is read depends on. */
  readonly marginPx: number;
  /** Luma [heightPx, widthPx] in [0, 1]. */
  read(luma: Float32Array, widthPx: number, heightPx: number): Promise<LetterReading>;
}

/** A network that draws letters four times as large. */
export interface LetterDrawer {
  readonly marginPx: number;
  /** Luma [heightPx, widthPx] and chosen letters [letterPlanes, heightPx, widthPx] → luma [4 · heightPx, 4 · widthPx]. */
  draw(luma: Float32Array, letters: Float32Array, widthPx: number, heightPx: number): Promise<Float32Array>;
}

/** Planes of chosen letters: the class of each pixel's letter, and the way to its middle to the right and down; zeros where there is none. */
export const letterPlanes = 3;

/** What belongs to a letter of the core, and its neighbours in a word, lie within this many px. */
export const letterReachPx = 24;

/** How much larger letters are drawn. */
export const letterFactor = 4;

/** Luma of colours [3, pixels]. */
export const lumaOf = (colours: Float32Array): Float32Array => {
  const pixels = colours.length / 3;
  return Float32Array.from({ length: pixels }, (_, at) => lumaAt(colours, at, pixels));
};

/** Whose letters are chosen, as the tile's task has it (upscale-tile.ts). */
export interface ReadTile {
  readonly whole: Box;
  /** By pixel of `whole`. */
  readonly isDrawn: Uint8Array;
  readonly core: Box;
  readonly seed: number;
  readonly temperature: number;
}

/** Networks that choose letters. */
export interface LetterNetworks {
  readonly finder: TextFinder;
  readonly reader: LetterReader;
}

/** @returns chosen letters of the core, [letterPlanes, core.heightPx, core.widthPx] */
export async function readLetters(
  { finder, reader }: LetterNetworks,
  colours: Float32Array,
  { whole, isDrawn, core, seed, temperature }: ReadTile,
): Promise<Float32Array> {
  const corePixels = core.widthPx * core.heightPx;
  const planes = new Float32Array(letterPlanes * corePixels);
  const luma = lumaOf(colours);
  const isTold = await findText(finder, luma, whole);
  const text = boxOfText(isTold, whole, core);
  if (!text) return planes;
  const box = growWithin(text, letterReachPx + reader.marginPx, whole);
  const { widthPx, heightPx } = box;
  const reading = await reader.read(cutRows(luma, 1, whole, box), widthPx, heightPx);
  const spread = temperature / limits.upscaleTemperatureMax;
  const drawn = cutRows(isDrawn, 1, whole, box);
  for (const letter of findLetters(reading, cutRows(isTold, 1, whole, box), widthPx)) {
    // Whole letters, so that none is cut at the edge of a block.
    if (2 * letter.pixels.reduce((sum, at) => sum + drawn[at]!, 0) < letter.pixels.length) continue;
    const chosen = chooseLetter({ ...letter, x: letter.x + box.left, y: letter.y + box.top }, seed, spread);
    for (const at of letter.pixels) {
      const [x, y] = [(at % widthPx) + box.left - core.left, Math.floor(at / widthPx) + box.top - core.top];
      if (x < 0 || y < 0 || x >= core.widthPx || y >= core.heightPx) continue;
      const to = y * core.widthPx + x;
      planes[to] = chosen;
      planes[corePixels + to] = reading.ways[at]!;
      planes[2 * corePixels + to] = reading.ways[widthPx * heightPx + at]!;
    }
  }
  return planes;
}
