/**
 * One style in the form of a user's folder: of the rendered icon set (server/pretrain/data) as PNG files named after what they show, or
 * icons of a set of @iconify/json as the SVG files that they are.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { encodePng } from "../../server/images/codec.ts";
import { openImageSet } from "../../server/training/dataset/image-set.ts";
import { spaced } from "./spaced.ts";

const rendered = "server/pretrain/.cache/icons";
const sets = "server/pretrain/data/node_modules/@iconify/json/json";
const sizePx = 128;

/** A set as @iconify/json has it. */
interface IconSet extends Partial<Box> {
  readonly icons: Readonly<Record<string, Partial<Box> & { readonly body: string }>>;
}
type Box = Readonly<Record<"left" | "top" | "width" | "height", number>>;

/** Writes up to `count` icons of a set into a folder, evenly spaced over those whose names end in `-suffix`. Returns how many. */
export async function writeIconFolder(set: string, suffix: string, folder: string, count: number): Promise<number> {
  const {
    icons,
    left = 0,
    top = 0,
    width = 16,
    height = 16,
  } = JSON.parse(await readFile(join(sets, `${set}.json`), "utf8")) as IconSet;
  const all = Object.entries(icons).filter(([name]) => name.endsWith(`-${suffix}`));
  const chosen = spaced(all, count);
  await mkdir(folder, { recursive: true });
  for (const [name, icon] of chosen) {
    const size = `viewBox="${icon.left ?? left} ${icon.top ?? top} ${icon.width ?? width} ${icon.height ?? height}"`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${icon.body}</svg>\n`;
    await writeFile(join(folder, `${name.slice(0, -suffix.length - 1)}.svg`), svg);
  }
  return chosen.length;
}

/** Writes up to `count` images of a style into a folder. Returns how many. */
export async function writeStyleFolder(style: string, folder: string, count: number): Promise<number> {
  const images = await openImageSet(rendered, sizePx);
  try {
    const items = images.items.filter((item) => item.style === style).slice(0, count);
    await mkdir(folder, { recursive: true });
    const used = new Map<string, number>();
    for (const { row, captions } of items) {
      const words = captions[0]!.replaceAll(" ", "-");
      const times = (used.get(words) ?? 0) + 1;
      used.set(words, times);
      const { rgba } = toStraightRgba(await images.read(row, 1), sizePx);
      const name = times === 1 ? words : `${words}-${times}`;
      await writeFile(join(folder, `${name}.png`), await encodePng(rgba, sizePx, sizePx));
    }
    return items.length;
  } finally {
    await images.close();
  }
}
