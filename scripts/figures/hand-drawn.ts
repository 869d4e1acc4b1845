/** A style that was drawn by hand, of the icons in docs/examples/hand-drawn: captions and drawings of another family in it, and these by another seed. */
import type { Figure } from "./edits.ts";
import { iconsIn } from "./example-icons.ts";
import { writeSheet } from "./sheet.ts";
import { imagesOf, tilesOf, withBoard } from "./styles.ts";

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
    const shown = await iconsIn("docs/examples/hand-drawn", { keepBytes });
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
