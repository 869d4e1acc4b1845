/**
 * Turns a folder of captioned images into an image set (image-set.ts) in the work folder. Skips and lists unreadable files,
 * drops duplicates, refuses sets that are too small, and holds out a share. An unchanged folder is not read again.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { writeFileAtomically } from "../../platform/files/atomic-file.ts";
import { type CaptionedFile, captionsOfFolder, filesBelow } from "./captions-of-folder.ts";
import { type DatasetIssue, DatasetIssues, describeIssues } from "./dataset-issues.ts";
import { decodeImage } from "./decode-image.ts";
import { holdOut } from "./hold-out.ts";
import type { ImageItem } from "./image-set.ts";
import { DuplicateFinder } from "./near-duplicates.ts";
import { interleave, writeIndex, writePixels } from "./write-image-set.ts";

/** Image files that are decoded ahead. */
const readAhead = 8;
/** Version of decoding; sets of another version are made again. */
const pixelsVersion = 3;
/** Images between two progress reports. */
const reportEvery = 8;

export interface PreparedFolder {
  readonly usable: number;
  readonly heldOut: number;
  readonly issues: readonly DatasetIssue[];
}

/** `prepared.json` beside the set. */
interface Prepared extends PreparedFolder {
  readonly fingerprint: string;
}

export interface PrepareOptions {
  readonly folder: string;
  /** Folder of `index.jsonl` and `images.rgba`. */
  readonly set: string;
  readonly sizePx: number;
  readonly signal?: AbortSignal | undefined;
  /** Awaited. */
  readonly onProgress?: ((done: number, total: number) => void | Promise<void>) | undefined;
}

/** @throws AppError `dataset_invalid` with every reason when fewer than `limits.examplesMin` images are usable */
export async function prepareFolder(options: PrepareOptions): Promise<PreparedFolder> {
  const { folder, set, sizePx } = options;
  const issues = new DatasetIssues();
  const files = await filesBelow(folder, issues);
  const fingerprint = await fingerprintOf(folder, files, sizePx);
  const donePath = join(set, "prepared.json");
  if (existsSync(donePath)) {
    const { fingerprint: known, ...done } = JSON.parse(await readFile(donePath, "utf8")) as Prepared;
    if (known === fingerprint) return done;
  }
  // The folder also holds the encoded values of the old images.
  await rm(set, { recursive: true, force: true });
  await mkdir(set, { recursive: true });
  const captioned = await captionsOfFolder(folder, files, issues);
  const usable = await decodeAll(options, captioned, issues);
  const found = issues.list();
  if (usable.length < limits.examplesMin) throw tooFew(folder, usable.length, found);
  const heldOut = holdOut(usable, folder);
  const items = usable.map(
    ({ file, captions }, row): ImageItem => ({
      row,
      id: file,
      style: "",
      concept: captions[0]!,
      captions: [...captions],
      split: heldOut.has(row) ? "heldOutPair" : "train",
    }),
  );
  await writeIndex(set, items);
  const prepared = { usable: usable.length, heldOut: heldOut.size, issues: found };
  // Written last: without this file the set counts as incomplete and is made again.
  await writeFileAtomically(donePath, JSON.stringify({ ...prepared, fingerprint } satisfies Prepared));
  return prepared;
}

/** Decodes all readable images into `images.rgba` and returns their files, in order. */
async function decodeAll(
  { folder, set, sizePx, signal, onProgress }: PrepareOptions,
  captioned: readonly CaptionedFile[],
  issues: DatasetIssues,
): Promise<CaptionedFile[]> {
  const usable: CaptionedFile[] = [];
  const duplicates = new DuplicateFinder();
  await writePixels(set, async (add) => {
    const decoding = captioned.slice(0, readAhead).map(({ file }) => decode(join(folder, file), sizePx));
    for (const [index, item] of captioned.entries()) {
      signal?.throwIfAborted();
      const planes = await decoding.shift()!;
      const ahead = captioned[index + readAhead];
      if (ahead) decoding.push(decode(join(folder, ahead.file), sizePx));
      if (typeof planes === "string") issues.add("unreadable_image", item.file, planes);
      else if (planes.subarray(3 * sizePx * sizePx).every((alpha) => alpha === 0))
        issues.add("empty_image", item.file, "every pixel is transparent");
      else {
        const bytes = interleave(planes, sizePx);
        const known = duplicates.find(item.file, bytes, sizePx);
        if (known)
          issues.add("duplicate", item.file, `${known.isExact ? "equals" : "looks the same as"} ${known.name}`);
        else {
          usable.push(item);
          await add(bytes);
        }
      }
      const done = index + 1;
      if (done % reportEvery === 0 || done === captioned.length) await onProgress?.(done, captioned.length);
    }
  });
  return usable;
}

/** Files up to this size are read synchronously: asynchronous reads would queue behind images that are being decoded. */
const smallFileBytes = 256 * 1024;

/** The planes, or a string that says why there are none. */
async function decode(path: string, sizePx: number): Promise<Float32Array | string> {
  try {
    const { size } = statSync(path);
    if (size > limits.uploadMaxBytes) return `expected at most ${limits.uploadMaxBytes} bytes, got ${size}`;
    const bytes = size <= smallFileBytes ? readFileSync(path) : await readFile(path);
    return await decodeImage(bytes, path, sizePx);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Changes whenever a file changes. */
async function fingerprintOf(folder: string, files: readonly string[], sizePx: number): Promise<string> {
  const hash = createHash("sha256").update(`${pixelsVersion} ${sizePx}\n`);
  for (const file of files) {
    // A broken link is reported when the image is read.
    const info = await stat(join(folder, file)).catch(() => undefined);
    hash.update(`${file}\n${info?.size} ${info?.mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function tooFew(folder: string, usable: number, issues: readonly DatasetIssue[]): AppError {
  const why = describeIssues(issues);
  return new AppError(
    "dataset_invalid",
    [`${basename(folder)}: expected at least ${limits.examplesMin} usable images, got ${usable}`, ...why].join("\n"),
    { field: "folder", expected: `at least ${limits.examplesMin} usable images`, received: String(usable) },
  );
}
