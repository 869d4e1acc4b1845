/**
 * One style of the rendered icon set (server/pretrain/data) in the form of a user's folder: PNG files named after what they
 * show.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { encodePng } from "../../server/images/codec.ts";
import { openImageSet } from "../../server/training/dataset/image-set.ts";

const rendered = "server/pretrain/.cache/icons";
const sizePx = 128;

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
