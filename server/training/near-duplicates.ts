/**
 * Finds images that are there already: equal pixels, or the same picture saved anew (other size, other compression). Candidates
 * come from difference hashes of each channel (dHash, Krawetz 2013), and only a thumbnail that agrees everywhere confirms one.
 */
import { createHash } from "node:crypto";

/** Side of a thumbnail in cells. */
const side = 16;

/** Cells of the same picture saved anew differ less than this; a clock's hand or a changed colour moves some cell by far more. */
const sameCell = 0.06;

/** A difference between neighbours below this is no difference. */
const flat = 0.03;

interface Seen {
  readonly name: string;
  readonly thumbnail: Float32Array;
}

export class DuplicateFinder {
  readonly #exact = new Map<string, string>();
  readonly #byHash = new Map<string, Seen[]>();

  /**
   * The name under which the same picture came before; undefined when it is new, and then it is remembered.
   * @param planes premultiplied RGBA in [0, 1], [4, sizePx, sizePx]
   */
  find(
    name: string,
    planes: Float32Array,
    sizePx: number,
  ): { readonly name: string; readonly isExact: boolean } | undefined {
    const digest = createHash("sha256")
      .update(new Uint8Array(planes.buffer, planes.byteOffset, planes.byteLength))
      .digest("hex");
    const equal = this.#exact.get(digest);
    if (equal !== undefined) return { name: equal, isExact: true };
    const thumbnail = thumbnailOf(planes, sizePx);
    const hashes = hashesOf(thumbnail);
    for (const hash of hashes)
      for (const seen of this.#byHash.get(hash) ?? [])
        if (agrees(seen.thumbnail, thumbnail)) return { name: seen.name, isExact: false };
    this.#exact.set(digest, name);
    const seen = { name, thumbnail };
    for (const hash of hashes) this.#byHash.set(hash, [...(this.#byHash.get(hash) ?? []), seen]);
    return undefined;
  }
}

const agrees = (a: Float32Array, b: Float32Array): boolean =>
  a.every((value, at) => Math.abs(value - b[at]!) < sameCell);

/** Mean of each cell and channel, [4, side, side]. */
function thumbnailOf(planes: Float32Array, sizePx: number): Float32Array {
  const sums = new Float32Array(4 * side * side);
  const counts = new Float32Array(4 * side * side);
  const cellOf = (pixel: number): number => Math.floor((pixel * side) / sizePx);
  for (let channel = 0; channel < 4; channel += 1)
    for (let y = 0; y < sizePx; y += 1)
      for (let x = 0; x < sizePx; x += 1) {
        const cell = (channel * side + cellOf(y)) * side + cellOf(x);
        sums[cell]! += planes[(channel * sizePx + y) * sizePx + x]!;
        counts[cell]! += 1;
      }
  return sums.map((sum, cell) => sum / Math.max(1, counts[cell]!));
}

/** One hash a channel that has any structure: whether each 2 × 2 block is brighter than its left neighbour. */
function hashesOf(thumbnail: Float32Array): string[] {
  const half = side / 2;
  return [0, 1, 2, 3].flatMap((channel) => {
    const block = (y: number, x: number): number => {
      const at = (channel * side + 2 * y) * side + 2 * x;
      return (thumbnail[at]! + thumbnail[at + 1]! + thumbnail[at + side]! + thumbnail[at + side + 1]!) / 4;
    };
    let bits = "";
    for (let y = 0; y < half; y += 1)
      for (let x = 1; x < half; x += 1) bits += block(y, x) - block(y, x - 1) > flat ? "1" : "0";
    return bits.includes("1") ? [`${channel}${bits}`] : [];
  });
}
