/**
 * The cache of encoded values beside an image set: pieces of some hundred rows, of each network in a file of its own, so that an
 * interrupted run goes on with the piece that it was at. A piece is used again only under the key that names set and network.
 */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readTensorFile, writeTensorFile } from "../../platform/tensor-file.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import type { EncodeTask } from "./encode-rows.ts";

export interface EncodeProgress {
  readonly what: "captions" | "images";
  readonly done: number;
  readonly total: number;
}

/** What every encoding of a set has in common. */
export interface EncodeContext {
  readonly folder: string;
  readonly images: ImageSet;
  /** Blocks of values as `encodeRows` gives them. @param onRows is told how many rows are done */
  encode(task: EncodeTask, onRows?: (rows: number) => void): Promise<readonly Float32Array[]>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

/** Names set and network, for the cache. @param source digest of everything that the network's values depend on */
export const keyOf = (images: ImageSet, kind: string, source: string): string =>
  `${images.digest.slice(0, 12)}-${kind}-${source.slice(0, 12)}`;

/** Values of one kind, in files of their own. */
export interface ChunkPart {
  /** Names set and network: a cached piece is used only under the same name. */
  readonly key: string;
  /** Begins the names of the files. */
  readonly stem: string;
  /** Values a row. */
  readonly width: number;
  /** Receives each piece in order; it may keep the buffer. */
  take(piece: Float32Array, start: number): void;
}

export interface PieceWork<Part extends ChunkPart> extends Pick<EncodeContext, "folder" | "signal" | "onProgress"> {
  readonly what: EncodeProgress["what"];
  readonly total: number;
  readonly pieceRows: number;
  /** Pieces older than this (milliseconds since 1970) are made again. */
  readonly changedMs: number;
  readonly parts: readonly Part[];
  /** Values of `count` rows from `start` for each of the parts that lack them, in the parts' order, width · count each. */
  encode(
    missing: readonly Part[],
    start: number,
    count: number,
    onRows: (rows: number) => void,
  ): Promise<readonly Float32Array[]>;
}

/**
 * Runs `encode` piece by piece over 0 … total for what is not there yet, keeping each piece on disk.
 * @throws the signal's reason, AppError `storage_full`, and whatever `encode` throws
 */
export async function encodeChunks<Part extends ChunkPart>(work: PieceWork<Part>): Promise<void> {
  const { folder, what, total, pieceRows, changedMs, parts, signal, onProgress } = work;
  const folderOf = ({ key }: Part): string => join(folder, ".encoded", key);
  for (const part of parts) await mkdir(folderOf(part), { recursive: true });
  for (let start = 0; start < total; start += pieceRows) {
    signal?.throwIfAborted();
    const count = Math.min(pieceRows, total - start);
    const pathOf = (part: Part): string => join(folderOf(part), `${part.stem}-${start}.safetensors`);
    const pieces = new Map<Part, Float32Array>();
    for (const part of parts) {
      const piece = await readPiece(pathOf(part), changedMs);
      if (piece?.length === count * part.width) pieces.set(part, piece);
    }
    const missing = parts.filter((part) => !pieces.has(part));
    if (missing.length > 0) {
      // The last rows are done when they are kept.
      const report = (rows: number): void => {
        if (rows < count) onProgress?.({ what, done: start + rows, total });
      };
      const made = await work.encode(missing, start, count, report);
      for (const [index, part] of missing.entries()) {
        await writeTensorFile(pathOf(part), new Map([["values", made[index]!]]));
        pieces.set(part, made[index]!);
      }
    }
    for (const part of parts) part.take(pieces.get(part)!, start);
    onProgress?.({ what, done: start + count, total });
  }
}

/** A cached piece; undefined when it is missing, older than what it was made from, or broken. */
async function readPiece(path: string, changedMs: number): Promise<Float32Array | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (!info || info.mtimeMs < changedMs) return undefined;
  // A cache is not worth a failure: what does not read is made again.
  const file = await readTensorFile(path).catch(() => undefined);
  return file?.tensors.get("values");
}
