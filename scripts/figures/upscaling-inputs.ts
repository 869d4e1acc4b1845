/**
 * Figures of upscaling ×4 on inputs as they are: photographs as JPEG, icons and interfaces on light and dark that were drawn at
 * their size, text that was shrunk, and hypotheses with the doubt about the answer. The first pictures of the stated sets, one seed, no selection.
 */
import { basename, extname, join } from "node:path";
import type { Picture, Pixels } from "../../server/engine/interfaces.ts";
import { drawnSet, onGround } from "../../server/evaluation/upscaling/drawn-set.ts";
import { cutMiddle } from "../../server/evaluation/upscaling/ground-truth.ts";
import { statedPictures } from "../../server/evaluation/upscaling/pictures.ts";
import { bicubic, resample, shrinkTruth } from "../../server/evaluation/upscaling/resample.ts";
import { encodeJpeg, encodePng, rasterise } from "../../server/images/codec.ts";
import { decodePicture } from "../../server/images/picture.ts";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { drawHypotheses } from "../../server/upscaling/hypotheses.ts";
import { loadUpscaler } from "../../server/upscaling/load-upscaler.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";
import { repeatPixels } from "./upscaling.ts";

const [scale, seed, quality] = [4, 1, 50] as const;
/** Sides of the shown parts, and of the parts that are enlarged. */
const [shownPx, seenPx] = [160, 256];
const [detail, hypotheses] = [1, 2] as const;
const sheet = { cellPx: shownPx + 8, marginPx: 170, isPhotographic: true };

/** @returns paths of the figures with their bytes */
export async function upscalingInputFigures(folder: string, packsDir = packsHome()): Promise<string[]> {
  const entry = (await Catalogue.open(packsDir)).entries.find(({ manifest }) => manifest.upscaler);
  if (!entry) throw new Error(`figures: expected a pack with an upscaler in ${packsDir}, got none`);
  const upscaler = await loadUpscaler(entry, { threads: 0 });
  const enlarge = (image: Pixels): Pixels => resample(image, scale * image.widthPx, scale * image.heightPx, bicubic);
  const answers = async (image: Picture, fields: object): Promise<Pixels[]> => {
    const drawn: Pixels[] = [];
    const usual = { scale, detail: 0, clean: 1, letters: true, seed, count: 1, variance: false, outlines: false };
    const onImage = (picture: Pixels): void => void drawn.push(picture);
    await drawHypotheses(upscaler, image, { ...usual, ...fields }, { onImage, pause: async () => {} });
    return drawn;
  };
  const made: string[] = [];
  const write = async (name: string, columns: readonly string[], rows: readonly SheetRow[]): Promise<void> => {
    const path = join(folder, `${name}.png`);
    made.push(`${path}, ${await writeSheet(path, [{ columns, rows }], sheet)} bytes`);
  };

  const [jpegs, doubts]: [SheetRow[], SheetRow[]] = [[], []];
  for (const { name, read } of (await statedPictures(2)).pictures) {
    const label = basename(name, extname(name));
    const truth = cutMiddle(await read(), seenPx, seenPx);
    const low = shrinkTruth(truth, scale);
    const { pixels } = await decodePicture(await encodeJpeg(low, quality));
    const [[kept], [cleaned]] = [await answers(pixels, { clean: 0 }), await answers(pixels, {})];
    jpegs.push({ label, tiles: await toTiles([repeatPixels(pixels), enlarge(pixels), kept!, cleaned!, truth]) });
    const part = cutMiddle(truth, shownPx, shownPx);
    const small = shrinkTruth(part, scale);
    const several = await answers(small, { detail, count: hypotheses, variance: true, outlines: true });
    doubts.push({ label, tiles: await toTiles([repeatPixels(small), ...several.slice(0, -1), part, several.at(-1)!]) });
  }
  await write("jpeg", [`JPEG, quality ${quality}`, "bicubic", "clean 0", "clean 1", "truth"], jpegs);
  const numbered = Array.from({ length: hypotheses }, (_, at) => `hypothesis ${at + 1}`);
  await write("hypotheses", ["input", ...numbered, "truth", "doubt, outlined"], doubts);

  const drawings: SheetRow[] = [];
  for (const { name, isIcon, draw } of drawnSet) {
    const [image, truth] = [await draw(1), await draw(scale)];
    const [answer] = await answers(image, {});
    for (const [ground, level] of isIcon
      ? ([
          ["light", 255],
          ["dark", 34],
        ] as const)
      : ([["", 255]] as const)) {
      const [low, high, own] = [image, truth, answer!].map((picture) => onGround(picture, level));
      const tiles = await toTiles([repeatPixels(low!), enlarge(low!), own!, high!]);
      drawings.push({ label: ground === "" ? name.replace("interface ", "") : `${name}, ${ground}`, tiles });
    }
  }
  await write("drawn", ["input", "bicubic", "tau", "truth"], drawings);
  const page = await rasterise(pageSvg);
  const small = shrinkTruth(page, scale);
  const [read] = await answers(small, {});
  const tiles = await Promise.all([enlarge(small), read!, page].map(toPng));
  const path = join(folder, "text.png");
  const wide = { ...sheet, cellPx: page.widthPx + 8, marginPx: 8 };
  made.push(
    `${path}, ${await writeSheet(path, [{ columns: ["bicubic", "tau", "truth"], rows: [{ label: "", tiles }] }], wide)} bytes`,
  );
  return made;
}

/** Lines of text that become smaller and smaller, in two fonts. */
const pageSvg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="320"><rect width="320" height="320" fill="#fff"/>' +
  [36, 31, 27, 24, 21, 18, 16, 14]
    .map((sizePx, line) => {
      const y = 36 + line * 44 - line * line * 0.7;
      const font = `font-family="${line % 2 === 0 ? "DejaVu Sans" : "DejaVu Serif"}" font-size="${sizePx}"`;
      return `<text x="10" y="${y.toFixed(1)}" ${font} fill="#222">Quick brown foxes jump over 1,284 lazy dogs</text>`;
    })
    .join("") +
  "</svg>";

const toTiles = (pictures: readonly Pixels[]): Promise<Uint8Array[]> =>
  Promise.all(pictures.map((picture) => toPng(cutMiddle(picture, shownPx, shownPx))));

const toPng = ({ rgba, widthPx, heightPx }: Pixels): Promise<Uint8Array> => encodePng(rgba, widthPx, heightPx);
