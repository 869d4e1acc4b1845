/**
 * Which images of a set are held out: a tenth, at least eight, chosen by the hash of their captions, so the choice is the same
 * each time and images of one caption stay on one side (what is measured was never trained on under its own words). Where captions
 * are too few for that, single images are held out, and each caption keeps some to be learned from.
 */
import { AppError } from "../../../shared/problem.ts";
import { sha256Of } from "../../platform/sha256.ts";
import type { CaptionedFile } from "./captions-of-folder.ts";

const [share, fewest] = [0.1, 8];

/**
 * Rows that are held out.
 * @throws AppError `dataset_invalid` when too few images would be left on one side, as when all have the same caption
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
    // A caption of very many images would take them all away from training.
    if (heldOut.size >= wanted || heldOut.size + rows.length > 1.5 * wanted) continue;
    for (const row of rows) heldOut.add(row);
  }
  if (heldOut.size >= fewest) return heldOut;
  const single = groups.size < 2 ? new Set<number>() : holdOutSingly(images, [...groups.values()], wanted);
  if (single.size < fewest) {
    const expected = `captions that differ, so that ${wanted} images can be held out`;
    const received = `${groups.size} captions for ${images.length} images`;
    const message = `${where}: expected ${expected}, got ${received}; say of each image what it alone shows, or add images`;
    throw new AppError("dataset_invalid", message, { field: "folder", expected, received });
  }
  return single;
}

/** Rows by the hash of their files, never the last half of a caption's. */
function holdOutSingly(
  images: readonly CaptionedFile[],
  groups: ReadonlyArray<readonly number[]>,
  wanted: number,
): Set<number> {
  const byHash = (a: number, b: number): number => (sha256Of(images[a]!.file) < sha256Of(images[b]!.file) ? -1 : 1);
  const free = groups.flatMap((rows) => [...rows].sort(byHash).slice(0, Math.floor(rows.length / 2)));
  return new Set(free.sort(byHash).slice(0, wanted));
}
