/**
 * Splits off the held-out images: a tenth, at least eight, chosen by the hash of their captions. The split is the same each
 * time, and all images of a caption are on one side, so no held-out caption was trained on. With too few different captions,
 * single images are held out, and at least half of each caption's images stay in training.
 */
import { AppError } from "../../../shared/problem.ts";
import { sha256Of } from "../../platform/sha256.ts";
import type { CaptionedFile } from "./captions-of-folder.ts";

const [share, fewest] = [0.1, 8];

/**
 * The held-out rows.
 * @throws AppError `dataset_invalid` when too few images can be held out, as when all have the same caption
 */
export function holdOut(images: readonly CaptionedFile[], where: string): Set<number> {
  const groups = new Map<string, number[]>();
  for (const [row, { captions }] of images.entries()) {
    const caption = captions[0]!.toLowerCase();
    const group = groups.get(caption);
    if (group) group.push(row);
    else groups.set(caption, [row]);
  }
  const wanted = Math.max(fewest, Math.round(share * images.length));
  const heldOut = new Set<number>();
  for (const [, rows] of [...groups].sort(([a], [b]) => (sha256Of(a) < sha256Of(b) ? -1 : 1))) {
    // Holding out a very frequent caption would leave too little to train on.
    if (heldOut.size >= wanted || heldOut.size + rows.length > 1.5 * wanted) continue;
    for (const row of rows) heldOut.add(row);
  }
  if (heldOut.size >= fewest) return heldOut;
  const single = groups.size < 2 ? new Set<number>() : holdOutSingly(images, [...groups.values()], wanted);
  if (single.size < fewest) {
    const expected = `captions that differ, so that ${wanted} images can be held out`;
    const received = `${groups.size} captions for ${images.length} images`;
    const message = `${where}: expected ${expected}, got ${received}; describe what each image shows that others do not, or add images`;
    throw new AppError("dataset_invalid", message, { field: "folder", expected, received });
  }
  return single;
}

/** Rows chosen by the hash of their files, at most half of each caption's. */
function holdOutSingly(
  images: readonly CaptionedFile[],
  groups: ReadonlyArray<readonly number[]>,
  wanted: number,
): Set<number> {
  const byHash = (a: number, b: number): number => (sha256Of(images[a]!.file) < sha256Of(images[b]!.file) ? -1 : 1);
  const free = groups.flatMap((rows) => [...rows].sort(byHash).slice(0, Math.floor(rows.length / 2)));
  return new Set(free.sort(byHash).slice(0, wanted));
}
