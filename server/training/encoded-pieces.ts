/**
 * The cache of encoded values beside an image set: pieces of some thousand rows, each in a file of its own, so that an
 * interrupted run goes on where it stopped. A piece is used again only under the key that names set and expert.
 */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { joinRows } from "../experts/frozen-graph.ts";
import { readTensorFile, writeTensorFile } from "../onnx/tensor-file.ts";
import type { EncodeTask } from "./encode-rows.ts";
import type { ImageSet } from "./image-set.ts";

export interface EncodeProgress {
  /** What is encoded: `images` (the target's latents), `captions`, or the names of picture conditions. */
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** What every encoding of a set has in common. */
export interface EncodeContext {
  readonly folder: string;
  readonly images: ImageSet;
  /** One block of values for each condition of the task, see `encodeRows`. */
  encode(task: EncodeTask): Promise<readonly Float32Array[]>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

/** Names set and expert, for the cache. @param source digest of everything that the expert's vectors depend on */
export const keyOf = (images: ImageSet, kind: string, source: string): string =>
  `${images.digest.slice(0, 12)}-${kind}-${source.slice(0, 12)}`;

export interface PieceWork {
  readonly folder: string;
  /** Names set and expert: a cached piece is used only under the same name. */
  readonly key: string;
  readonly what: string;
  /** Begins the names of the files. */
  readonly stem: string;
  readonly total: number;
  /** Values a row. */
  readonly width: number;
  readonly pieceRows: number;
  /** Pieces older than this (milliseconds since 1970) are made again. */
  readonly changedMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
  /** Blocks of values of `count` rows from `start`, width · count values in all. */
  encode(start: number, count: number): Promise<readonly Float32Array[]>;
  /** Receives each piece in order; it may keep the buffer. */
  take(piece: Float32Array, start: number): void;
}

/** Runs `encode` piece by piece over 0 … total, keeping each piece on disk. */
export async function encodePieces(work: PieceWork): Promise<void> {
  const { folder, key, what, stem, total, width, pieceRows, changedMs, signal } = work;
  const cache = join(folder, ".encoded", key);
  await mkdir(cache, { recursive: true });
  for (let start = 0; start < total; start += pieceRows) {
    signal?.throwIfAborted();
    const count = Math.min(pieceRows, total - start);
    const path = join(cache, `${stem}-${start}.safetensors`);
    let piece = await readPiece(path, changedMs);
    if (piece?.length !== count * width) {
      piece = joinRows(await work.encode(start, count));
      await writeTensorFile(path, new Map([["values", piece]]));
    }
    work.take(piece, start);
    work.onProgress?.({ what, done: start + count, total });
  }
}

/** `encodePieces` into one table, [total, width]. */
export async function encodeAll(work: Omit<PieceWork, "take">): Promise<Float32Array> {
  const all = new Float32Array(work.total * work.width);
  await encodePieces({ ...work, take: (piece, start) => all.set(piece, start * work.width) });
  return all;
}

/** A cached piece; undefined when it is missing, older than what it was made from, or broken. */
async function readPiece(path: string, changedMs: number): Promise<Float32Array | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (!info || info.mtimeMs < changedMs) return undefined;
  // A cache is not worth a failure: what does not read is made again.
  const file = await readTensorFile(path).catch(() => undefined);
  return file?.tensors.get("values");
}
