/**
 * Finds the captions of each image in a folder. First in one CSV or JSON Lines table, else in `.txt` files of the same name (one caption a
 * line, the shortest first), else in the words of the file name.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { AppError } from "../../../shared/problem.ts";
import { parseCaptionTable, readCaption } from "./caption-table.ts";
import type { DatasetIssues } from "./dataset-issues.ts";

export interface CaptionedFile {
  /** Path relative to the folder, with forward slashes. */
  readonly file: string;
  /** The first one is the main caption. */
  readonly captions: readonly string[];
}

/** Whether a file's name ends as that of a picture of pixels that can be read. */
export const hasPixels = (path: string): boolean => /\.(png|jpe?g|webp|gif)$/i.test(path);
export const isSvg = (path: string): boolean => /\.svg$/i.test(path);
export const isImage = (path: string): boolean => hasPixels(path) || isSvg(path);
const isOtherImage = (path: string): boolean => /\.(bmp|tiff?|ico|avif|heic|heif|jxl|psd)$/i.test(path);
const isTable = (path: string): boolean => /^[^/]+\.(csv|jsonl)$/i.test(path);
const isText = (path: string): boolean => path.toLowerCase().endsWith(".txt");
/** A path without the ending of its name. */
export const stemOf = (path: string): string => path.replace(/\.[^./]*$/, "");

/** A table and a file system may spell an accent as one code point or as two; NFC makes names comparable. */
const spelt = (path: string): string => path.normalize("NFC");

/**
 * All files below a folder except hidden ones, sorted by name, with forward slashes. Links to files count as files; links to
 * folders are reported as issues.
 * @throws AppError `dataset_invalid` when there is no such folder
 */
export async function filesBelow(folder: string, issues: DatasetIssues): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError("dataset_invalid", `${folder}: expected a folder of images, got none that can be read`, {
      cause,
    });
  });
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const place = relative(folder, path).replaceAll("\\", "/");
    if (place.split("/").some((part) => part.startsWith("."))) continue;
    // A broken link is reported when the image is read.
    const linked = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : undefined;
    if (linked?.isDirectory()) issues.add("linked_folder", place);
    else if (entry.isFile() || (entry.isSymbolicLink() && linked?.isFile() !== false)) paths.push(place);
  }
  return paths.sort();
}

/**
 * Images with their captions, sorted by name.
 * @param files the result of `filesBelow`
 * @throws AppError `dataset_invalid` when there are several tables
 */
export async function captionsOfFolder(
  folder: string,
  files: readonly string[],
  issues: DatasetIssues,
): Promise<CaptionedFile[]> {
  const images = files.filter(isImage);
  const [table, second] = files.filter(isTable);
  if (second !== undefined)
    throw new AppError("dataset_invalid", `${folder}: expected one table of captions, got ${table} and ${second}`);
  for (const file of files.filter(isOtherImage))
    issues.add("unreadable_image", file, "expected PNG, JPEG, WebP, GIF or SVG");
  const captions =
    table === undefined
      ? ((await fromTexts(folder, files.filter(isText), images, issues)) ?? fromNames(images))
      : await fromTable(folder, table, issues);
  const known = new Set(images.map(spelt));
  for (const file of captions.keys()) if (!known.has(file)) issues.add("caption_without_image", file);
  return images.flatMap((file) => {
    const own = captions.get(spelt(file)) ?? [];
    if (own.length > 0) return [{ file, captions: [...new Set(own)] }];
    issues.add("image_without_caption", file);
    return [];
  });
}

async function fromTable(folder: string, table: string, issues: DatasetIssues): Promise<Map<string, string[]>> {
  const captions = new Map<string, string[]>();
  const text = await readFile(join(folder, table), "utf8").catch((cause: unknown) => {
    throw new AppError("dataset_invalid", `${join(folder, table)}: expected a table that can be read, got ${cause}`, {
      field: "folder",
      cause,
    });
  });
  for (const { file, caption, style } of parseCaptionTable(table, text, issues)) {
    const own = captions.get(spelt(file)) ?? [];
    own.push(caption);
    // The pack has no label for a new style, so the style becomes part of the caption.
    if (style !== undefined) own.push(`${style} ${caption}`);
    captions.set(spelt(file), own);
  }
  return captions;
}

/** Undefined when no text file belongs to an image, as with a licence or a read-me. */
async function fromTexts(
  folder: string,
  texts: readonly string[],
  images: readonly string[],
  issues: DatasetIssues,
): Promise<Map<string, string[]> | undefined> {
  const imagesOf = new Map<string, string[]>();
  for (const file of images.map(spelt)) {
    const stem = stemOf(file);
    imagesOf.set(stem, [...(imagesOf.get(stem) ?? []), file]);
  }
  if (!texts.some((path) => imagesOf.has(stemOf(spelt(path))))) return undefined;
  const captions = new Map<string, string[]>();
  for (const path of texts) {
    const named = imagesOf.get(stemOf(spelt(path)));
    // Text files without an image are not read: the lines of a licence are not captions.
    const own = named === undefined ? [] : await captionsOfText(folder, path, issues);
    for (const file of named ?? [path]) captions.set(file, own);
  }
  return captions;
}

/** One caption a line. An unreadable text file costs its own images only. */
async function captionsOfText(folder: string, path: string, issues: DatasetIssues): Promise<string[]> {
  const own: string[] = [];
  try {
    for (const [at, line] of (await readFile(join(folder, path), "utf8")).split(/\r?\n/).entries()) {
      if (line.trim() === "") continue;
      const caption = readCaption(line);
      if (typeof caption === "object") own.push(caption.caption);
      else issues.add("bad_line", `${path}:${at + 1}`, caption);
    }
  } catch (error) {
    issues.add("bad_line", path, `expected a text, got ${error instanceof Error ? error.message : String(error)}`);
  }
  return own;
}

/** Splits kebab, snake and camel case into words. Drops a number at the end, which only distinguishes files. */
function fromNames(images: readonly string[]): Map<string, string[]> {
  return new Map(
    images.map(spelt).map((file) => {
      const words = stemOf(file)
        .replace(/^.*\//, "")
        .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
        .replace(/[^\p{L}\p{N}]+/gu, " ")
        .trim()
        .replace(/ \d+$/, "")
        .toLowerCase();
      const caption = readCaption(words);
      return [file, typeof caption === "object" && /\p{L}/u.test(caption.caption) ? [caption.caption] : []];
    }),
  );
}
