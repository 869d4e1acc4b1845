/** Reads the letters of a tile: where they lie and how likely each is. One is chosen of each by seed (picture-letters.ts), and drawn (add-letters.ts). */

import { type Box, lumaAt } from "../picture-planes.ts";
import { growWithin, rowWithin } from "../tiles.ts";
import { cutRows } from "../unfold.ts";
import { boxesOfMarks } from "./boxes-of-marks.ts";
import { findLetters, type Letter, type LetterReading } from "./find-letters.ts";
import { findText, type TextFinder } from "./find-text.ts";

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

/** What belongs to a letter of the core, and its neighbours in a word, lie within this many px, and in one box of marks with it. */
export const letterReachPx = 24;

/** How much larger letters are drawn. */
export const letterFactor = 4;

/** Luma of colours [3, pixels]; of a picture without colours [1, pixels] the picture itself. */
export function lumaOf(colours: Float32Array, pixels: number): Float32Array {
  if (colours.length === pixels) return colours;
  const luma = new Float32Array(pixels);
  for (let at = 0; at < luma.length; at += 1) luma[at] = lumaAt(colours, at, luma.length);
  return luma;
}

/** Whose letters are read, as the tile's task has it (upscale-tile.ts). */
export interface ReadTile {
  readonly whole: Box;
  /** By pixel of `whole`. */
  readonly isDrawn: Uint8Array;
  readonly core: Box;
}

/** Networks that read letters. */
export interface LetterNetworks {
  readonly finder: TextFinder;
  readonly reader: LetterReader;
}

/**
 * @returns planes of the core, [letterPlanes, core.heightPx, core.widthPx], with the number of a pixel's letter instead of its class; and behind them for
 *   each letter, from number 1 on, its middle in px of the picture and its log-probabilities, [letters, 2 + classes]. Nothing where there are no letters
 */
export async function readLetters(
  { finder, reader }: LetterNetworks,
  colours: Float32Array,
  { whole, isDrawn, core }: ReadTile,
): Promise<Float32Array> {
  const luma = lumaOf(colours, whole.widthPx * whole.heightPx);
  const isTold = await findText(finder, luma, whole);
  const planes = new Float32Array(letterPlanes * core.widthPx * core.heightPx);
  const rows: number[] = [];
  let count = 0;
  for (const text of boxesOfMarks(isTold, whole, growWithin(core, letterReachPx, whole), reader.marginPx)) {
    if (!areTouching(text, core)) continue;
    const box = growWithin(text, reader.marginPx, whole);
    const reading = await reader.read(cutRows(luma, 1, whole, box), box.widthPx, box.heightPx);
    const drawn = cutRows(isDrawn, 1, whole, box);
    for (const letter of findLetters(reading, within(isTold, whole, text, box), box.widthPx)) {
      // Whole letters, so that none is cut at the edge of a block.
      if (2 * letter.pixels.reduce((sum, at) => sum + drawn[at]!, 0) < letter.pixels.length) continue;
      if (!putLetter(planes, count + 1, letter, reading, box, core)) continue;
      count += 1;
      rows.push(letter.x + box.left, letter.y + box.top, ...letter.scores);
    }
  }
  if (count === 0) return new Float32Array();
  const read = new Float32Array(planes.length + rows.length);
  read.set(planes);
  read.set(rows, planes.length);
  return read;
}

const areTouching = (one: Box, other: Box): boolean =>
  one.left < other.left + other.widthPx &&
  other.left < one.left + one.widthPx &&
  one.top < other.top + other.heightPx &&
  other.top < one.top + one.heightPx;

/** Marks of `part` by pixel of `box`, which has it within: those around it are of other boxes. */
function within(isTold: Uint8Array, whole: Box, part: Box, box: Box): Uint8Array {
  const marks = new Uint8Array(box.widthPx * box.heightPx);
  for (let y = 0; y < part.heightPx; y += 1) {
    const from = rowWithin(whole, part, y);
    marks.set(isTold.subarray(from, from + part.widthPx), rowWithin(box, part, y));
  }
  return marks;
}

/** Puts a letter of a box into planes of the core under its number. @returns whether any of it lies there */
function putLetter(
  planes: Float32Array,
  number: number,
  { pixels }: Letter,
  { ways }: LetterReading,
  box: Box,
  core: Box,
): boolean {
  const corePixels = core.widthPx * core.heightPx;
  let isInCore = false;
  for (const at of pixels) {
    const right = (at % box.widthPx) + box.left - core.left;
    const down = Math.floor(at / box.widthPx) + box.top - core.top;
    if (right < 0 || down < 0 || right >= core.widthPx || down >= core.heightPx) continue;
    isInCore = true;
    const to = down * core.widthPx + right;
    planes[to] = number;
    planes[corePixels + to] = ways[at]!;
    planes[2 * corePixels + to] = ways[box.widthPx * box.heightPx + at]!;
  }
  return isInCore;
}
