/**
 * Thumbnails of a library's drawings: where the ink of each lies, in 8 × 8 places of 4 bits. Among drawings of one name, the one that most
 * others look like shows what the name usually means; and images that are to differ start from drawings that look unlike.
 */
import { unitOf } from "../../engine/edits/sphere.ts";
import { packNibbles } from "../int4.ts";
import { readBytes } from "./bytes-file.ts";

/** Places along a side, and bytes of a thumbnail: two places a byte, the first in the lower nibble. */
const sidePlaces = 8;
export const thumbnailBytes = sidePlaces ** 2 / 2;
/** Alpha from which on a pixel belongs to what is drawn. */
const inkFrom = 0.3;

/**
 * @param alpha of a square drawing, [sizePx, sizePx] in [0, 1]
 * @returns the mean alpha of 8 × 8 places of the smallest square around its ink, in steps of 1/15
 */
export function thumbnailOf(alpha: Float32Array, sizePx: number): Uint8Array {
  let [left, top, right, bottom] = [sizePx, sizePx, 0, 0];
  for (let at = 0; at < alpha.length; at += 1) {
    if (alpha[at]! <= inkFrom) continue;
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  const side = Math.max(right - left, bottom - top, 1);
  const [fromX, fromY] = [(left + right - side) / 2, (top + bottom - side) / 2];
  const levels = packNibbles(1, sidePlaces ** 2, (_, place) => {
    const [column, row] = [place % sidePlaces, Math.floor(place / sidePlaces)];
    const corner = [fromX + (column * side) / sidePlaces, fromY + (row * side) / sidePlaces] as const;
    return Math.round(15 * meanOf(alpha, sizePx, corner, side / sidePlaces));
  });
  return new Uint8Array(levels.buffer);
}

/** Mean of the pixels that a square touches; outside the picture is nothing. */
function meanOf(alpha: Float32Array, sizePx: number, [x, y]: readonly [number, number], side: number): number {
  let [sum, count] = [0, 0];
  for (let row = Math.floor(y); row < Math.ceil(y + side); row += 1)
    for (let column = Math.floor(x); column < Math.ceil(x + side); column += 1) {
      const isInside = row >= 0 && column >= 0 && row < sizePx && column < sizePx;
      sum += isInside ? alpha[row * sizePx + column]! : 0;
      count += 1;
    }
  return sum / count;
}

export class Thumbnails {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @throws AppError `pack_corrupt` when the file is missing or not of so many drawings */
  static async open(path: string, drawings: number): Promise<Thumbnails> {
    return new Thumbnails(await readBytes(path, "thumbnails", drawings * thumbnailBytes));
  }

  /** Mean alpha of the square around a drawing. */
  inkOf(drawing: number): number {
    let sum = 0;
    for (const byte of this.#bytes.subarray(drawing * thumbnailBytes, (drawing + 1) * thumbnailBytes))
      sum += (byte & 15) + (byte >> 4);
    return sum / (15 * sidePlaces ** 2);
  }

  /** A drawing's thumbnail with mean 0 and length 1, [64], so that a product of two is their correlation. */
  unitOf(drawing: number): Float32Array {
    const values = Float32Array.from({ length: sidePlaces ** 2 }, (_, place) => {
      const byte = this.#bytes[drawing * thumbnailBytes + (place >> 1)]!;
      return place % 2 === 0 ? byte & 15 : byte >> 4;
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return unitOf(values.map((value) => value - mean));
  }
}
