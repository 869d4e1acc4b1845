/**
 * Held-out icons of docs/examples and their reconstructions by the target expert, on light and dark backgrounds, where halos of
 * colour along soft edges would show.
 */
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { decodeFitted, encodePng } from "../../server/images/codec.ts";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { loadTranslations } from "../../server/packs/load-translations.ts";
import { example, type Figure } from "./edits.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";

const icons = [
  "bear",
  "banana",
  "brown-heart",
  "bus",
  "light-bulb",
  "rabbit",
  "turtle",
  "automobile",
  "star",
  "strawberry",
  "tulip",
];
const grounds = { light: "#ffffff", dark: "#1e1e1e" } as const;

export const autoencoderFigure: Figure = async (path, packsDir) => {
  const entry = (await Catalogue.open(packsDir ?? packsHome())).entries.find(
    ({ manifest }) => manifest.id === "icons",
  )!;
  const [translation] = await loadTranslations(entry, {});
  const { target } = translation!;
  const { imageSizePx } = target;
  const rows: Array<SheetRow & { tiles: Buffer[] }> = Object.keys(grounds).flatMap((ground) =>
    ["icon", "rebuilt"].map((what) => ({ label: `${what}, ${ground}`, tiles: [] })),
  );
  for (const name of icons) {
    const planes = await decodeFitted(await readFile(example(`${name}.png`)), imageSizePx);
    const rebuilt = await target.decode(await target.encode(planes, 1), 1);
    let row = 0;
    for (const background of Object.values(grounds))
      for (const image of [planes, rebuilt]) {
        const png = await encodePng(toStraightRgba(image, imageSizePx).rgba, imageSizePx, imageSizePx);
        rows[row]!.tiles.push(await sharp(png).flatten({ background }).png().toBuffer());
        row += 1;
      }
  }
  return writeSheet(path, [{ columns: icons.map((name) => name.replaceAll("-", " ")), rows }], { cellPx: 136 });
};
