/** A part drawn anew, unpicked: the pictures and coloured icons of docs/examples, the same with a square left out, and what is drawn there. */
import sharp from "sharp";
import { renderSvg } from "../../../server/images/codec.ts";
import type { Figure } from "../edits.ts";
import { iconsIn, pathsOfEmoji, picturesOf, type Shown, shownOf } from "../example-icons.ts";
import { type SheetRow, writeSheet } from "../sheet.ts";
import { withStudio } from "../studio.ts";
import { tilesOf } from "../styles.ts";

const sizePx = 128;
/** Where the square lies, in pixels of 128: to the right of the middle. */
const [left, top, sidePx] = [64, 40, 48] as const;
/** A drawing of the square alone. */
const squareIn = (colour: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${sizePx} ${sizePx}"><rect x="${left}" y="${top}" width="${sidePx}" height="${sidePx}" fill="${colour}"/></svg>`;

export const redrawnPartsFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const mask = await shownOf(await renderSvg(squareIn("#fff"), sizePx), studio);
    const rowsOf = async (drawings: readonly Shown[]): Promise<SheetRow[]> => {
      const cut = [];
      const made = [];
      for (const { png, image } of drawings) {
        cut.push(await withoutPart(png));
        const condition = { drawing: { image, mask: mask.image } };
        made.push((await studio.draw({ translation: "restyle", condition, count: 1, seed: 1, temperature: 0 }))[0]);
      }
      return [
        { label: "drawing", tiles: tilesOf(drawings) },
        { label: "without the part", tiles: cut },
        { label: "drawn anew", tiles: made },
      ];
    };
    const pictures = await picturesOf(pathsOfEmoji, studio);
    const icons = await iconsIn("docs/examples/coloured", studio);
    const blocks = [];
    for (const drawings of [pictures, icons])
      blocks.push({ columns: drawings.map(() => ""), rows: await rowsOf(drawings) });
    return writeSheet(path, blocks, { cellPx: 96, marginPx: 150 });
  });

/** The picture with its part as grey as a brush leaves it. */
const withoutPart = (png: Uint8Array): Promise<Uint8Array> =>
  sharp(png)
    .composite([{ input: Buffer.from(squareIn("#d8d8dc")) }])
    .png()
    .toBuffer();
