/**
 * Writes one style of the rendered icon set (server/pretrain/data) as a user would have it: a folder of PNG files named after
 * what they show. Made for the styles that no training has seen, on which `tau train DIR --name NAME` is tried.
 * Usage: node --import tsx scripts/style-set.ts STYLE OUT [COUNT]
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toStraightRgba } from "../server/engine/pixels.ts";
import { encodePng } from "../server/images/codec.ts";
import { openImageSet } from "../server/training/image-set.ts";

const sizePx = 128;
const [style, out, count = "200"] = process.argv.slice(2);
if (style === undefined || out === undefined) {
  console.error("Usage: node --import tsx scripts/style-set.ts STYLE OUT [COUNT]");
  process.exit(2);
}
const images = await openImageSet("server/pretrain/.cache/icons", sizePx);
const items = images.items.filter((item) => item.style === style).slice(0, Number(count));
await mkdir(out, { recursive: true });
for (const { row, captions } of items) {
  const { rgba } = toStraightRgba(await images.read(row, 1), sizePx);
  const png = await encodePng(rgba, sizePx, sizePx);
  await writeFile(join(out, `${captions[0]!.replaceAll(" ", "-")}.png`), png);
}
await images.close();
console.log(`${items.length} images of ${style} in ${out}`);
