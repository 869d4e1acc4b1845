/**
 * From a folder of images with captions to an image set (image-set.ts) in the work folder: files that can't be read are listed
 * and skipped, duplicates dropped, tiny sets refused, a share held out. Done once: an unchanged folder is not read again.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rename, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { writeFileAtomically } from "../files/atomic-file.ts";
import { decodeFitted } from "../images/codec.ts";
import { type CaptionedFile, captionsOfFolder, filesBelow } from "./captions-of-folder.ts";
import { type Complaint, Complaints, describeComplaints } from "./complaints.ts";
import { holdOut } from "./hold-out.ts";
import type { ImageItem } from "./image-set.ts";
import { DuplicateFinder } from "./near-duplicates.ts";

/** Fewer images than this teach a flow nothing that its start does not know. */
export const usableMin = 20;

/** Image files read and decoded at once. */
const readAhead = 8;

export interface PreparedFolder {
  readonly usable: number;
  readonly heldOut: number;
  readonly complaints: readonly Complaint[];
}

export interface PrepareOptions {
  readonly folder: string;
  /** Where `index.jsonl` and `images.rgba` go. */
  readonly set: string;
  readonly sizePx: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** @throws AppError `dataset_invalid` with every reason when fewer than `usableMin` images are usable */
export async function prepareFolder(options: PrepareOptions): Promise<PreparedFolder> {
  const { folder, set, sizePx } = options;
  const files = await filesBelow(folder);
  const fingerprint = await fingerprintOf(folder, files, sizePx);
  const donePath = join(set, "prepared.json");
  if (existsSync(donePath)) {
    const done = JSON.parse(await readFile(donePath, "utf8")) as PreparedFolder & { fingerprint: string };
    if (done.fingerprint === fingerprint) return done;
  }
  await mkdir(set, { recursive: true });
  const complaints = new Complaints();
  const captioned = await captionsOfFolder(folder, files, complaints);
  const usable = await writePixels(options, captioned, complaints);
  const found = complaints.list();
  if (usable.length < usableMin) throw tooFew(folder, usable.length, found);
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
  await writeFileAtomically(join(set, "index.jsonl"), `${items.map((item) => JSON.stringify(item)).join("\n")}\n`);
  const prepared = { usable: usable.length, heldOut: heldOut.size, complaints: found };
  // Last: without it, whatever an interrupted run left is made again.
  await writeFileAtomically(donePath, JSON.stringify({ ...prepared, fingerprint }));
  return prepared;
}

/** Decodes what can be decoded into `images.rgba`; gives the files that are in it, in order. */
async function writePixels(
  { folder, set, sizePx, signal, onProgress }: PrepareOptions,
  captioned: readonly CaptionedFile[],
  complaints: Complaints,
): Promise<CaptionedFile[]> {
  const usable: CaptionedFile[] = [];
  const duplicates = new DuplicateFinder();
  const path = join(set, "images.rgba");
  const out = await open(`${path}.writing`, "w");
  try {
    for (let start = 0; start < captioned.length; start += readAhead) {
      signal?.throwIfAborted();
      const some = captioned.slice(start, start + readAhead);
      const decoded = await Promise.all(some.map(({ file }) => decode(join(folder, file), sizePx)));
      for (const [index, item] of some.entries()) {
        const planes = decoded[index]!;
        if (typeof planes === "string") complaints.add("unreadable_image", item.file, planes);
        else if (planes.subarray(3 * sizePx * sizePx).every((alpha) => alpha === 0))
          complaints.add("empty_image", item.file, "every pixel is transparent");
        else {
          const known = duplicates.find(item.file, planes, sizePx);
          if (known)
            complaints.add("duplicate", item.file, `${known.isExact ? "equals" : "looks the same as"} ${known.name}`);
          else {
            usable.push(item);
            await out.writeFile(interleave(planes, sizePx));
          }
        }
      }
      onProgress?.(Math.min(start + readAhead, captioned.length), captioned.length);
    }
    await out.sync();
  } finally {
    await out.close();
  }
  await rename(`${path}.writing`, path);
  return usable;
}

/** Planes, or why there are none. */
async function decode(path: string, sizePx: number): Promise<Float32Array | string> {
  try {
    const { size } = await stat(path);
    if (size > limits.uploadMaxBytes) return `expected at most ${limits.uploadMaxBytes} bytes, got ${size}`;
    return await decodeFitted(await readFile(path), sizePx);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Planes [4, size, size] in [0, 1] → bytes [size, size, 4]. */
function interleave(planes: Float32Array, sizePx: number): Uint8Array {
  const pixels = sizePx * sizePx;
  const bytes = new Uint8Array(4 * pixels);
  for (let channel = 0; channel < 4; channel += 1)
    for (let pixel = 0; pixel < pixels; pixel += 1)
      bytes[4 * pixel + channel] = Math.round(255 * planes[channel * pixels + pixel]!);
  return bytes;
}

/** Changes whenever a file does. */
async function fingerprintOf(folder: string, files: readonly string[], sizePx: number): Promise<string> {
  const hash = createHash("sha256").update(`${sizePx}\n`);
  for (const file of files) {
    const { size, mtimeMs } = await stat(join(folder, file));
    hash.update(`${file}\n${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function tooFew(folder: string, usable: number, complaints: readonly Complaint[]): AppError {
  const why = describeComplaints(complaints);
  return new AppError(
    "dataset_invalid",
    [`${basename(folder)}: expected at least ${usableMin} usable images, got ${usable}`, ...why].join("\n"),
    { field: "folder", expected: `at least ${usableMin} usable images`, received: String(usable) },
  );
}
