/** Styles that have something around each drawing, made-up ones that nothing was trained on: margins of stickers, rings and borders of badges. */

import { shadowsOf } from "../../server/engine/pixels/hard-shadows/without-shadows.ts";
import type { Drawing } from "../../server/engine/pixels/ink-colour.ts";
import { ringOf } from "../../server/engine/rings/find-ring.ts";
import type { Figure } from "./edits.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";
import { columns, imagesOf, shownMost, tilesOf, withBoard } from "./styles.ts";

/** Drawings of a family never seen in each such style, as eight of its icons show it. */
const figureOf =
  (isWanted: (drawings: readonly Drawing[]) => boolean, families: boolean, ground?: string): Figure =>
  (path, packsDir) =>
    withBoard(packsDir, async ({ first, madeUpWhere, restyle }) => {
      const sources = await first("uil", columns);
      const rows: SheetRow[] = [{ label: "source", tiles: tilesOf(sources) }];
      for (const shown of await madeUpWhere(shownMost, isWanted, families)) {
        const tiles = [];
        for (const source of sources) tiles.push(await restyle(source, imagesOf(shown)));
        rows.push({ label: "eight of a style", tiles: tilesOf(shown) }, { label: "drawn in it", tiles });
      }
      const unnamed = sources.map(() => "");
      return writeSheet(path, [{ columns: unnamed, rows }], { cellPx: 76, marginPx: 150, ...(ground && { ground }) });
    });

/** Stickers, on a ground that shows their margins. */
export const stickersFigure = figureOf(
  (drawings) => shadowsOf(drawings)?.shadows.some(({ around }) => around) ?? false,
  false,
  "#c4cbd4",
);

/** Rings and borders. */
export const ringsFigure = figureOf((drawings) => ringOf(drawings) !== undefined, true);
