/** The file of a library of drawings: writing, and reading with every index checked. What is searched how: drawing-library.ts. */
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { AppError } from "../../../shared/problem.ts";
import { readTensorFile, writeTensorFile } from "../../platform/files/tensor-file.ts";
import type { Int4Rows } from "../int4.ts";
import type { Blocks } from "./library-blocks.ts";

export interface LibraryContent extends Blocks {
  readonly keyDims: number;
  /** Ids of the sets. */
  readonly sets: readonly string[];
  /** Names, those of one list beside each other. */
  readonly names: readonly string[];
  /** Their vectors, [names, keyDims]. */
  readonly keys: Int4Rows;
  /** Names of each list, and its centre: [lists], [lists, keyDims]. */
  readonly listLengths: Float32Array;
  readonly centres: Float32Array;
  /** Name and set of each drawing, those of one set beside each other, [drawings]. */
  readonly entryNames: Float32Array;
  readonly entrySets: Uint8Array;
}

/** Writes them as one file, whole or not at all. @throws AppError `storage_full` */
export function writeLibraryFile(path: string, content: LibraryContent): Promise<void> {
  const { keys, listLengths, centres, entryNames, entrySets, blockLengths, blocks, names, sets, blockSize } = content;
  const signed = (bytes: Uint8Array): Int8Array => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return writeTensorFile(
    path,
    new Map([
      ["keySteps", keys.steps],
      ["listLengths", listLengths],
      ["centres", centres],
      ["entryNames", entryNames],
      ["blockLengths", blockLengths],
    ]),
    { sets: JSON.stringify(sets), blockSize: String(blockSize) },
    new Map([
      ["keys", keys.bytes],
      ["entrySets", signed(entrySets)],
      ["names", signed(brotliCompressSync(names.join("\n")))],
      ["blocks", signed(blocks)],
    ]),
  );
}

/** @throws AppError `pack_corrupt` when the file is missing, or its names do not fit words of so many values */
export async function readLibraryFile(path: string, keyDims: number): Promise<LibraryContent> {
  const refuse = (expected: string, got: unknown, cause?: unknown): never => {
    throw new AppError("pack_corrupt", `library of drawings ${path}: expected ${expected}, got ${got}`, { cause });
  };
  const { metadata, tensors, bytes } = await readTensorFile(path).catch((cause: unknown) =>
    refuse("a library file", cause instanceof Error ? cause.message : cause, cause),
  );
  const tensor = (name: string, length?: number): Float32Array => {
    const found = tensors.get(name);
    const isFitting = found && (length === undefined || found.length === length) && found.every(Number.isFinite);
    return isFitting ? found : refuse(`${length ?? "some"} numbers in "${name}"`, found?.length ?? "none");
  };
  const raw = (name: string, length?: number): Int8Array => {
    const found = bytes.get(name);
    const isFitting = found && (length === undefined || found.length === length);
    return isFitting ? found : refuse(`${length ?? "some"} bytes in "${name}"`, found?.length ?? "none");
  };
  const unsigned = (name: string, length?: number): Uint8Array => {
    const { buffer, byteOffset, byteLength } = raw(name, length);
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  const sets = JSON.parse(metadata["sets"] ?? "[]") as string[];
  const blockSize = Number(metadata["blockSize"]);
  const names = brotliDecompressSync(unsigned("names")).toString().split("\n");
  const listLengths = tensor("listLengths");
  const entryNames = tensor("entryNames");
  const blockLengths = tensor("blockLengths", Math.ceil(entryNames.length / blockSize));
  const entrySets = unsigned("entrySets", entryNames.length);
  const total = (lengths: Float32Array): number => lengths.reduce((sum, length) => sum + length, 0);
  if (total(listLengths) !== names.length) refuse(`lists of ${names.length} names in all`, total(listLengths));
  const strange = entryNames.find((name) => !(Number.isInteger(name) && name >= 0 && name < names.length));
  if (strange !== undefined) refuse(`indices of ${names.length} names`, strange);
  if (entrySets.some((set) => set >= sets.length)) refuse(`indices of ${sets.length} sets`, Math.max(...entrySets));
  return {
    keyDims,
    sets,
    names,
    keys: { bytes: raw("keys", (names.length * keyDims) / 2), steps: tensor("keySteps", names.length) },
    listLengths,
    centres: tensor("centres", listLengths.length * keyDims),
    entryNames,
    entrySets,
    blockSize,
    blockLengths,
    blocks: unsigned("blocks", total(blockLengths)),
  };
}
