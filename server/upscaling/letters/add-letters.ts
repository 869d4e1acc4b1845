/**
 * Adds letters that were chosen to an enlarged tile. They are drawn in luma; each colour follows luma as it does around (least squares), so
 * that red on white stays red on white.
 */
import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import { type Box, lumaAt } from "../picture-planes.ts";
import { growBox, growWithin } from "../tiles.ts";
import { cutRows } from "../unfold.ts";
import { boxOfText } from "./find-text.ts";
import { coverOf } from "./letter-cover.ts";
import { type LetterDrawer, letterFactor, letterPlanes, lumaOf } from "./read-letters.ts";

/** Pixels of the input to each side whose colours tell how each follows luma, and what letters may look like. */
export const aroundPx = 3;
/** Share of the range there by which letters may lead beyond it: a pixel that small ink fills a part of does not show its colour. */
const beyondShare = 0.4;
/** Variance of luma far below which each colour follows it as in grey. */
const leastVariance = 1e-4;

export interface LetteredTile {
  /** Colours of `whole`, [3, whole.heightPx, whole.widthPx] in [0, 1]. */
  readonly tile: Float32Array;
  readonly whole: Box;
  readonly picture: Pick<Box, "widthPx" | "heightPx">;
  /** Chosen letters of `whole`, [letterPlanes, whole.heightPx, whole.widthPx]. */
  readonly letters: Float32Array;
  readonly factor: NetworkScale;
}

/** Enlarged pictures of a box, [3, factor · box.heightPx, factor · box.widthPx]. */
export interface EnlargedBox {
  readonly box: Box;
  /** Changed in place where letters are. */
  readonly detailed: Float32Array;
  /** The same without details. */
  readonly plain: Float32Array;
}

export async function addLetters(drawer: LetterDrawer, lettered: LetteredTile, enlarged: EnlargedBox): Promise<void> {
  const { tile, whole, picture, letters, factor } = lettered;
  const { box, detailed, plain } = enlarged;
  const part = boxWithLetters(letters, whole, box);
  if (!part) return;
  const around = growBox(part, Math.max(aroundPx, drawer.marginPx), picture);
  const given = cutPlanes(letters, letterPlanes, whole, around);
  const classes = given.subarray(0, around.widthPx * around.heightPx);
  const colours = cutPlanes(tile, 3, whole, around);
  const luma = lumaOf(colours);
  const drawn = shrinkLetters(await drawer.draw(luma, given, around.widthPx, around.heightPx), around, factor);
  const [line, drawnLine] = [factor * box.widthPx, factor * around.widthPx];
  const plane = line * factor * box.heightPx;
  for (let y = part.top - box.top; y < part.top - box.top + part.heightPx; y += 1)
    for (let x = part.left - box.left; x < part.left - box.left + part.widthPx; x += 1) {
      const [column, row] = [x + box.left - around.left, y + box.top - around.top];
      const cover = coverOf(classes, around, column, row, factor);
      if (!cover) continue;
      const inks = inksAround(colours, luma, around, column, row);
      if (inks.share === 0) continue;
      for (let place = 0; place < cover.length; place += 1) {
        const [right, down] = [place % factor, Math.floor(place / factor)];
        const at = (factor * y + down) * line + factor * x + right;
        const lacks = drawn[(factor * row + down) * drawnLine + factor * column + right]! - lumaAt(plain, at, plane);
        const weight = cover[place]! * inks.share;
        for (let channel = 0; channel < 3; channel += 1) {
          const { slope, lowest, highest } = inks.colours[channel]!;
          const to = channel * plane + at;
          const value = Math.max(lowest, Math.min(highest, plain[to]! + lacks * slope));
          detailed[to] = detailed[to]! * (1 - weight) + value * weight;
        }
      }
    }
}

/** The part of a box that letters lie in or touch; undefined where there are none. */
function boxWithLetters(letters: Float32Array, whole: Box, box: Box): Box | undefined {
  const near = growWithin(box, 1, whole);
  const classes = letters.subarray(0, whole.widthPx * whole.heightPx);
  const isLetter = Uint8Array.from(classes, (value) => (value > 0 ? 1 : 0));
  const found = boxOfText(isLetter, whole, near);
  return found && growWithin(found, 1, box);
}

/** Drawn letters of a box at the result's size, by averages. */
function shrinkLetters(drawn: Float32Array, { widthPx, heightPx }: Box, factor: NetworkScale): Float32Array {
  const by = letterFactor / factor;
  if (by === 1) return drawn;
  const line = factor * widthPx;
  const small = new Float32Array(line * factor * heightPx);
  for (let at = 0; at < drawn.length; at += 1) {
    const [x, y] = [at % (letterFactor * widthPx), Math.floor(at / (letterFactor * widthPx))];
    small[Math.floor(y / by) * line + Math.floor(x / by)]! += drawn[at]! / by ** 2;
  }
  return small;
}

/** Planes of a box within a tile, [planes, part.heightPx, part.widthPx]. */
function cutPlanes(values: Float32Array, planes: number, whole: Box, part: Box): Float32Array {
  const [pixels, partPixels] = [whole.widthPx * whole.heightPx, part.widthPx * part.heightPx];
  const cut = new Float32Array(planes * partPixels);
  for (let plane = 0; plane < planes; plane += 1)
    cut.set(cutRows(values.subarray(plane * pixels, (plane + 1) * pixels), 1, whole, part), plane * partPixels);
  return cut;
}

/** Of one colour around a pixel. */
interface Ink {
  /** How much it changes where luma changes by 1. */
  readonly slope: number;
  /** Where letters may lead. */
  readonly lowest: number;
  readonly highest: number;
}

/** Of the colours around a pixel. */
interface Inks {
  readonly colours: readonly Ink[];
  /** 0 where luma does not tell them, as with three colours: letters of luma would stain. 1 where it does. */
  readonly share: number;
}

function inksAround(colours: Float32Array, luma: Float32Array, box: Box, column: number, row: number): Inks {
  const [left, right] = [Math.max(0, column - aroundPx), Math.min(box.widthPx - 1, column + aroundPx)];
  const [top, bottom] = [Math.max(0, row - aroundPx), Math.min(box.heightPx - 1, row + aroundPx)];
  const count = (right - left + 1) * (bottom - top + 1);
  let [mean, square] = [0, 0];
  for (let y = top; y <= bottom; y += 1)
    for (let at = y * box.widthPx + left; at <= y * box.widthPx + right; at += 1) {
      mean += luma[at]! / count;
      square += luma[at]! ** 2 / count;
    }
  const variance = Math.max(0, square - mean ** 2);
  let [told, all] = [leastVariance, leastVariance];
  const inks = [0, 1, 2].map((channel) => {
    const plane = channel * luma.length;
    let [least, most, product, colour, squares] = [1, 0, 0, 0, 0];
    for (let y = top; y <= bottom; y += 1)
      for (let at = y * box.widthPx + left; at <= y * box.widthPx + right; at += 1) {
        const value = colours[plane + at]!;
        if (value < least) least = value;
        if (value > most) most = value;
        colour += value / count;
        product += (value * luma[at]!) / count;
        squares += value ** 2 / count;
      }
    const beyond = beyondShare * (most - least);
    const slope = (product - colour * mean + leastVariance) / (variance + leastVariance);
    told += slope ** 2 * variance;
    all += Math.max(0, squares - colour ** 2);
    return {
      slope,
      lowest: Math.max(0, least - beyond),
      highest: Math.min(1, most + beyond),
    };
  });
  return { colours: inks, share: Math.max(0, Math.min(1, (told / all - 0.6) / 0.3)) };
}
