/** Rough sketches, those of docs/examples/sketches, in named styles and in one by hand that twelve icons show. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Figure } from "./edits.ts";
import { iconsIn } from "./example-icons.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";
import { withStudio } from "./studio.ts";
import { imagesOf, tilesOf } from "./styles.ts";

const folder = "docs/examples/sketches";

export const cleanSketchesFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const byHand = imagesOf(await iconsIn("docs/examples/hand-drawn", studio));
    const files = (await readdir(folder)).filter((name) => name.endsWith(".svg")).sort();
    const sketches = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
    const rows: SheetRow[] = [{ label: "sketch", tiles: tilesOf(await iconsIn(folder, studio)) }];
    for (const { label, style } of [
      ...["lucide", "tabler", "phosphor-fill", "phosphor-duotone"].map((style) => ({ label: style, style })),
      { label: "by hand", style: byHand },
    ]) {
      const tiles = [];
      for (const svg of sketches) {
        const condition = { sketch: { svg }, style };
        tiles.push((await studio.draw({ translation: "restyle", condition, count: 1, seed: 1, temperature: 0 }))[0]);
      }
      rows.push({ label, tiles });
    }
    return writeSheet(path, [{ columns: files.map(() => ""), rows }], { cellPx: 76, marginPx: 150 });
  });
