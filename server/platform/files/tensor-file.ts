/**
 * Named float32 tensors, and int8 ones where a pack must be small, in one file in the safetensors layout
 * (github.com/huggingface/safetensors): a little-endian uint64 header length, a JSON header, raw data. Used for checkpoints,
 * encoded data sets and the files of packs besides ONNX. Written to a temporary file and renamed, so a reader never sees a
 * partial file.
 */
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { endianness } from "node:os";
import { AppError } from "../../../shared/problem.ts";

export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Map<string, Float32Array>;
  /** Tensors of int8. */
  readonly bytes: Map<string, Int8Array>;
}

/** Bytes of one system call; calls above 2 GiB fail. */
const chunkBytes = 64 * 1024 * 1024;

export async function writeTensorFile(
  path: string,
  tensors: ReadonlyMap<string, Float32Array>,
  metadata: Readonly<Record<string, string>> = {},
  bytes: ReadonlyMap<string, Int8Array> = new Map(),
): Promise<void> {
  requireLittleEndian();
  // Floats come first, so that each begins at a multiple of its size.
  const all = [...tensors, ...bytes];
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, data] of all) {
    header[name] = {
      dtype: data instanceof Int8Array ? "I8" : "F32",
      shape: [data.length],
      data_offsets: [offset, offset + data.byteLength],
    } satisfies TensorEntry;
    offset += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const json = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const temporary = `${path}.writing`;
  const file = await open(temporary, "w");
  try {
    // writeFile continues after a short write (a disk that fills up); write would not.
    await file.writeFile(Buffer.concat([length, json]));
    for (const [, data] of all)
      for (let at = 0; at < data.byteLength; at += chunkBytes)
        await file.writeFile(
          new Uint8Array(data.buffer, data.byteOffset + at, Math.min(chunkBytes, data.byteLength - at)),
        );
    await file.sync();
  } catch (cause) {
    await rm(temporary, { force: true });
    // Only a full disk can be fixed by freeing space.
    if (!isDiskFull(cause)) throw cause;
    throw new AppError("storage_full", `${path}: expected room on the disk, got a full disk or quota`, { cause });
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** One tensor as a header lists it; `dtype` is a name of the layout (`F32`), offsets are bytes after the header. */
export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isEntry = (value: unknown): value is TensorEntry => {
  if (typeof value !== "object" || value === null) return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<TensorEntry>;
  return (
    typeof dtype === "string" &&
    Array.isArray(shape) &&
    shape.every(isWhole) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every(isWhole) &&
    offsets[0]! <= offsets[1]!
  );
};

/**
 * Reads the header of a file of this layout and checks that all tensors lie inside the file.
 * @throws AppError `dataset_invalid` when it is no such header, or the file was truncated
 */
export async function readTensorHeader(file: FileHandle, path: string) {
  const { size } = await file.stat();
  const head = Buffer.alloc(8);
  await file.read(head, 0, 8, 0);
  const length = Number(head.readBigUInt64LE());
  if (length > Math.min(size, 100_000_000))
    throw new AppError("dataset_invalid", `${path}: expected a header of at most ${size} bytes, got ${length}`);
  const json = Buffer.alloc(length);
  await file.read(json, 0, length, 8);
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(json.toString("utf8")) as Record<
    string,
    TensorEntry
  > & {
    __metadata__?: Record<string, string>;
  };
  for (const [name, entry] of Object.entries<unknown>(entries)) {
    if (!isEntry(entry))
      throw new AppError(
        "dataset_invalid",
        `${path}: ${name}: expected dtype, shape and data_offsets, got something else`,
      );
    const end = 8 + length + entry.data_offsets[1];
    if (end > size) throw new AppError("dataset_invalid", `${path}: expected ${end} bytes for ${name}, got ${size}`);
  }
  return { metadata, entries: entries as Record<string, TensorEntry>, dataStart: 8 + length };
}

/** @throws AppError `dataset_invalid` when the file has another layout or was truncated */
export async function readTensorFile(path: string): Promise<TensorFile> {
  requireLittleEndian();
  const file = await open(path, "r");
  try {
    const { metadata, entries, dataStart } = await readTensorHeader(file, path);
    const [tensors, bytes] = [new Map<string, Float32Array>(), new Map<string, Int8Array>()];
    for (const [name, { dtype, data_offsets }] of Object.entries(entries)) {
      const [start, end] = data_offsets;
      const buffer = await readBuffer(file, dataStart + start, end - start);
      if (dtype === "I8") bytes.set(name, new Int8Array(buffer));
      else tensors.set(name, new Float32Array(buffer));
    }
    return { metadata, tensors, bytes };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("dataset_invalid", `${path}: expected a tensor file, got bytes that do not parse`, { cause });
  } finally {
    await file.close();
  }
}

async function readBuffer(file: FileHandle, position: number, bytes: number): Promise<ArrayBuffer> {
  const buffer = new ArrayBuffer(bytes);
  for (let at = 0; at < bytes; at += chunkBytes) {
    const view = new Uint8Array(buffer, at, Math.min(chunkBytes, bytes - at));
    await file.read(view, 0, view.length, position + at);
  }
  return buffer;
}

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");

function requireLittleEndian(): void {
  if (endianness() !== "LE")
    throw new AppError("config_invalid", "processor: expected a little-endian machine, got a big-endian one");
}
