/**
 * Which captions belong to which image of a folder: from one CSV or JSONL table beside them, else from `.txt` files of the same
 * name (a caption a line, the plainest first), else from the words of the file names.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CaptionSchema } from "../../shared/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import { parseCaptionTable } from "./caption-table.ts";
import type { Complaints } from "./complaints.ts";

export interface CaptionedFile {
  /** Path relative to the folder, with forward slashes. */
  readonly file: string;
  /** The plainest first. */
  readonly captions: readonly string[];
}

const isImage = (path: string): boolean => /\.(png|jpe?g|webp|gif)$/i.test(path);
const isTable = (path: string): boolean => /^[^/]+\.(csv|jsonl)$/.test(path);
const isText = (path: string): boolean => path.toLowerCase().endsWith(".txt");
const stemOf = (path: string): string => path.replace(/\.[^./]*$/, "");

/**
 * Every file below a folder but hidden ones, in the order of their names, with forward slashes.
 * @throws AppError `dataset_invalid` when there is no such folder
 */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError("dataset_invalid", `${folder}: expected a folder of images, got none that can be read`, {
      cause,
    });
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll("\\", "/").replace(/^\/+/, ""))
    .filter((path) => !path.split("/").some((part) => part.startsWith(".")))
    .sort();
}

/**
 * Images with their captions, in the order of their names.
 * @param files what `filesBelow` gives
 * @throws AppError `dataset_invalid` when there are several tables
 */
export async function captionsOfFolder(
  folder: string,
  files: readonly string[],
  complaints: Complaints,
): Promise<CaptionedFile[]> {
  const images = files.filter(isImage);
  const [table, second] = files.filter(isTable);
  if (second !== undefined)
    throw new AppError("dataset_invalid", `${folder}: expected one table of captions, got ${table} and ${second}`);
  const captions =
    table !== undefined
      ? await fromTable(folder, table, complaints)
      : files.some(isText)
        ? await fromTexts(folder, files.filter(isText), images, complaints)
        : fromNames(images);
  const known = new Set(images);
  for (const file of captions.keys()) if (!known.has(file)) complaints.add("caption_without_image", file);
  return images.flatMap((file) => {
    const own = captions.get(file);
    if (own === undefined || own.length === 0) {
      complaints.add("image_without_caption", file);
      return [];
    }
    return [{ file, captions: own }];
  });
}

async function fromTable(folder: string, table: string, complaints: Complaints): Promise<Map<string, string[]>> {
  const captions = new Map<string, string[]>();
  for (const { file, caption, style } of parseCaptionTable(
    table,
    await readFile(join(folder, table), "utf8"),
    complaints,
  )) {
    const own = captions.get(file) ?? [];
    own.push(caption);
    // A new style is no label of the pack, so it becomes words.
    if (style !== undefined) own.push(`${style} ${caption}`);
    captions.set(file, own);
  }
  return captions;
}

async function fromTexts(
  folder: string,
  texts: readonly string[],
  images: readonly string[],
  complaints: Complaints,
): Promise<Map<string, string[]>> {
  const imageOf = new Map(images.map((file) => [stemOf(file), file]));
  const captions = new Map<string, string[]>();
  for (const path of texts) {
    const lines = (await readFile(join(folder, path), "utf8")).split(/\r?\n/);
    const own: string[] = [];
    for (const [at, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const parsed = CaptionSchema.safeParse(line);
      if (parsed.success) own.push(parsed.data);
      else complaints.add("bad_line", `${path}:${at + 1}`, parsed.error.issues[0]!.message);
    }
    captions.set(imageOf.get(stemOf(path)) ?? path, own);
  }
  return captions;
}

/** Words of kebab, snake and camel case; a number at the end only tells files apart. */
function fromNames(images: readonly string[]): Map<string, string[]> {
  return new Map(
    images.map((file) => {
      const words = stemOf(file)
        .replace(/^.*\//, "")
        .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
        .replace(/[^\p{L}\p{N}]+/gu, " ")
        .trim()
        .replace(/ \d+$/, "")
        .toLowerCase();
      const parsed = CaptionSchema.safeParse(words);
      return [file, parsed.success && /\p{L}/u.test(parsed.data) ? [parsed.data] : []];
    }),
  );
}
