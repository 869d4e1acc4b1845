/** Captions by the flow between styles: 24 everyday captions in three named styles, unpicked, one seed, at temperature 0. */
import type { Figure } from "./edits.ts";
import { type SheetBlock, writeSheet } from "./sheet.ts";
import { withStudio } from "./studio.ts";

const captions = [
  ["house", "key", "lock", "camera", "light bulb", "book", "pencil", "envelope"],
  ["gift", "trophy", "magnifying glass", "umbrella", "rocket", "shopping cart", "cat face", "cup of coffee"],
  ["bicycle", "calendar", "bell", "cloud", "red heart", "airplane", "clock", "music note"],
];
const styles = ["tabler", "phosphor-fill", "solar-linear"];

export const ownStyleFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async ({ draw }) => {
    const blocks: SheetBlock[] = [];
    for (const columns of captions) {
      const rows = [];
      for (const style of styles) {
        const tiles = [];
        for (const caption of columns)
          tiles.push(
            ...(await draw({
              translation: "restyle",
              condition: { caption, style },
              count: 1,
              seed: 1,
              temperature: 0,
            })),
          );
        rows.push({ label: style, tiles });
      }
      blocks.push({ columns, rows });
    }
    return writeSheet(path, blocks, { cellPx: 84, marginPx: 110 });
  });
