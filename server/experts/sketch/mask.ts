/**
 * Bit masks of drawings: 128×128 pixels, one bit each, so that an operation works on 32 pixels at a time. Growing and shrinking
 * are here, skeletonizing is in server/wasm. Pure.
 */

/** Side of the mask in pixels. */
export const workPx = 128;
const rowWords = workPx / 32;
const maskWords = workPx * rowWords;

/** Row after row, 32 pixels a word, the leftmost in the lowest bit. Everything outside is empty. */
export type Mask = Int32Array;

export const emptyMask = (): Mask => new Int32Array(maskWords);

/** Whether the pixel at an index (row by row) is set. */
export const hasAt = (mask: Mask, at: number): boolean => ((mask[at >> 5]! >>> (at & 31)) & 1) === 1;

export const isSet = (mask: Mask, x: number, y: number): boolean =>
  x >= 0 && y >= 0 && x < workPx && y < workPx && hasAt(mask, y * workPx + x);

/** Sets the pixel at an index (row by row). */
export const setAt = (mask: Mask, at: number): void => {
  mask[at >> 5]! |= 1 << (at & 31);
};

export const isEmpty = (mask: Mask): boolean => mask.every((word) => word === 0);

/** Calls `visit` for every set pixel, row by row. */
export function forEachSet(mask: Mask, visit: (x: number, y: number) => void): void {
  for (let at = 0; at < maskWords; at += 1)
    for (let left = mask[at]!; left !== 0; left &= left - 1)
      visit(32 * (at % rowWords) + 31 - Math.clz32(left & -left), Math.floor(at / rowWords));
}

/** Union, intersection and difference of two masks. */
export const union = (a: Mask, b: Mask): Mask => a.map((word, at) => word | b[at]!);
export const overlap = (a: Mask, b: Mask): Mask => a.map((word, at) => word & b[at]!);
export const without = (a: Mask, b: Mask): Mask => a.map((word, at) => word & ~b[at]!);

/** Grows the mask by a number of pixels inside the frame, about round: by four and eight neighbours in turn. */
export const grow = (mask: Mask, px: number): Mask => grown(mask, px, empty);

/** Shrinks the mask by growing everything outside. */
export function shrink(mask: Mask, px: number): Mask {
  return invert(grown(invert(mask), px, full));
}

const invert = (mask: Mask): Mask => mask.map((word) => ~word);

/** Words with no pixel set and with all pixels set. */
const [empty, full] = [0, -1];

/** Reused buffers with an extra row at both ends: the mask, the grown mask, and each row widened to both sides. */
const [bufferA, bufferB, widened] = [0, 1, 2].map(() => new Int32Array(maskWords + 2 * rowWords)) as [Mask, Mask, Mask];

/** @param outside value of the words outside the frame */
function grown(mask: Mask, px: number, outside: number): Mask {
  let [from, to] = [bufferA, bufferB];
  from.fill(outside);
  from.set(mask, rowWords);
  to.set(from);
  for (let turn = 0; turn < px; turn += 1) {
    growOnce(from, to, turn % 2 === 1, outside);
    [from, to] = [to, from];
  }
  return from.slice(rowWords, rowWords + maskWords);
}

/** Sets every pixel of `to` that is set in `from`, or has one of its four (or eight) neighbours set there. */
function growOnce(from: Mask, to: Mask, isSquare: boolean, outside: number): void {
  for (let at = 0; at < from.length; at += 1) {
    const before = at % rowWords === 0 ? outside : from[at - 1]!;
    const after = at % rowWords === rowWords - 1 ? outside : from[at + 1]!;
    const word = from[at]!;
    widened[at] = word | (word << 1) | (before >>> 31) | (word >>> 1) | (after << 31);
  }
  const upright = isSquare ? widened : from;
  for (let at = rowWords; at < from.length - rowWords; at += 1)
    to[at] = widened[at]! | upright[at - rowWords]! | upright[at + rowWords]!;
}
