/** Drawings of docs/examples in named styles: rough sketches, and icons where one thing lies over another. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Figure } from "./edits.ts";
import { iconsIn, type Shown } from "./example-icons.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";
import { type Studio, withStudio } from "./studio.ts";
import { imagesOf, tilesOf } from "./styles.ts";

const sketches = "docs/examples/sketches";
/** Icons of Lucide whose outlines are broken, and whose outlines are open or struck through. */
const outlines = ["docs/examples/overlaps", "docs/examples/open-outlines"] as const;

interface Style {
  readonly label: string;
  readonly style: string | object;
}
const named = (names: readonly string[]): Style[] => names.map((style) => ({ label: style, style }));

/** The sketches in named styles and in one by hand that twelve icons show. */
export const cleanSketchesFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const byHand = imagesOf(await iconsIn("docs/examples/hand-drawn", studio));
    const styles = named(["lucide", "tabler", "phosphor-fill", "phosphor-duotone"]);
    const files = (await readdir(sketches)).filter((name) => name.endsWith(".svg")).sort();
    const conditions = await Promise.all(
      files.map(async (name) => ({ sketch: { svg: await readFile(join(sketches, name), "utf8") } })),
    );
    const shown = { label: "sketch", tiles: tilesOf(await iconsIn(sketches, studio)) };
    const rows = await rowsOf(studio, conditions, [...styles, { label: "by hand", style: byHand }]);
    return writeSheet(path, [{ columns: files.map(() => ""), rows: [shown, ...rows] }], { cellPx: 76, marginPx: 150 });
  });

/** Icons whose outlines enclose nothing by themselves, in styles of fills. */
export const overlapsFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const styles = named(["phosphor-fill", "fluent-filled", "phosphor-duotone"]);
    const blocks = [];
    for (const folder of outlines) {
      const icons: readonly Shown[] = await iconsIn(folder, studio);
      const conditions = icons.map(({ image }) => ({ drawing: { image } }));
      const shown = { label: "drawing", tiles: tilesOf(icons) };
      blocks.push({ columns: icons.map(() => ""), rows: [shown, ...(await rowsOf(studio, conditions, styles))] });
    }
    return writeSheet(path, blocks, { cellPx: 76, marginPx: 150 });
  });

/** A row of each style: an answer to each condition, at temperature 0. */
async function rowsOf(studio: Studio, conditions: readonly object[], styles: readonly Style[]): Promise<SheetRow[]> {
  const rows: SheetRow[] = [];
  for (const { label, style } of styles) {
    const tiles = [];
    for (const condition of conditions) {
      const request = { condition: { ...condition, style }, count: 1, seed: 1, temperature: 0 };
      tiles.push((await studio.draw({ translation: "restyle", ...request }))[0]);
    }
    rows.push({ label, tiles });
  }
  return rows;
}
