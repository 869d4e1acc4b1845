/**
 * Writes an image set (image-set.ts): the index, and the pixels image after image. Each file appears complete or not at all.
 */
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { asStorageError, writeFileAtomically } from "../../platform/files/atomic-file.ts";
import type { ImageItem } from "./image-set.ts";

/** @throws AppError `storage_full` */
export const writeIndex = (set: string, items: readonly ImageItem[]): Promise<void> =>
  writeFileAtomically(join(set, "index.jsonl"), `${items.map((item) => JSON.stringify(item)).join("\n")}\n`);

/**
 * Writes the pixels to a temporary file and renames it when all are written.
 * @param fill receives a function that appends the bytes of an image; only the next call has to wait for it
 * @throws AppError `storage_full`, and whatever `fill` throws
 */
export async function writePixels(
  set: string,
  fill: (add: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const path = join(set, "images.rgba");
  const out = await open(`${path}.writing`, "w");
  // The write of the previous image runs while the next one is made.
  let writing = Promise.resolve();
  try {
    await fill(async (bytes) => {
      await writing;
      writing = out.writeFile(bytes);
      writing.catch(() => undefined);
    });
    await writing;
    await out.sync();
  } catch (error) {
    throw asStorageError(error);
  } finally {
    await out.close();
  }
  await rename(`${path}.writing`, path);
}

/** Premultiplied planes [4, size, size] in [0, 1] → bytes [size, size, 4]. */
export function interleave(planes: Float32Array, sizePx: number): Uint8Array {
  const pixels = sizePx * sizePx;
  const bytes = new Uint8Array(4 * pixels);
  for (let pixel = 0, at = 0; pixel < pixels; pixel += 1, at += 4) {
    bytes[at] = toByte(planes[pixel]!);
    bytes[at + 1] = toByte(planes[pixels + pixel]!);
    bytes[at + 2] = toByte(planes[2 * pixels + pixel]!);
    bytes[at + 3] = toByte(planes[3 * pixels + pixel]!);
  }
  return bytes;
}

/** Adds a half for rounding, because storing into bytes truncates. */
const toByte = (value: number): number => 255 * value + 0.5;
