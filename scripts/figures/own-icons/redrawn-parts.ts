/** A part drawn anew, unpicked: the pictures and coloured icons of docs/examples, the same with a square left out, and what is drawn there. */
import sharp from "sharp";
import { renderSvg } from "../../../server/images/codec.ts";
import type { Figure } from "../edits.ts";
import { iconsIn, picturesOf, type Shown, shownOf } from "../example-icons.ts";
import { type SheetRow, writeSheet } from "../sheet.ts";
import { withStudio } from "../studio.ts";
import { tilesOf } from "../styles.ts";

const emoji = [
  ...["automobile", "banana", "bear", "brown-heart", "bus", "light-bulb"],
  ...["rabbit", "star", "strawberry", "tulip", "turtle"],
];
const pathsOfEmoji = emoji.map((name) => `docs/examples/${name}.png`);

const sizePx = 128;
/** Where the square lies, in pixels of 128: to the right of the middle. */
const part = { left: 64, top: 40, sidePx: 48 } as const;
const { left, top, sidePx } = part;
const svgOf = (shapes: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${sizePx} ${sizePx}">${shapes}</svg>`;

export const redrawnPartsFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const square = `<rect x="${left}" y="${top}" width="${sidePx}" height="${sidePx}" fill="#fff"/>`;
    const mask = await shownOf(await renderSvg(svgOf(square), sizePx), studio);
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
const withoutPart = async (png: Uint8Array): Promise<Uint8Array> => {
  const brush = Buffer.from(
    svgOf(`<rect x="${left}" y="${top}" width="${sidePx}" height="${sidePx}" fill="#d8d8dc"/>`),
  );
  return sharp(png)
    .composite([{ input: brush }])
    .png()
    .toBuffer();
};
