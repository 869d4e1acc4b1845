/**
 * Finds images that are there already: equal pixels, or the same picture saved anew (other size, other compression). Two pictures
 * are the same when a thumbnail agrees in every cell; only those with about the same mean colour are compared.
 */
import { createHash } from "node:crypto";

/** Side of a thumbnail in cells. */
const side = 16;
const cells = side * side;
const channels = 4;

/** Cells of the same picture saved anew differ less than this; a clock's hand or a changed colour moves some cell by far more. */
const sameCell = 0.06;

interface Seen {
  readonly name: string;
  readonly thumbnail: Float32Array;
}

export class DuplicateFinder {
  readonly #exact = new Map<string, string>();
  /** By mean colour, in steps so wide that the same picture lies in the same box or in a neighbour. */
  readonly #boxes = new Map<string, Seen[]>();

  /**
   * The name under which the same picture came before; undefined when it is new, and then it is remembered.
   * @param planes premultiplied RGBA in [0, 1], [4, sizePx, sizePx]
   * @param content what equal pictures have in common to the byte, where it is shorter than the planes
   */
  find(
    name: string,
    planes: Float32Array,
    sizePx: number,
    content: Uint8Array = new Uint8Array(planes.buffer, planes.byteOffset, planes.byteLength),
  ): { readonly name: string; readonly isExact: boolean } | undefined {
    const digest = createHash("sha256").update(content).digest("hex");
    const equal = this.#exact.get(digest);
    if (equal !== undefined) return { name: equal, isExact: true };
    const thumbnail = thumbnailOf(planes, sizePx);
    const box = boxOf(thumbnail);
    for (const near of neighboursOf(box))
      for (const seen of this.#boxes.get(near.join(" ")) ?? [])
        if (agrees(seen.thumbnail, thumbnail)) return { name: seen.name, isExact: false };
    this.#exact.set(digest, name);
    const key = box.join(" ");
    const others = this.#boxes.get(key) ?? [];
    others.push({ name, thumbnail });
    this.#boxes.set(key, others);
    return undefined;
  }
}

const agrees = (a: Float32Array, b: Float32Array): boolean =>
  a.every((value, at) => Math.abs(value - b[at]!) < sameCell);

/** Mean of each cell and channel, [4, side, side]. */
function thumbnailOf(planes: Float32Array, sizePx: number): Float32Array {
  const sums = new Float32Array(channels * cells);
  const cellOf = Uint8Array.from({ length: sizePx }, (_, pixel) => Math.floor((pixel * side) / sizePx));
  const widths = new Uint16Array(side);
  for (const cell of cellOf) widths[cell]! += 1;
  for (let channel = 0, from = 0; channel < channels; channel += 1)
    for (let y = 0; y < sizePx; y += 1) {
      const row = (channel * side + cellOf[y]!) * side;
      for (let cell = 0; cell < side; cell += 1) {
        let sum = 0;
        for (const end = from + widths[cell]!; from < end; from += 1) sum += planes[from]!;
        sums[row + cell]! += sum;
      }
    }
  return sums.map((sum, at) => sum / Math.max(1, widths[at % side]! * widths[Math.floor(at / side) % side]!));
}

/** The step of each channel's mean. */
const boxOf = (thumbnail: Float32Array): number[] =>
  Array.from({ length: channels }, (_, channel) => {
    const own = thumbnail.subarray(channel * cells, (channel + 1) * cells);
    return Math.floor(own.reduce((sum, value) => sum + value, 0) / cells / sameCell);
  });

/** The box itself and all that touch it. */
const neighboursOf = (box: readonly number[]): number[][] =>
  box.reduce<number[][]>(
    (found, step) => found.flatMap((start) => [-1, 0, 1].map((offset) => [...start, step + offset])),
    [[]],
  );
