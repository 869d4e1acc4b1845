/**
 * A picture in a square as experts read it: the whole of it, centred, transparent around, each pixel the mean of the area that it covers
 * (server/engine/areas.ts). From pixels as decoders give them in one pass, because every picture of a training folder goes through here.
 */
import { type Cover, coverOf } from "../engine/areas.ts";
import type { Pixels } from "../engine/interfaces.ts";

/**
 * Straight pixels, their longer side `sizePx` or more → premultiplied RGBA planes [4, sizePx, sizePx] in [0, 1].
 * Sides are rounded to whole pixels of the square, one at least.
 */
export function shrinkIntoSquare({ rgba, widthPx, heightPx }: Pixels, sizePx: number): Float32Array {
  const scale = sizePx / Math.max(widthPx, heightPx);
  const [coveredWidth, coveredHeight] = [widthPx, heightPx].map((side) => Math.max(1, Math.round(side * scale))) as [
    number,
    number,
  ];
  const columns = coverOf(widthPx, coveredWidth);
  const { firsts, ends, shares, stride } = coverOf(heightPx, coveredHeight);
  const [left, top] = [coveredWidth, coveredHeight].map((side) => Math.floor((sizePx - side) / 2)) as [number, number];
  const words = new Uint32Array(rgba.buffer, rgba.byteOffset, widthPx * heightPx);
  const planes = new Float32Array(4 * sizePx * sizePx);
  // Of the lines under one row of the square.
  const sums = new Float64Array(4 * widthPx);
  for (let row = 0; row < coveredHeight; row += 1) {
    sums.fill(0);
    for (let line = firsts[row]!, share = row * stride; line < ends[row]!; line += 1, share += 1)
      addLine(sums, words.subarray(line * widthPx, (line + 1) * widthPx), shares[share]!);
    writeRow(planes, (top + row) * sizePx + left, sums, columns);
  }
  return planes;
}

/** Adds a line of the picture to sums [width, 4] of colour times alpha and of alpha. Each pixel is one word, red its lowest byte. */
function addLine(sums: Float64Array, line: Uint32Array, share: number): void {
  for (let x = 0, at = 0; x < line.length; x += 1, at += 4) {
    const word = line[x]!;
    if (word === 0) continue;
    const opacity = (word >>> 24) * share;
    sums[at]! += (word & 255) * opacity;
    sums[at + 1]! += ((word >>> 8) & 255) * opacity;
    sums[at + 2]! += ((word >>> 16) & 255) * opacity;
    sums[at + 3]! += opacity;
  }
}

/** Writes means of sums [width, 4] to the planes, from `to` on. */
function writeRow(planes: Float32Array, to: number, sums: Float64Array, { firsts, ends, shares, stride }: Cover): void {
  const plane = planes.length / 4;
  for (let column = 0; column < firsts.length; column += 1) {
    let red = 0;
    let green = 0;
    let blue = 0;
    let opacity = 0;
    const end = 4 * ends[column]!;
    for (let from = 4 * firsts[column]!, part = column * stride; from < end; from += 4, part += 1) {
      const share = shares[part]!;
      red += share * sums[from]!;
      green += share * sums[from + 1]!;
      blue += share * sums[from + 2]!;
      opacity += share * sums[from + 3]!;
    }
    if (opacity === 0) continue;
    const at = to + column;
    // Rounding must not make a colour more than its alpha.
    const alpha = Math.min(1, opacity / 255);
    planes[at] = Math.min(alpha, red / (255 * 255));
    planes[plane + at] = Math.min(alpha, green / (255 * 255));
    planes[2 * plane + at] = Math.min(alpha, blue / (255 * 255));
    planes[3 * plane + at] = alpha;
  }
}
