/**
 * The cache of encoded values beside an image set: chunks of some hundred rows, one file for each chunk and network, so an
 * interrupted run continues with the chunk it was at. A chunk is reused only under the key that identifies set and network.
 */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readTensorFile, writeTensorFile } from "../../platform/files/tensor-file.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import type { EncodeTask } from "./encode-rows.ts";

export interface EncodeProgress {
  readonly what: "captions" | "images";
  readonly done: number;
  readonly total: number;
}

/** What all encodings of a set share. */
export interface EncodeContext {
  readonly folder: string;
  readonly images: ImageSet;
  /** Returns blocks of values as `encodeRows` does. @param onRows receives the number of rows done */
  encode(task: EncodeTask, onRows?: (rows: number) => void): Promise<readonly Float32Array[]>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

/** Identifies set and network in the cache. @param source digest of everything that the network's values depend on */
export const keyOf = (images: ImageSet, kind: string, source: string): string =>
  `${images.digest.slice(0, 12)}-${kind}-${source.slice(0, 12)}`;

/** Values of one network, with their own files. */
export interface ChunkPart {
  /** Identifies set and network; a cached chunk is reused only under the same key. */
  readonly key: string;
  /** Prefix of the file names. */
  readonly stem: string;
  /** Values a row. */
  readonly width: number;
  /** Receives the chunks in order; it may keep the buffer. */
  take(chunk: Float32Array, start: number): void;
}

export interface ChunkWork<Part extends ChunkPart> extends Pick<EncodeContext, "folder" | "signal" | "onProgress"> {
  readonly what: EncodeProgress["what"];
  readonly total: number;
  readonly chunkRows: number;
  /** Chunks older than this (milliseconds since 1970) are computed again. */
  readonly changedMs: number;
  readonly parts: readonly Part[];
  /** Values of `count` rows from `start` for each missing part, in the parts' order, width · count each. */
  encode(
    missing: readonly Part[],
    start: number,
    count: number,
    onRows: (rows: number) => void,
  ): Promise<readonly Float32Array[]>;
}

/**
 * Runs `encode` chunk by chunk over rows 0 … total for what is not cached, and keeps each chunk on disk.
 * @throws the signal's reason, AppError `storage_full`, and whatever `encode` throws
 */
export async function encodeChunks<Part extends ChunkPart>(work: ChunkWork<Part>): Promise<void> {
  const { folder, what, total, chunkRows, changedMs, parts, signal, onProgress } = work;
  const folderOf = ({ key }: Part): string => join(folder, ".encoded", key);
  for (const part of parts) await mkdir(folderOf(part), { recursive: true });
  for (let start = 0; start < total; start += chunkRows) {
    signal?.throwIfAborted();
    const count = Math.min(chunkRows, total - start);
    const pathOf = (part: Part): string => join(folderOf(part), `${part.stem}-${start}.safetensors`);
    const chunks = new Map<Part, Float32Array>();
    for (const part of parts) {
      const chunk = await readChunk(pathOf(part), changedMs);
      if (chunk?.length === count * part.width) chunks.set(part, chunk);
    }
    const missing = parts.filter((part) => !chunks.has(part));
    if (missing.length > 0) {
      // The last rows of a chunk are reported after it is written.
      const report = (rows: number): void => {
        if (rows < count) onProgress?.({ what, done: start + rows, total });
      };
      const made = await work.encode(missing, start, count, report);
      for (const [index, part] of missing.entries()) {
        await writeTensorFile(pathOf(part), new Map([["values", made[index]!]]));
        chunks.set(part, made[index]!);
      }
    }
    for (const part of parts) part.take(chunks.get(part)!, start);
    onProgress?.({ what, done: start + count, total });
  }
}

/** A cached chunk; undefined when it is missing, older than its source, or broken. */
async function readChunk(path: string, changedMs: number): Promise<Float32Array | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (!info || info.mtimeMs < changedMs) return undefined;
  // A broken cache is no error: the chunk is computed again.
  const file = await readTensorFile(path).catch(() => undefined);
  return file?.tensors.get("values");
}
