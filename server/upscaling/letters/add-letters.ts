/** Adds letters that were chosen to an enlarged tile. They are drawn in luma, which each colour follows as it does around (inks.ts). */
import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import { type Box, lumaAt } from "../picture-planes.ts";
import { growBox, growWithin } from "../tiles.ts";
import { cutRows } from "../unfold.ts";
import { boxesOfMarks } from "./boxes-of-marks.ts";
import { inksOf, inksReachPx } from "./inks.ts";
import { coverInto } from "./letter-cover.ts";
import { type LetterDrawer, letterFactor, lumaOf } from "./read-letters.ts";

export interface LetteredTile {
  /** Of `whole`, [planes, whole.heightPx, whole.widthPx] in [0, 1]. */
  readonly tile: Float32Array;
  readonly whole: Box;
  readonly picture: Pick<Box, "widthPx" | "heightPx">;
  /** Chosen letters of `whole`, [letterPlanes, whole.heightPx, whole.widthPx]. */
  readonly letters: Float32Array;
  readonly factor: NetworkScale;
}

/** Enlarged pictures of a box, [planes, factor · box.heightPx, factor · box.widthPx]: three planes, or one of a picture without colours. */
export interface EnlargedBox {
  readonly box: Box;
  /** Changed in place where letters are. */
  readonly detailed: Float32Array;
  /** The same without details. */
  readonly plain: Float32Array;
}

export async function addLetters(drawer: LetterDrawer, lettered: LetteredTile, enlarged: EnlargedBox): Promise<void> {
  const { whole, letters } = lettered;
  const { box } = enlarged;
  const marginPx = Math.max(inksReachPx, drawer.marginPx);
  const classes = letters.subarray(0, whole.widthPx * whole.heightPx);
  // Letters fade into the pixels beside them.
  for (const marks of boxesOfMarks(classes, whole, growWithin(box, 1, whole), marginPx + 1))
    await drawLetters(drawer, lettered, enlarged, growWithin(marks, 1, box), marginPx);
}

/** Draws the letters of a part of the box. */
async function drawLetters(
  drawer: LetterDrawer,
  { tile, whole, picture, letters, factor }: LetteredTile,
  { box, detailed, plain }: EnlargedBox,
  part: Box,
  marginPx: number,
): Promise<void> {
  const around = growBox(part, marginPx, picture);
  const given = cutPlanes(letters, whole, around);
  const classes = given.subarray(0, around.widthPx * around.heightPx);
  const colours = cutPlanes(tile, whole, around);
  const luma = lumaOf(colours, around.widthPx * around.heightPx);
  const drawn = shrinkLetters(await drawer.draw(luma, given, around.widthPx, around.heightPx), around, factor);
  const inksAt = inksOf(colours, luma, around);
  const cover = new Float32Array(factor ** 2);
  const [line, drawnLine] = [factor * box.widthPx, factor * around.widthPx];
  const plane = line * factor * box.heightPx;
  const planes = plain.length / plane;
  for (let y = part.top - box.top; y < part.top - box.top + part.heightPx; y += 1)
    for (let x = part.left - box.left; x < part.left - box.left + part.widthPx; x += 1) {
      const [column, row] = [x + box.left - around.left, y + box.top - around.top];
      if (!coverInto(cover, classes, around, column, row, factor)) continue;
      const inks = inksAt(column, row);
      if (inks.share === 0) continue;
      for (let place = 0; place < cover.length; place += 1) {
        const [right, down] = [place % factor, Math.floor(place / factor)];
        const at = (factor * y + down) * line + factor * x + right;
        const plainLuma = planes === 1 ? plain[at]! : lumaAt(plain, at, plane);
        const lacks = drawn[(factor * row + down) * drawnLine + factor * column + right]! - plainLuma;
        const weight = cover[place]! * inks.share;
        for (let channel = 0; channel < planes; channel += 1) {
          const { slope, lowest, highest } = inks.colours[channel]!;
          const to = channel * plane + at;
          const value = Math.max(lowest, Math.min(highest, plain[to]! + lacks * slope));
          detailed[to] = detailed[to]! * (1 - weight) + value * weight;
        }
      }
    }
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
function cutPlanes(values: Float32Array, whole: Box, part: Box): Float32Array {
  const [pixels, partPixels] = [whole.widthPx * whole.heightPx, part.widthPx * part.heightPx];
  const cut = new Float32Array((values.length / pixels) * partPixels);
  for (let from = 0, to = 0; from < values.length; from += pixels, to += partPixels)
    cut.set(cutRows(values.subarray(from, from + pixels), 1, whole, part), to);
  return cut;
}
