/**
 * A rendered image set on disk, as server/pretrain/data writes it: `index.jsonl` (one image a line) and `images.rgba`
 * (premultiplied RGBA, 8 bits, size × size, row after row). Pixels are read on demand, because a large set does not fit in
 * memory.
 */
import { type FileHandle, open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../../shared/problem.ts";
import { sha256Of } from "../../platform/sha256.ts";

const ItemSchema = z.object({
  row: z.number().int().nonnegative(),
  id: z.string(),
  style: z.string(),
  concept: z.string(),
  captions: z.array(z.string().min(1)).min(1),
  split: z.enum(["train", "heldOutPair", "heldOutConcept", "heldBackStyle"]),
  augmentedFrom: z.string().optional(),
});
export type ImageItem = z.infer<typeof ItemSchema>;

/** Identifies the pixels of a set; enough to open them in another thread. */
export interface PixelSource {
  readonly folder: string;
  /** SHA-256 of the set's index. Caches use it as the name of the set. */
  readonly digest: string;
  readonly count: number;
  readonly sizePx: number;
}

export interface ImagePixels extends PixelSource {
  /** Time of the last write to the pixels in milliseconds since 1970; the digest does not cover the pixels. */
  readonly pixelsChangedMs: number;
  /**
   * Premultiplied RGBA in [0, 1] of `count` rows from `start`, channels first: [count, 4, size, size].
   * @param buffer receives the values, which are valid until its next use; absent = new memory
   */
  read(start: number, count: number, buffer?: PixelBuffer): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Reusable memory for the pixels of some rows: allocating some megabytes costs as much as filling them. Only one read at a time
 * may use it.
 */
export class PixelBuffer {
  #bytes = new Uint8Array();
  #planes = new Float32Array();

  /** Views of the memory as bytes and as floats. */
  of(values: number): { bytes: Uint8Array; planes: Float32Array } {
    if (this.#bytes.length < values) [this.#bytes, this.#planes] = [new Uint8Array(values), new Float32Array(values)];
    return { bytes: this.#bytes.subarray(0, values), planes: this.#planes.subarray(0, values) };
  }
}

export interface ImageSet extends ImagePixels {
  readonly items: readonly ImageItem[];
}

/** @throws AppError `dataset_invalid` naming the file and the line that is wrong */
export async function openImageSet(folder: string, sizePx: number): Promise<ImageSet> {
  const indexPath = join(folder, "index.jsonl");
  const text = await readFile(indexPath, "utf8").catch((cause: unknown) => {
    throw new AppError("dataset_invalid", `${indexPath}: expected the index of an image set, got no readable file`, {
      cause,
    });
  });
  const items = text
    .trim()
    .split("\n")
    .map((line, at) => parseItem(line, at, `${indexPath}:${at + 1}`));
  const digest = sha256Of(text);
  return { ...(await openImagePixels({ folder, digest, count: items.length, sizePx })), items };
}

/**
 * Opens the pixels of a set whose index is known.
 * @throws AppError `dataset_invalid` when the file size does not match the index
 */
export async function openImagePixels(source: PixelSource): Promise<ImagePixels> {
  const { folder, count, sizePx } = source;
  const rowBytes = sizePx * sizePx * 4;
  const path = join(folder, "images.rgba");
  const { size, mtimeMs } = await stat(path).catch((cause: unknown) => {
    throw new AppError("dataset_invalid", `${path}: expected the pixels of an image set, got no readable file`, {
      cause,
    });
  });
  if (size !== count * rowBytes)
    throw new AppError(
      "dataset_invalid",
      `${path}: expected ${count * rowBytes} bytes for ${count} images of ${sizePx} px, got ${size}`,
    );
  const file = await open(path, "r");
  return {
    ...source,
    pixelsChangedMs: mtimeMs,
    read: (start, rows, buffer = new PixelBuffer()) =>
      readRows(file, path, start, sizePx, buffer.of(4 * sizePx * sizePx * rows)),
    close: () => file.close(),
  };
}

function parseItem(line: string, row: number, where: string): ImageItem {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new AppError("dataset_invalid", `${where}: expected one JSON object a line, got "${line.slice(0, 40)}"`, {
      cause,
    });
  }
  const parsed = ItemSchema.safeParse(value);
  if (parsed.success) {
    // The line gives the place of the pixels, so a moved line would pair an image with another one's captions.
    if (parsed.data.row !== row)
      throw new AppError("dataset_invalid", `${where}: row: expected ${row}, its line, got ${parsed.data.row}`);
    return parsed.data;
  }
  const issue = parsed.error.issues[0]!;
  throw new AppError("dataset_invalid", `${where}: ${issue.path.join(".")}: ${issue.message}`);
}

async function readRows(
  file: FileHandle,
  path: string,
  start: number,
  sizePx: number,
  { bytes, planes }: ReturnType<PixelBuffer["of"]>,
): Promise<Float32Array> {
  const pixels = sizePx * sizePx;
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start * pixels * 4);
  if (bytesRead !== bytes.length) {
    const last = start + bytes.length / (4 * pixels) - 1;
    throw new AppError(
      "dataset_invalid",
      `${path}: expected ${bytes.length} bytes for images ${start} to ${last}, got ${bytesRead}`,
    );
  }
  spread(bytes, planes, pixels);
  return planes;
}

/** Bytes [count, pixels, 4] → planes [count, 4, pixels]. Reads each pixel as one little-endian word, red in its lowest byte. */
function spread(bytes: Uint8Array, planes: Float32Array, pixels: number): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  for (let image = 0; image < words.length / pixels; image += 1) {
    const [red, green, blue, alpha] = [0, 1, 2, 3].map((channel) =>
      planes.subarray((4 * image + channel) * pixels, (4 * image + channel + 1) * pixels),
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    for (let to = 0, at = image * pixels; to < pixels; to += 1, at += 1) {
      const word = words[at]!;
      red[to] = (word & 255) * unit;
      green[to] = ((word >>> 8) & 255) * unit;
      blue[to] = ((word >>> 16) & 255) * unit;
      alpha[to] = (word >>> 24) * unit;
    }
  }
}

/** Scales a byte to [0, 1]. As a float32 the product equals the division by 255 for every byte. */
const unit = 1 / 255;
