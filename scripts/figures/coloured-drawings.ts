/** Drawings of flat colours and gradients, those of docs/examples: in named styles of one colour and in one by hand that twelve icons show; in coloured styles. */
import type { Figure } from "./edits.ts";
import { iconsIn, pathsOfEmoji, picturesOf, type Shown } from "./example-icons.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";
import { withStudio } from "./studio.ts";
import { drawnIn, imagesOf, tilesOf, withBoard } from "./styles.ts";

export const colouredDrawingsFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const byHand = imagesOf(await iconsIn("docs/examples/hand-drawn", studio));
    const styles = [
      ...["tabler", "phosphor-fill", "phosphor-duotone"].map((style) => ({ label: style, style })),
      { label: "by hand", style: byHand },
    ];
    const inStyles = async (drawings: readonly Shown[]): Promise<SheetRow[]> => {
      const rows: SheetRow[] = [{ label: "drawing", tiles: tilesOf(drawings) }];
      for (const { label, style } of styles) {
        const tiles = [];
        for (const { image } of drawings) {
          const condition = { drawing: { image }, style };
          tiles.push((await studio.draw({ translation: "restyle", condition, count: 1, seed: 1, temperature: 0 }))[0]);
        }
        rows.push({ label, tiles });
      }
      return rows;
    };
    const pictures = await picturesOf(pathsOfEmoji, studio);
    const icons = await iconsIn("docs/examples/coloured", studio);
    const blocks = [
      { columns: icons.map(() => ""), rows: await inStyles(icons) },
      { columns: pictures.map(() => ""), rows: await inStyles(pictures) },
    ];
    return writeSheet(path, blocks, { cellPx: 76, marginPx: 150 });
  });

const iconsShown = 11;

/** In two coloured families that nothing was trained on, each shown by eleven of its icons. */
export const inColouredStylesFigure: Figure = (path, packsDir) =>
  withBoard(packsDir, async (board) => {
    const sources = await picturesOf(pathsOfEmoji, board);
    const styles = [];
    for (const variant of ["emojione", "streamline-kameleon-color"])
      styles.push(await board.first(variant, iconsShown));
    return writeSheet(path, [await drawnIn(styles, sources, board.restyle)], { cellPx: 76, marginPx: 150 });
  });
