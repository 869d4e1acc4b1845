/**
 * Figure of small text at ×4: the accurate answer, and three seeds at detail 1, whose letters differ where the input leaves them open. Fonts that the
 * networks of letters were not trained on (Debian's fonts-open-sans, fonts-freefont-ttf and fonts-liberation), one choice of words, no selection.
 */
import { join } from "node:path";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { bicubic, resample } from "../../server/evaluation/upscaling/resample.ts";
import { encodePng, rasterise } from "../../server/images/codec.ts";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { readingOf } from "../../server/upscaling/input/input-kind.ts";
import { loadUpscaler } from "../../server/upscaling/load-upscaler.ts";
import { shrinkArea } from "../../server/upscaling/shrink-area.ts";
import { temperatureOf } from "../../shared/contract/upscaling.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";
import { repeatPixels } from "./upscaling.ts";

const scale = 4;
const sidePx = 48;
const seeds = [1, 2, 3];
const words = ["keep the residual", "and swap the word", "one seed gives you", "the same picture", "42 times a day"];
const looks = [
  { sizePx: 4, font: "Open Sans", paper: "#ffffff", ink: "#222222" },
  { sizePx: 4.5, font: "Liberation Mono", paper: "#1c3d5a", ink: "#ffffff" },
  { sizePx: 5, font: "FreeSerif", paper: "#f4efe6", ink: "#7a1f1f" },
  { sizePx: 6, font: "Open Sans", paper: "#ffffff", ink: "#222222" },
  { sizePx: 8, font: "FreeSerif", paper: "#ffffff", ink: "#222222" },
];

const pageOf = ({ sizePx, font, paper, ink }: (typeof looks)[number]): Promise<Pixels> => {
  const [size, side] = [scale * sizePx, scale * sidePx];
  const lines = words.map(
    (line, at) =>
      `<text x="8" y="${1.35 * size * (at + 1)}" font-family="${font}" font-size="${size}" fill="${ink}">${line}</text>`,
  );
  return rasterise(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="100%" height="100%" fill="${paper}"/>${lines.join("")}</svg>`,
  );
};

/** @returns the path of the figure with its bytes */
export async function upscalingLetterFigures(folder: string, packsDir = packsHome()): Promise<string[]> {
  const entry = (await Catalogue.open(packsDir)).entries.find(({ manifest }) => manifest.upscaler?.letters);
  if (!entry) throw new Error(`figures: expected a pack that knows letters in ${packsDir}, got none`);
  const upscaler = await loadUpscaler(entry, { threads: 0 });
  const rows: SheetRow[] = [];
  for (const look of looks) {
    const truth = await pageOf(look);
    const low = await shrinkArea(truth, { widthPx: sidePx, heightPx: sidePx }, async () => {});
    const draw = (detail: number, seed: number): Promise<Pixels> =>
      upscaler.upscale(low, { scale, temperature: temperatureOf(detail), seed, ...readingOf(low) });
    const pictures = [
      repeatPixels(low),
      resample(low, scale * sidePx, scale * sidePx, bicubic),
      await draw(0, 1),
      ...(await Promise.all(seeds.map((seed) => draw(1, seed)))),
      truth,
    ];
    const tiles = await Promise.all(pictures.map(({ rgba, widthPx, heightPx }) => encodePng(rgba, widthPx, heightPx)));
    rows.push({ label: `${look.font}, ${look.sizePx} px`, tiles });
  }
  const columns = ["input", "bicubic", "detail 0", ...seeds.map((seed) => `detail 1, seed ${seed}`), "truth"];
  const path = join(folder, "letters.png");
  const cells = { cellPx: scale * sidePx + 8, marginPx: 170, isPhotographic: true };
  return [`${path}, ${await writeSheet(path, [{ columns, rows }], cells)} bytes`];
}
