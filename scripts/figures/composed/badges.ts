/** Icons of docs/examples with what is said of them, each set in its own style, unpicked: badges, what they lie in, and what is off. */
import type { Figure } from "../edits.ts";
import { iconsIn } from "../example-icons.ts";
import { type SheetBlock, writeSheet } from "../sheet.ts";
import { withStudio } from "../studio.ts";
import { imagesOf } from "../styles.ts";

const sets = ["hand-drawn", "flat"];
const badges = ["add", "search", "pending", "with a red heart", "red dot", "failed", "off"];
const iconsOfSet = 3;

export const badgesFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const blocks: SheetBlock[] = [];
    for (const set of sets) {
      const icons = await iconsIn(`docs/examples/${set}`, studio);
      const style = imagesOf(icons);
      const rows = [];
      for (const [at, { png, image }] of icons.slice(0, iconsOfSet).entries()) {
        const tiles: Array<Uint8Array | undefined> = [png];
        for (const caption of badges) {
          const condition = { drawing: { image, style }, style, caption };
          tiles.push((await studio.draw({ translation: "restyle", condition, count: 1, seed: 1, temperature: 0 }))[0]);
        }
        rows.push({ label: at === 0 ? set : "", tiles });
      }
      blocks.push({ columns: ["icon", ...badges], rows });
    }
    return writeSheet(path, blocks, { cellPx: 100, marginPx: 100 });
  });
