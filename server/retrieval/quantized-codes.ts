/**
 * Codes of many drawings by one picture expert, quantised so that a pack can hold thousands: int4 rows of a dense code, or the class of
 * each cell of a label map. A new picture is compared with all of them by cosine.
 */
import { lengthOf } from "../engine/edits/sphere.ts";
import { accumulateInt4, dotInt4, type Int4Rows } from "./int4.ts";

export type QuantizedCodes = ({ readonly kind: "dense"; readonly dims: number } & Int4Rows) | MapCodes;

/** Label maps, one-hot as vectors [cells · classes] of length 1. */
interface MapCodes {
  readonly kind: "cells";
  readonly dims: number;
  /** Of a map, an even number. */
  readonly cells: number;
  /** Class of each cell, 0 to 15, in nibbles, the first of a pair in the lower one, [rows, cells / 2]. */
  readonly bytes: Int8Array;
}

/** Number of classes that a nibble can hold. */
export const classesMax = 16;

/** Adds `factor` times one row's vector to `to`, [dims]. */
export function addCode(codes: QuantizedCodes, row: number, factor: number, to: Float32Array): void {
  if (codes.kind === "dense") {
    accumulateInt4(codes, row, codes.dims, factor, to);
    return;
  }
  const one = factor / Math.sqrt(codes.cells);
  forEachOne(codes, row, (place) => {
    to[place]! += one;
  });
}

/** The codes of some rows, in their order. */
export function pickCodes(codes: QuantizedCodes, rows: readonly number[]): QuantizedCodes {
  const width = (codes.kind === "dense" ? codes.dims : codes.cells) / 2;
  const bytes = new Int8Array(rows.length * width);
  for (const [to, row] of rows.entries()) bytes.set(codes.bytes.subarray(row * width, (row + 1) * width), to * width);
  if (codes.kind === "cells") return { ...codes, bytes };
  return { ...codes, bytes, steps: Float32Array.from(rows, (row) => codes.steps[row]!) };
}

/** Cosine of each row to a vector [dims]. For two label maps it is the share of equal cells. */
export function cosinesOf(codes: QuantizedCodes, vector: Float32Array): Float32Array {
  const length = lengthOf(vector) || 1;
  if (codes.kind === "dense") {
    const { dims, steps } = codes;
    return steps.map((_, row) => {
      const { product, squares } = dotInt4(codes, row, dims, vector);
      return product / (length * Math.sqrt(squares) || 1);
    });
  }
  const cosines = new Float32Array((2 * codes.bytes.length) / codes.cells);
  const scale = 1 / (length * Math.sqrt(codes.cells));
  for (const row of cosines.keys()) {
    let sum = 0;
    forEachOne(codes, row, (place) => {
      sum += vector[place]!;
    });
    cosines[row] = sum * scale;
  }
  return cosines;
}

/** The highest class of any cell. */
export const classesMost = ({ bytes }: MapCodes): number =>
  bytes.reduce((most, byte) => Math.max(most, byte & 15, (byte >> 4) & 15), 0);

/** Calls back with the position of each one in a map's one-hot vector. */
function forEachOne({ dims, cells, bytes }: MapCodes, row: number, at: (place: number) => void): void {
  const classes = dims / cells;
  for (let pair = 0, from = (row * cells) / 2; pair < cells / 2; pair += 1, from += 1) {
    at(2 * pair * classes + (bytes[from]! & 15));
    at((2 * pair + 1) * classes + ((bytes[from]! >> 4) & 15));
  }
}
