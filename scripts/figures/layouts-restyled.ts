/** Layouts, those of docs/examples/layouts, as shapes and as cells, in named styles and in one of flat colours that eight icons show. */
import { readdir, readFile } from "node:fs/promises";
import { join, parse } from "node:path";
import sharp from "sharp";
import { usualLayout } from "../../shared/contract/usual-layout.ts";
import type { Figure } from "./edits.ts";
import { iconsIn } from "./example-icons.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";
import { withStudio } from "./studio.ts";
import { imagesOf } from "./styles.ts";

const folder = "docs/examples/layouts";
const tilePx = 128;

export const layoutsRestyledFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const flat = imagesOf(await iconsIn("docs/examples/flat", studio));
    const shapes = (await iconsIn(folder, studio)).map(({ png, image }) => ({ png, layout: { image } }));
    const files = (await readdir(folder)).filter((name) => parse(name).ext === ".json").sort();
    const cells = await Promise.all(
      files.map(async (name) => {
        const labels: number[] = JSON.parse(await readFile(join(folder, name), "utf8"));
        return { png: await pictureOf(labels), layout: { cells: labels } };
      }),
    );
    const layouts = [...shapes, ...cells];
    const rows: SheetRow[] = [{ label: "layout", tiles: layouts.map(({ png }) => png) }];
    for (const { label, style } of [
      ...["lucide", "tabler-filled", "phosphor-duotone"].map((style) => ({ label: style, style })),
      { label: "eight flat icons", style: flat },
    ]) {
      const tiles = [];
      for (const { layout } of layouts) {
        const condition = { layout, style };
        tiles.push((await studio.draw({ translation: "restyle", condition, count: 1, seed: 1, temperature: 0 }))[0]);
      }
      rows.push({ label, tiles });
    }
    return writeSheet(path, [{ columns: layouts.map(() => ""), rows }], { cellPx: 76, marginPx: 130 });
  });

/** Cells as they are painted. */
function pictureOf(labels: readonly number[]): Promise<Buffer> {
  const { columns, rows, palette } = usualLayout;
  const bytes = labels.flatMap((label) => {
    const bits = label === 0 ? 0 : Number.parseInt(palette[label - 1]!.hex.slice(1), 16);
    return [bits >> 16, (bits >> 8) & 255, bits & 255, label === 0 ? 0 : 255];
  });
  return sharp(Buffer.from(bytes), { raw: { width: columns, height: rows, channels: 4 } })
    .resize(tilePx, tilePx, { kernel: "nearest" })
    .png()
    .toBuffer();
}
