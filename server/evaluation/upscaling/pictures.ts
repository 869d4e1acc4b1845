/**
 * The test pictures of upscaling: the stated list of photographs and drawings, or any folder. They are listed and counted
 * first, and read one by one.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { AppError } from "../../../shared/problem.ts";
import type { Pixels } from "../../engine/interfaces.ts";
import { decodeLocalRgba } from "../../images/codec.ts";
import { graphicTruth, photoTruth, plainTruth } from "./ground-truth.ts";

export interface TestPicture {
  /** Path relative to the folder. */
  readonly name: string;
  readonly group: string;
  /** The ground truth: opaque, sides are multiples of 4. @throws AppError `image_rejected` */
  read(): Promise<Pixels>;
}

export interface PictureSet {
  /** Name of the set in the report. */
  readonly label: string;
  readonly groups: readonly string[];
  readonly pictures: readonly TestPicture[];
}

const ListSchema = z.record(z.enum(["photos", "graphics"]), z.array(z.string()).min(1));
const truthOf = { photos: photoTruth, graphics: graphicTruth } as const;

/** The folder server/pretrain, also from the bundle in dist/server. */
export function pretrainHome(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = [join(here, "../../pretrain"), join(here, "../../server/pretrain")];
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

const fetchCommand = "node server/pretrain/super-resolution/fetch-pictures.mjs --only test";

/**
 * The stated list, at most `limit` pictures of each group.
 * @throws AppError `dataset_invalid` with the download command when pictures are missing
 */
export async function statedPictures(limit: number, home = pretrainHome()): Promise<PictureSet> {
  const path = join(home, "super-resolution/test-pictures.json");
  const folder = join(home, ".cache/super-resolution/pictures");
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError(
      "dataset_invalid",
      `pictures: expected the stated list at ${path}, got no file; name a folder with --pictures`,
      { cause },
    );
  });
  const list = ListSchema.parse(JSON.parse(text));
  const named = (["photos", "graphics"] as const).flatMap((group) =>
    list[group].slice(0, limit).map((name) => ({ name, group })),
  );
  const missing = named.filter(({ name }) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    const [expected, received] = [`${named.length} pictures below ${folder}`, `${named.length - missing.length}`];
    throw new AppError(
      "dataset_invalid",
      `pictures: expected ${expected}, got ${received} (${missing[0]!.name} is missing); fetch them with \`${fetchCommand}\`, or name a folder with --pictures`,
      { field: "--pictures", expected, received },
    );
  }
  return {
    label: "the stated list (server/pretrain/super-resolution/test-pictures.json)",
    groups: ["photos", "graphics"],
    pictures: named.map(({ name, group }) => ({
      name,
      group,
      read: async () => truthOf[group](await decodeLocalRgba(await readFile(join(folder, name)))),
    })),
  };
}

const isPicture = /\.(png|jpe?g|webp|gif|tiff?|bmp)$/i;

/**
 * All pictures below a folder, sorted by name, at most `limit` of each group. A subfolder is a group.
 * @throws AppError `dataset_invalid` when there is none
 */
export async function folderPictures(folder: string, limit: number): Promise<PictureSet> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      throw refuse(folder, `${cause.code}`, cause);
    },
  );
  const names = entries
    .filter((entry) => entry.isFile() && isPicture.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  if (names.length === 0) throw refuse(folder, "none");
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const group = name.includes(sep) ? name.split(sep)[0]! : basename(resolve(folder));
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return {
    label: folder,
    groups: [...groups.keys()],
    pictures: [...groups].flatMap(([group, own]) =>
      own.slice(0, limit).map((name) => ({
        name,
        group,
        read: async () => plainTruth(await decodeLocalRgba(await readFile(join(folder, name)))),
      })),
    ),
  };
}

const refuse = (folder: string, received: string, cause?: unknown): AppError =>
  new AppError("dataset_invalid", `--pictures: expected pictures below ${folder}, got ${received}`, {
    field: "--pictures",
    expected: "PNG, JPEG, WebP, GIF or TIFF files",
    received,
    cause,
  });
