/**
 * Rows of numbers in four bits each, for what a pack holds much of and needs no more of: whole numbers from −7 to 7 in units of a step that
 * each row has of its own, two of them in a byte, the first in its lower half.
 */
import { AppError } from "../../shared/problem.ts";

export interface Int4Rows {
  /** [rows, width / 2] */
  readonly bytes: Int8Array;
  /** A seventh of the largest size of each row's values, [rows]. */
  readonly steps: Float32Array;
}

const largest = 7;

/** @param width of a row, even. @throws AppError `config_invalid` for an odd one */
export function quantizeInt4(rows: readonly Float32Array[], width: number): Int4Rows {
  if (width % 2 !== 0) throw new AppError("config_invalid", `rows in four bits: expected an even width, got ${width}`);
  const steps = Float32Array.from(
    rows,
    (row) => row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / largest || 1,
  );
  return { bytes: packNibbles(rows.length, width, (row, axis) => Math.round(rows[row]![axis]! / steps[row]!)), steps };
}

/**
 * Rows of whole numbers of four bits, [rows, width / 2]: two in a byte, the first in its lower half.
 * @param width of a row, even
 */
export function packNibbles(rows: number, width: number, halfOf: (row: number, axis: number) => number): Int8Array {
  const bytes = new Int8Array((rows * width) / 2);
  for (let row = 0, to = 0; row < rows; row += 1)
    for (let axis = 0; axis < width; axis += 2, to += 1)
      bytes[to] = (halfOf(row, axis) & 15) | ((halfOf(row, axis + 1) & 15) << 4);
  return bytes;
}

/** One row, [width], times `factor` added to `to`. */
export function accumulateInt4(
  { bytes, steps }: Int4Rows,
  row: number,
  width: number,
  factor: number,
  to: Float32Array,
): void {
  const unit = factor * steps[row]!;
  for (let pair = 0, from = (row * width) / 2; pair < width / 2; pair += 1, from += 1) {
    const byte = bytes[from]!;
    // Shifts of 32-bit integers keep the sign of what stands highest.
    to[2 * pair]! += unit * ((byte << 28) >> 28);
    to[2 * pair + 1]! += unit * (byte >> 4);
  }
}

/** Of one row and a vector, both [width], their product and the sum of the row's squares, in units of the row's step. */
export function dotInt4(
  { bytes }: Int4Rows,
  row: number,
  width: number,
  vector: Float32Array,
): { readonly product: number; readonly squares: number } {
  let [product, squares] = [0, 0];
  for (let pair = 0, from = (row * width) / 2; pair < width / 2; pair += 1, from += 1) {
    const byte = bytes[from]!;
    const [low, high] = [(byte << 28) >> 28, byte >> 4];
    product += low * vector[2 * pair]! + high * vector[2 * pair + 1]!;
    squares += low * low + high * high;
  }
  return { product, squares };
}
