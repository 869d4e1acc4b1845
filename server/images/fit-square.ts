/**
 * Fits a picture into a square for experts: the whole picture, centred, with a transparent border. Each pixel is the mean of
 * the area that it covers (server/engine/pixels/areas.ts; codec.ts shrinks very large pictures first). It works on decoded pixels in
 * one pass, because every picture of a training folder passes through it.
 */

import type { Pixels } from "../engine/interfaces.ts";
import { type Cover, coverOf } from "../engine/pixels/areas.ts";

/** A picture with one word a pixel (red in the lowest byte), and the columns and lines that each pixel of the square covers. */
interface Areas {
  readonly words: Uint32Array;
  readonly widthPx: number;
  readonly columns: Cover;
  readonly rows: Cover;
}

/**
 * Unpremultiplied pixels with a longer side of at least `sizePx` → premultiplied RGBA planes [4, sizePx, sizePx] in [0, 1].
 * Sides are rounded to whole pixels of the square, at least one.
 */
export function shrinkIntoSquare({ rgba, widthPx, heightPx }: Pixels, sizePx: number): Float32Array {
  const scale = sizePx / Math.max(widthPx, heightPx);
  const [width, height] = [widthPx, heightPx].map((side) => Math.max(1, Math.round(side * scale))) as [number, number];
  const [left, top] = [width, height].map((side) => Math.floor((sizePx - side) / 2)) as [number, number];
  const bytes = rgba.byteOffset % 4 === 0 ? rgba : new Uint8Array(rgba);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, widthPx * heightPx);
  const areas = { words, widthPx, columns: coverOf(widthPx, width), rows: coverOf(heightPx, height) };
  const planes = new Float32Array(4 * sizePx * sizePx);
  for (let row = 0; row < height; row += 1) writeRow(planes, (top + row) * sizePx + left, areas, row);
  return planes;
}

/**
 * Writes the means of a row of areas, from `to` on. Most areas of a drawing have one colour; checking that is faster than a
 * mean.
 */
function writeRow(planes: Float32Array, to: number, { words, widthPx, columns, rows }: Areas, row: number): void {
  const plane = planes.length / 4;
  const { firsts, ends, shares, stride } = columns;
  const [firstLine, endLine] = [rows.firsts[row]! * widthPx, rows.ends[row]! * widthPx];
  for (let column = 0, pixel = to; column < firsts.length; column += 1, pixel += 1) {
    const [first, end] = [firsts[column]!, ends[column]!];
    const word = words[firstLine + first]!;
    const isOne = isOneColour(words, word, firstLine + first, endLine + first, widthPx, end - first);
    if (isOne && word === 0) continue;
    // Sums of colour times alpha, up to 255 · 255, and of alpha, up to 255.
    let alpha = word >>> 24;
    let red = (word & 255) * alpha;
    let green = ((word >>> 8) & 255) * alpha;
    let blue = ((word >>> 16) & 255) * alpha;
    if (!isOne) {
      red = green = blue = alpha = 0;
      for (let line = firstLine, part = row * rows.stride; line < endLine; line += widthPx, part += 1) {
        const lineShare = rows.shares[part]!;
        for (let at = line + first, share = column * stride; at < line + end; at += 1, share += 1) {
          const other = words[at]!;
          const opacity = (other >>> 24) * shares[share]! * lineShare;
          red += (other & 255) * opacity;
          green += ((other >>> 8) & 255) * opacity;
          blue += ((other >>> 16) & 255) * opacity;
          alpha += opacity;
        }
      }
    }
    // Rounding must not raise a colour above its alpha.
    const opacity = Math.min(1, alpha / 255);
    planes[pixel] = Math.min(opacity, red / (255 * 255));
    planes[plane + pixel] = Math.min(opacity, green / (255 * 255));
    planes[2 * plane + pixel] = Math.min(opacity, blue / (255 * 255));
    planes[3 * plane + pixel] = opacity;
  }
}

/** Whether all words of a block equal `word`: `length` words of each line, lines `step` apart, from `start` up to `end`. */
function isOneColour(
  words: Uint32Array,
  word: number,
  start: number,
  end: number,
  step: number,
  length: number,
): boolean {
  for (let line = start; line < end; line += step)
    for (let at = line; at < line + length; at += 1) if (words[at] !== word) return false;
  return true;
}
