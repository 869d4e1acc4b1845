/**
 * Symmetric int4 quantisation by row: integers from −7 to 7 times a step of the row's own. Two values share a byte, the first in its
 * lower nibble. A pack holds thousands of such rows.
 */
import { AppError } from "../../shared/problem.ts";

export interface Int4Rows {
  /** [rows, width / 2] */
  readonly bytes: Int8Array;
  /** Step of each row: its largest absolute value divided by 7, [rows]. */
  readonly steps: Float32Array;
}

const levelMax = 7;

/** @param width of a row, even. @throws AppError `config_invalid` for an odd one */
export function quantizeInt4(rows: readonly Float32Array[], width: number): Int4Rows {
  if (width % 2 !== 0) throw new AppError("config_invalid", `int4 rows: expected an even width, got ${width}`);
  const steps = Float32Array.from(
    rows,
    (row) => row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / levelMax || 1,
  );
  return { bytes: packNibbles(rows.length, width, (row, axis) => Math.round(rows[row]![axis]! / steps[row]!)), steps };
}

/**
 * Packs integers from −8 to 15 into nibbles, [rows, width / 2], the first of a pair in the lower one.
 * @param width values of a row, even
 */
export function packNibbles(rows: number, width: number, nibbleOf: (row: number, axis: number) => number): Int8Array {
  const bytes = new Int8Array((rows * width) / 2);
  for (let row = 0, to = 0; row < rows; row += 1)
    for (let axis = 0; axis < width; axis += 2, to += 1)
      bytes[to] = (nibbleOf(row, axis) & 15) | ((nibbleOf(row, axis + 1) & 15) << 4);
  return bytes;
}

/** Adds `factor` times one row to `to`, [width]. */
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
    // Arithmetic shifts extend the sign of a nibble.
    to[2 * pair]! += unit * ((byte << 28) >> 28);
    to[2 * pair + 1]! += unit * (byte >> 4);
  }
}

/** Dot product of one row and a vector, both [width], and the row's sum of squares, both in units of the row's step. */
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

/**
 * What each byte adds to the dot product of a row and a vector, at each of its places, [width / 2, 256]: a row then costs a sum of looked-up
 * values (asymmetric distance: Jégou, Douze & Schmid 2011), which takes little more than half the time and gives the same bits.
 */
export function productTable(vector: Float32Array): Float64Array {
  const table = new Float64Array(128 * vector.length);
  for (let axis = 0, at = 0; axis < vector.length; axis += 2)
    for (let high = 0; high < 16; high += 1) {
      const second = ((high << 28) >> 28) * vector[axis + 1]!;
      for (let low = 0; low < 16; low += 1, at += 1) table[at] = ((low << 28) >> 28) * vector[axis]! + second;
    }
  return table;
}

/** Rows whose sums are taken side by side: each sum waits for its last addition, so that four take little longer than one. */
const rowsAtOnce = 4;

/** The rows that products are wanted of: the first so many of a list. */
interface WantedRows {
  readonly rows: Int32Array;
  readonly count: number;
}

/**
 * Dot products of rows and the vector of a table, in units of each row's step.
 * @param bytes of the rows, not signed
 * @param to their products, [count]
 */
export function productsByTable(
  bytes: Uint8Array,
  { rows, count }: WantedRows,
  table: Float64Array,
  to: Float64Array,
): void {
  const end = table.length;
  const rowBytes = end / 256;
  let row = 0;
  for (; row + rowsAtOnce <= count; row += rowsAtOnce) {
    let [a, b, c, d] = [0, 0, 0, 0];
    let inA = rows[row]! * rowBytes;
    let inB = rows[row + 1]! * rowBytes;
    let inC = rows[row + 2]! * rowBytes;
    let inD = rows[row + 3]! * rowBytes;
    for (let at = 0; at < end; at += 256, inA += 1, inB += 1, inC += 1, inD += 1) {
      a += table[at + bytes[inA]!]!;
      b += table[at + bytes[inB]!]!;
      c += table[at + bytes[inC]!]!;
      d += table[at + bytes[inD]!]!;
    }
    to[row] = a;
    to[row + 1] = b;
    to[row + 2] = c;
    to[row + 3] = d;
  }
  for (; row < count; row += 1) {
    let product = 0;
    for (let at = 0, inRow = rows[row]! * rowBytes; at < end; at += 256, inRow += 1)
      product += table[at + bytes[inRow]!]!;
    to[row] = product;
  }
}
