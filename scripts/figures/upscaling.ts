/**
 * Figures of upscaling ×4: the centres of the first photographs and drawings of the stated list by every method. One seed, no
 * selection. Needs the pictures of the evaluation and the pack `super-resolution`. Inputs as they are, hypotheses and doubt:
 * upscaling-inputs.ts.
 */
import { basename, extname, join } from "node:path";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { openBaselines } from "../../server/evaluation/upscaling/baselines.ts";
import { cutMiddle } from "../../server/evaluation/upscaling/ground-truth.ts";
import { kernelMethods, networkMethods, ownMethods, temperatureId } from "../../server/evaluation/upscaling/methods.ts";
import { statedPictures } from "../../server/evaluation/upscaling/pictures.ts";
import { shrinkTruth } from "../../server/evaluation/upscaling/resample.ts";
import { encodePng } from "../../server/images/codec.ts";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { loadUpscaler } from "../../server/upscaling/load-upscaler.ts";
import { temperatureOf } from "../../shared/contract/upscaling.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";

const [scale, seed, pictures] = [4, 1, 3] as const;
/** Side of the shown crops, at full size, and of each picture's part that the networks get. */
const [shownPx, seenPx] = [96, 256];
/** Labels are above the crops, file names beside them. */
const sheet = { cellPx: shownPx + 8, marginPx: 170, isPhotographic: true };
/** Methods by what a reader knows them as. */
const ways: Readonly<Record<string, string>> = {
  bicubic: "bicubic",
  "esrgan-medium": "ESRGAN-medium",
  "esrgan-thick": "ESRGAN-thick",
  "tau-0": "detail 0",
  [temperatureId(temperatureOf(1))]: "detail 1",
};

/** @returns paths of the figures with their bytes */
export async function upscalingFigures(folder: string, packsDir = packsHome()): Promise<string[]> {
  const entry = (await Catalogue.open(packsDir)).entries.find(({ manifest }) => manifest.upscaler);
  if (!entry) throw new Error(`figures: expected a pack with an upscaler in ${packsDir}, got none`);
  const upscaler = await loadUpscaler(entry, { threads: 0 });
  const set = await statedPictures(pictures);
  const opened = openBaselines();
  const baselines = typeof opened === "string" ? undefined : opened;
  if (!baselines || baselines.missing !== undefined)
    console.warn(`figures: without ESRGANs (${baselines?.missing ?? opened})`);
  const methods = [...kernelMethods, ...ownMethods(upscaler, seed), ...(baselines ? networkMethods(baselines) : [])];
  const shown = Object.keys(ways).flatMap((id) => methods.find((method) => method.id === id) ?? []);
  const made: string[] = [];
  const write = async (name: string, columns: readonly string[], rows: readonly SheetRow[]): Promise<void> => {
    const path = join(folder, `${name}.png`);
    made.push(`${path}, ${await writeSheet(path, [{ columns, rows }], sheet)} bytes`);
  };
  try {
    for (const group of set.groups) {
      const rows: SheetRow[] = [];
      for (const { name, read } of set.pictures.filter((picture) => picture.group === group)) {
        const truth = cutMiddle(await read(), seenPx, seenPx);
        const input = shrinkTruth(truth, scale);
        const label = basename(name, extname(name));
        const drawn: Pixels[] = [];
        for (const method of shown) drawn.push((await method.draw(input, scale)).picture);
        rows.push({ label, tiles: await Promise.all([repeatPixels(input), ...drawn, truth].map(toTile)) });
      }
      await write(group, ["input", ...shown.map(({ id }) => ways[id]!), "truth"], rows);
    }
    return made;
  } finally {
    baselines?.close();
  }
}

/** Each pixel as a square of its colour. */
export function repeatPixels({ rgba, widthPx, heightPx }: Pixels): Pixels {
  const large = new Uint8Array(scale ** 2 * rgba.length);
  for (let pixel = 0; pixel < scale ** 2 * widthPx * heightPx; pixel += 1) {
    const [x, y] = [Math.floor((pixel % (scale * widthPx)) / scale), Math.floor(pixel / (scale * widthPx) / scale)];
    const from = 4 * (y * widthPx + x);
    large.set(rgba.subarray(from, from + 4), 4 * pixel);
  }
  return { rgba: large, widthPx: scale * widthPx, heightPx: scale * heightPx };
}

async function toTile(picture: Pixels): Promise<Uint8Array> {
  const { rgba, widthPx, heightPx } = cutMiddle(picture, shownPx, shownPx);
  return encodePng(rgba, widthPx, heightPx);
}
