/** Icons of docs/examples as tiles of a figure and as uploads. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { decodeFitted, encodePng, renderSvg } from "../../server/images/codec.ts";
import type { Studio } from "./studio.ts";

const sizePx = 128;

type Keeping = Pick<Studio, "keepBytes">;

export interface Shown {
  readonly png: Uint8Array;
  /** Digest of the upload. */
  readonly image: string;
}

/** @param planes premultiplied RGBA [4, 128, 128] */
export async function shownOf(planes: Float32Array, { keepBytes }: Keeping): Promise<Shown> {
  const png = await encodePng(toStraightRgba(planes, sizePx).rgba, sizePx, sizePx);
  return { png, image: keepBytes(png) };
}

/** The SVGs of a folder, by name. */
export async function iconsIn(folder: string, keeping: Keeping): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".svg")).sort())
    shown.push(await shownOf(await renderSvg(await readFile(join(folder, file), "utf8"), sizePx), keeping));
  return shown;
}

/** The emoji of docs/examples. */
export const pathsOfEmoji = [
  ...["automobile", "banana", "bear", "brown-heart", "bus", "light-bulb"],
  ...["rabbit", "star", "strawberry", "tulip", "turtle"],
].map((name) => `docs/examples/${name}.png`);

/** Pictures by their paths, as large as the icons. */
export async function picturesOf(paths: readonly string[], keeping: Keeping): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const path of paths) shown.push(await shownOf(await decodeFitted(await readFile(path), sizePx), keeping));
  return shown;
}
