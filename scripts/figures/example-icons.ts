/** Icons of docs/examples as tiles of a figure and as uploads. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { decodeFitted, encodePng, renderSvg } from "../../server/images/codec.ts";
import type { Studio } from "./studio.ts";

const sizePx = 128;

export interface Shown {
  readonly png: Uint8Array;
  /** Digest of the upload. */
  readonly image: string;
}

/** The SVGs of a folder, by name. */
export async function iconsIn(folder: string, { keepBytes }: Pick<Studio, "keepBytes">): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".svg")).sort()) {
    const planes = await renderSvg(await readFile(join(folder, file), "utf8"), sizePx);
    const png = await encodePng(toStraightRgba(planes, sizePx).rgba, sizePx, sizePx);
    shown.push({ png, image: keepBytes(png) });
  }
  return shown;
}

/** Pictures by their paths, as large as the icons. */
export async function picturesOf(paths: readonly string[], { keepBytes }: Pick<Studio, "keepBytes">): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const path of paths) {
    const planes = await decodeFitted(await readFile(path), sizePx);
    const png = await encodePng(toStraightRgba(planes, sizePx).rgba, sizePx, sizePx);
    shown.push({ png, image: keepBytes(png) });
  }
  return shown;
}
