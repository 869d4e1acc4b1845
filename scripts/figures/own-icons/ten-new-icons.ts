/**
 * The README's first picture: eight icons of one's own on the left, and ten words drawn in their style on the right, for two sets of docs/examples. The words were
 * chosen, the answers were not: the first to each, by seed 1 at temperature 0, drawn from their SVG.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp, { type OverlayOptions } from "sharp";
import { vectorise } from "../../../server/vector/vectorise.ts";
import type { Figure } from "../edits.ts";
import { iconsIn } from "../example-icons.ts";
import { withStudio } from "../studio.ts";
import { imagesOf } from "../styles.ts";

const sets = ["hand-drawn", "flat"];
const given = 8;
const words = [
  ...["house", "camera", "rocket", "gift", "car"],
  ...["map", "umbrella", "piggy bank", "wifi", "guitar with heart"],
];

/** In pixels of the picture, which is shown at half its size. */
const [iconPx, columnPx, rowPx, marginPx, betweenPx, headPx, apartPx] = [136, 184, 206, 32, 124, 92, 52];
const [columnsGiven, columnsMade] = [4, 5];

export const tenNewIconsFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const images: OverlayOptions[] = [];
    const marks: string[] = [];
    const place = async (svg: string, left: number, top: number): Promise<void> => {
      const input = await sharp(Buffer.from(svg), { density: 300 })
        .resize(iconPx, iconPx, { fit: "contain", background: "#ffffff00" })
        .png()
        .toBuffer();
      images.push({ input, left: left + (columnPx - iconPx) / 2, top });
    };
    const madeLeft = marginPx + columnsGiven * columnPx + betweenPx;
    const widthPx = madeLeft + columnsMade * columnPx + marginPx;
    marks.push(text(marginPx + (columnsGiven * columnPx) / 2, 46, "Eight icons of yours", 32, 600));
    marks.push(text(madeLeft + (columnsMade * columnPx) / 2, 46, "Ten words, drawn in their style", 32, 600));
    let top = headPx;
    for (const set of sets) {
      const folder = `docs/examples/${set}`;
      const files = (await readdir(folder)).filter((name) => name.endsWith(".svg")).sort();
      for (const [at, file] of files.slice(0, given).entries()) {
        const drawn = await readFile(join(folder, file), "utf8");
        const [column, row] = [at % columnsGiven, Math.floor(at / columnsGiven)];
        await place(drawn, marginPx + column * columnPx, top + row * rowPx);
      }
      const style = imagesOf((await iconsIn(folder, studio)).slice(0, given));
      for (const [at, caption] of words.entries()) {
        const condition = { caption, style };
        const [made] = await studio.pixels({ translation: "restyle", condition, count: 1, seed: 1, temperature: 0 });
        const [column, row] = [at % columnsMade, Math.floor(at / columnsMade)];
        const [left, above] = [madeLeft + column * columnPx, top + row * rowPx];
        await place(vectorise(made!, { shown: made!.shown }).svg, left, above);
        marks.push(text(left + columnPx / 2, above + iconPx + 32, caption, 25, 400));
      }
      const heightPx = Math.ceil(words.length / columnsMade) * rowPx;
      marks.push(arrow(madeLeft - betweenPx / 2, top + (heightPx - (rowPx - iconPx)) / 2));
      top += heightPx + apartPx;
    }
    const heightPx = top - apartPx;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}"><rect width="100%" height="100%" fill="#fff"/>${marks.join("")}</svg>`;
    const figure = await sharp(Buffer.from(svg))
      .composite(images)
      .png({ compressionLevel: 9, palette: true, colours: 256 })
      .toBuffer();
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, figure);
    return figure.length;
  });

const text = (x: number, y: number, content: string, sizePx: number, weight: number): string =>
  `<text x="${x}" y="${y}" font-family="Inter, DejaVu Sans, sans-serif" font-size="${sizePx}" font-weight="${weight}" text-anchor="middle" fill="#444">${content}</text>`;

/** To the right, about a middle. */
const arrow = (x: number, y: number): string =>
  `<path d="M${x - 26} ${y}h52m-18-18l18 18l-18 18" fill="none" stroke="#999" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/>`;
