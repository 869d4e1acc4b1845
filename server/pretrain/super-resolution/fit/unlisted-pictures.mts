/** Wallpapers, photographs of GCompris and drawings that the stated list leaves out: what is fitted is fitted to them, and tested on the list. */
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { statedPictures } from "../../../evaluation/upscaling/pictures.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../.cache/super-resolution/pictures");

/** Previews, and the same wallpaper at another size. */
const isDouble = /screenshot|preview|contents\/images_dark|\/(720|1080|1622)x|_(3840|5640)x/;
/** Of GCompris, what is large and a photograph; textures and stamps of the other packages are neither wallpapers nor drawings. */
const isPhotograph = /^[^/]*(wallpapers|backgrounds)|^gcompris-qt-data\/resources\/(clickgame|explore_)/;
const isDrawing = /^openclipart-png/;

/** Paths of `count` photographs or drawings at most, evenly taken. */
export async function unlistedPictures(isGraphic: boolean, count: number): Promise<string[]> {
  const stated = new Set((await statedPictures(1000)).pictures.map(({ name }) => name));
  const all = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && /\.(jpe?g|png|webp)$/i.test(file.name))
    .map((file) => relative(root, join(file.parentPath, file.name)))
    .filter((name) => (isGraphic ? isDrawing : isPhotograph).test(name) && !stated.has(name) && !isDouble.test(name))
    .sort();
  return Array.from({ length: Math.min(count, all.length) }, (_, at) =>
    join(root, all[Math.floor(((at + 0.5) * all.length) / Math.min(count, all.length))]!),
  );
}
