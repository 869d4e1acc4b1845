/**
 * Antialiased bicubic shrinking: the map D of consistency and LR-PSNR. Keys' kernel with a = −1/2 (Keys 1981), widened by the
 * factor and renormalised at borders, as in MATLAB's imresize, PIL and libvips. Any factor, also a
 * fractional one. Written independently of the graphs of the pack
 * `super-resolution`, so that it can check them.
 */
import { cubic } from "../engine/pixels/cubic.ts";

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Rows of a small picture, from `top` up to `bottom`, and the row of the large one with which its plane begins. */
interface Band {
  readonly top: number;
  readonly bottom: number;
  readonly firstRow: number;
}

/**
 * Shrinks one channel [heightPx, widthPx], both multiples of `factor`, to [heightPx / factor, widthPx / factor]. Neither
 * rounded nor clamped.
 */
export function shrinkBicubic(plane: Float32Array, widthPx: number, heightPx: number, factor: number): Float32Array {
  const small = { widthPx: widthPx / factor, heightPx: heightPx / factor };
  return shrinkBand(plane, { widthPx, heightPx }, small, { top: 0, bottom: small.heightPx, firstRow: 0 });
}

/** Rows of the large picture that a band of the small one is made of: from the first, up to the second. */
export function rowsOfBand(large: Size, small: Size, top: number, bottom: number): [from: number, to: number] {
  const factor = large.heightPx / small.heightPx;
  const first = (row: number): number => Math.ceil((row + 0.5 - 2) * factor - 0.5);
  const last = (row: number): number => Math.floor((row + 0.5 + 2) * factor - 0.5);
  return [Math.max(0, first(top)), Math.min(large.heightPx, last(bottom - 1) + 1)];
}

/** A band of one channel; `plane` holds at least the rows of `rowsOfBand`, [rows, large.widthPx]. Gives [bottom − top, small.widthPx]. */
export function shrinkBand(
  plane: Float32Array,
  large: Size,
  small: Size,
  { top, bottom, firstRow }: Band,
  across = tapsOf(large.widthPx, small.widthPx),
): Float32Array {
  const shrunk = new Float32Array(small.widthPx * (bottom - top));
  const sums = new Float64Array(large.widthPx);
  // Along columns first: whole lines are added at a time, and a fraction of them is left to shrink along rows.
  for (const [row, { first, weights, share }] of tapsOf(large.heightPx, small.heightPx, top, bottom).entries()) {
    sums.fill(0);
    const weightOf = (tap: number): number => (weights[tap] ?? 0) / share;
    const lineOf = (tap: number): number => (first - firstRow + Math.min(tap, weights.length - 1)) * large.widthPx;
    // Four lines at a time take a third less than one by one.
    for (let tap = 0; tap < weights.length; tap += 4) {
      const [one, two, three, four] = [weightOf(tap), weightOf(tap + 1), weightOf(tap + 2), weightOf(tap + 3)];
      const [at, second, third, fourth] = [lineOf(tap), lineOf(tap + 1), lineOf(tap + 2), lineOf(tap + 3)];
      for (let x = 0; x < sums.length; x += 1)
        sums[x]! +=
          one * plane[at + x]! + two * plane[second + x]! + three * plane[third + x]! + four * plane[fourth + x]!;
    }
    for (let cell = 0; cell < across.length; cell += 1) {
      const { first: left, weights: shares, share: all } = across[cell]!;
      let sum = 0;
      for (let tap = 0; tap < shares.length; tap += 1) sum += shares[tap]! * sums[left + tap]!;
      shrunk[row * small.widthPx + cell] = sum / all;
    }
  }
  return shrunk;
}

/** What a cell of a line is made of: pixels from `first`, their weights, and the sum of these. */
export interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
  readonly share: number;
}

/** Of the cells from `from` up to `to` of a line of `length` pixels that is shrunk to `cells`. */
export function tapsOf(length: number, cells: number, from = 0, to = cells): Taps[] {
  const factor = length / cells;
  return Array.from({ length: to - from }, (_, index) => {
    const centre = (from + index + 0.5) * factor - 0.5;
    const first = Math.max(0, Math.ceil(centre - 2 * factor));
    const last = Math.min(length - 1, Math.floor(centre + 2 * factor));
    const weights = Float64Array.from({ length: last - first + 1 }, (_, tap) => cubic((first + tap - centre) / factor));
    return { first, weights, share: weights.reduce((total, weight) => total + weight, 0) };
  });
}
