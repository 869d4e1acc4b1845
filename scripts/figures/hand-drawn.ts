/** A style that was drawn by hand, of the icons in docs/examples/hand-drawn: captions and drawings of another family in it, and these by another seed. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { encodePng, renderSvg } from "../../server/images/codec.ts";
import type { Figure } from "./edits.ts";
import { writeSheet } from "./sheet.ts";
import { imagesOf, tilesOf, withBoard } from "./styles.ts";

const [folder, sizePx] = ["docs/examples/hand-drawn", 128] as const;
const things = [
  "house",
  "key",
  "camera",
  "shopping cart",
  "bicycle",
  "bell",
  "umbrella",
  "trophy",
  "cloud",
  "cat",
  "car",
  "gift",
];

export const handDrawnFigure: Figure = (path, packsDir) =>
  withBoard(packsDir, async ({ first, restyle, caption, keepBytes }) => {
    const shown = [];
    for (const file of (await readdir(folder)).sort()) {
      const planes = await renderSvg(await readFile(join(folder, file), "utf8"), sizePx);
      const png = await encodePng(toStraightRgba(planes, sizePx).rgba, sizePx, sizePx);
      shown.push({ png, image: keepBytes(png) });
    }
    const style = imagesOf(shown);
    const sources = await first("uil", shown.length);
    const [one, other, named]: (Uint8Array | undefined)[][] = [[], [], []];
    for (const source of sources) {
      one!.push(await restyle(source, style));
      other!.push(await restyle(source, style, {}, 2));
    }
    for (const thing of things) named!.push(await caption(thing, style));
    const drawings = [
      { label: "twelve of a style", tiles: tilesOf(shown) },
      { label: "drawings", tiles: tilesOf(sources) },
      { label: "drawn in it", tiles: one! },
      { label: "another seed", tiles: other! },
    ];
    const blocks = [
      { columns: [], rows: drawings },
      { columns: things, rows: [{ label: "captions", tiles: named! }] },
    ];
    return writeSheet(path, blocks, { cellPx: 76, marginPx: 150 });
  });
