/**
 * The distinct encoded values of one condition in compact form: dense vectors as floats, label maps and labels as the indices
 * of their ones. A layout of 16 × 16 cells in 13 classes takes 512 bytes instead of 13 kB.
 */
import { AppError } from "../../shared/problem.ts";

export type VectorTable =
  | {
      readonly kind: "dense";
      readonly dims: number;
      /** [entries, dims] */
      readonly values: Float32Array;
    }
  | {
      readonly kind: "ones";
      readonly dims: number;
      /** Indices of each entry's equal positive values, [entries, perEntry]; the values make it a unit vector. */
      readonly places: Uint16Array;
      readonly perEntry: number;
    };

export const denseTable = (values: Float32Array, dims: number): VectorTable => ({ kind: "dense", dims, values });

/** One entry for each label 0 … dims − 1. */
export const labelTable = (dims: number): VectorTable => ({
  kind: "ones",
  dims,
  places: Uint16Array.from({ length: dims }, (_, index) => index),
  perEntry: 1,
});

/** Writes entry `entry` at `offset` of `target`, [dims]. */
export function copyEntry(table: VectorTable, entry: number, target: Float32Array, offset: number): void {
  const { dims } = table;
  if (table.kind === "dense") {
    target.set(table.values.subarray(entry * dims, (entry + 1) * dims), offset);
    return;
  }
  const { places, perEntry } = table;
  target.fill(0, offset, offset + dims);
  const value = 1 / Math.sqrt(perEntry);
  for (let at = entry * perEntry; at < (entry + 1) * perEntry; at += 1) target[offset + places[at]!] = value;
}

/**
 * The indices of the ones of vectors [rows, dims], `perEntry` a row: the compact form of one-hot vectors.
 * @throws AppError `tensor_mismatch` when a row has another number of non-zero values
 */
export function placesOfOnes(vectors: Float32Array, dims: number, perEntry: number): Uint16Array {
  const rows = vectors.length / dims;
  const places = new Uint16Array(rows * perEntry);
  for (let row = 0; row < rows; row += 1) {
    let found = 0;
    for (let axis = 0; axis < dims; axis += 1)
      if (vectors[row * dims + axis] !== 0) {
        if (found < perEntry) places[row * perEntry + found] = axis;
        found += 1;
      }
    if (found !== perEntry)
      throw new AppError("tensor_mismatch", `label map: expected ${perEntry} ones a row, got ${found} in row ${row}`);
  }
  return places;
}

/** The table's data, for digests. */
export const contentOf = (table: VectorTable): Float32Array | Uint16Array =>
  table.kind === "dense" ? table.values : table.places;
