/** Pictures of the stated list's packages that the list leaves out: what is fitted is fitted to them, and tested on the list. */
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { statedPictures } from "../../../evaluation/upscaling/pictures.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../.cache/super-resolution/pictures");

/** Paths of `count` photographs or drawings at most, evenly taken. */
export async function unlistedPictures(isGraphic: boolean, count: number): Promise<string[]> {
  const stated = new Set((await statedPictures(1000)).pictures.map(({ name }) => name));
  const all = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && /\.(jpe?g|png)$/i.test(file.name))
    .map((file) => relative(root, join(file.parentPath, file.name)))
    .filter(
      (name) =>
        name.startsWith("openclipart-png") === isGraphic &&
        !stated.has(name) &&
        !/screenshot|preview|contents\/images_dark/.test(name),
    )
    .sort();
  return Array.from({ length: Math.min(count, all.length) }, (_, at) =>
    join(root, all[Math.floor(((at + 0.5) * all.length) / count)]!),
  );
}
