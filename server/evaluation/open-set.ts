/**
 * Opens the images of an evaluation: a rendered set, or a folder of captioned images, which is read as `tau train` reads it.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { sha256Of } from "../platform/sha256.ts";
import { type ImageSet, openImageSet } from "../training/dataset/image-set.ts";
import { prepareFolder } from "../training/dataset/prepare-folder.ts";
import type { ProgressReporter } from "./progress-reporter.ts";

export interface OpenedSet {
  /** Folder of index, pixels and the cache of encoded values. */
  readonly folder: string;
  readonly set: ImageSet;
}

/**
 * @param work cache for the pixels of a folder of images, so that the next evaluation need not read them again
 * @throws AppError `dataset_invalid` when the folder is neither, or has too few usable images
 */
export async function openSet(
  folder: string,
  sizePx: number,
  work: string,
  progress: ProgressReporter,
): Promise<OpenedSet> {
  if (existsSync(join(folder, "index.jsonl"))) return { folder, set: await openImageSet(folder, sizePx) };
  const name = sha256Of(`${sizePx} ${resolve(folder)}`).slice(0, 16);
  const set = join(work, name);
  await prepareFolder({
    folder,
    set,
    sizePx,
    onProgress: (done, total) => progress.step("reading images", done, total),
  });
  return { folder: set, set: await openImageSet(set, sizePx) };
}
