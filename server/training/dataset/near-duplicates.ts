/**
 * Finds duplicate images: equal pixels, or the same picture saved again in another size or compression. Two pictures are the
 * same when their thumbnails agree in every cell. Only pictures of similar mean colour are compared.
 */
import { sha256Of } from "../../platform/sha256.ts";

/** Side of a thumbnail, in cells. */
const side = 16;
const cells = side * side;
const channels = 4;

/**
 * Largest difference between cells of the same picture. A moved clock hand or a changed colour changes some cell by far more.
 */
const sameCell = 0.06;

interface Seen {
  readonly name: string;
  readonly thumbnail: Float32Array;
}

export class DuplicateFinder {
  readonly #exact = new Map<string, string>();
  /** Pictures by mean colour. The boxes are so wide that the same picture is in the same box or in a neighbour. */
  readonly #boxes = new Map<number, Seen[]>();

  /**
   * The name of the earlier picture that this one duplicates; undefined for a new picture, which is then added.
   * @param pixels premultiplied RGBA, 8 bits, [sizePx, sizePx, 4]
   */
  find(
    name: string,
    pixels: Uint8Array,
    sizePx: number,
  ): { readonly name: string; readonly isExact: boolean } | undefined {
    const digest = sha256Of(pixels);
    const equal = this.#exact.get(digest);
    if (equal !== undefined) return { name: equal, isExact: true };
    const thumbnail = thumbnailOf(pixels, sizePx);
    const box = boxOf(thumbnail);
    for (const step of stepsToNeighbours)
      for (const seen of this.#boxes.get(box + step) ?? [])
        if (agrees(seen.thumbnail, thumbnail)) return { name: seen.name, isExact: false };
    this.#exact.set(digest, name);
    const others = this.#boxes.get(box) ?? [];
    others.push({ name, thumbnail });
    this.#boxes.set(box, others);
    return undefined;
  }
}

function agrees(a: Float32Array, b: Float32Array): boolean {
  for (let at = 0; at < a.length; at += 1) if (Math.abs(a[at]! - b[at]!) >= sameCell) return false;
  return true;
}

/** Mean of each cell and channel in [0, 1], [4, side, side]. */
function thumbnailOf(pixels: Uint8Array, sizePx: number): Float32Array {
  const sums = new Float32Array(channels * cells);
  const starts = Int32Array.from({ length: side + 1 }, (_, cell) => Math.ceil((cell * sizePx) / side));
  for (let y = 0; y < sizePx; y += 1)
    for (let cell = Math.floor((y * side) / sizePx) * side, column = 0; column < side; column += 1, cell += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      let alpha = 0;
      const end = 4 * (y * sizePx + starts[column + 1]!);
      for (let at = 4 * (y * sizePx + starts[column]!); at < end; at += 4) {
        red += pixels[at]!;
        green += pixels[at + 1]!;
        blue += pixels[at + 2]!;
        alpha += pixels[at + 3]!;
      }
      sums[cell]! += red;
      sums[cells + cell]! += green;
      sums[2 * cells + cell]! += blue;
      sums[3 * cells + cell]! += alpha;
    }
  const lengthOf = (index: number): number => starts[index + 1]! - starts[index]!;
  return sums.map((sum, at) => {
    const count = lengthOf(at % side) * lengthOf(Math.floor(at / side) % side);
    return sum / Math.max(1, 255 * count);
  });
}

/** Boxes along one channel: the steps from 0 to 1 and one more at each end. */
const steps = Math.ceil(1 / sameCell) + 3;

/** The number of a thumbnail's box; the steps of the channel means are its digits. */
function boxOf(thumbnail: Float32Array): number {
  let box = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    let sum = 0;
    for (let cell = channel * cells; cell < (channel + 1) * cells; cell += 1) sum += thumbnail[cell]!;
    box = box * steps + Math.floor(sum / cells / sameCell) + 1;
  }
  return box;
}

/** Offsets from a box's number to its own and to those of all its neighbours. */
const stepsToNeighbours = Array.from({ length: channels }).reduce<number[]>(
  (found) => found.flatMap((start) => [-1, 0, 1].map((offset) => start * steps + offset)),
  [0],
);
