/**
 * Measures small text, in fonts that the networks of letters were not trained on: how many letters a reader of text (tesseract, by Debian) finds
 * as they were written, PSNR, LPIPS, and LPIPS between two seeds. A page of words for each size and font, shrunk by areas. Needs fetch_lpips.py, tesseract
 * and the fonts named below.
 *
 *   node --import tsx server/pretrain/super-resolution/fit/measure-letters.mts [--pack DIR] [--words N] [--sizes 4,5,6] [--scale 4]
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { temperatureOf } from "../../../../shared/contract/upscaling.ts";
import type { Pixels } from "../../../engine/interfaces.ts";
import { rgbPsnrDb } from "../../../evaluation/metrics/picture-psnr.ts";
import { mean } from "../../../evaluation/metrics/statistics.ts";
import { featureDistance } from "../../../evaluation/upscaling/feature-maps.ts";
import { openLpips } from "../../../evaluation/upscaling/lpips.ts";
import { pretrainHome } from "../../../evaluation/upscaling/pictures.ts";
import { encodePng, rasterise } from "../../../images/codec.ts";
import { packsHome, readEntry } from "../../../packs/catalogue.ts";
import { readingOf } from "../../../upscaling/input/input-kind.ts";
import { loadUpscaler } from "../../../upscaling/load-upscaler.ts";
import { shrinkArea } from "../../../upscaling/shrink-area.ts";

const { values } = parseArgs({
  options: {
    pack: { type: "string", default: join(packsHome(), "super-resolution") },
    sizes: { type: "string", default: "4,5,6,7,8,10" },
    scale: { type: "string", default: "4" },
    words: { type: "string", default: "/usr/share/dict/words" },
  },
});
const scale = Number(values.scale) as 2 | 4;
const fonts = ["Open Sans", "Liberation Mono", "FreeSerif", "Vollkorn"];
/** The accurate answer without its letters, and with them; a lively one. */
const variants = [
  { name: "letters left", detail: 0, leavesLetters: true },
  { name: "detail 0", detail: 0, leavesLetters: false },
  { name: "detail 1", detail: 1, leavesLetters: false },
];
const seeds = [1, 2];
const lpips = await openLpips(join(pretrainHome(), ".cache/super-resolution/lpips-alexnet.onnx"), 1);
const upscaler = await loadUpscaler(await readEntry(values.pack, true), { threads: 1 });
const dictionary = (await readFile(values.words, "utf8")).split("\n").filter((word) => /^[a-z]{3,8}$/.test(word));

/** Lines of words, evenly taken from the dictionary. */
const linesOf = (start: number): string[] =>
  Array.from({ length: 5 }, (_, line) =>
    Array.from({ length: 4 }, (_, at) => dictionary[(start + 7919 * (4 * line + at)) % dictionary.length]!).join(" "),
  );

async function pageOf(lines: readonly string[], font: string, sizePx: number): Promise<Pixels> {
  const [step, width] = [Math.round(scale * sizePx * 1.5), scale * Math.ceil(36 * sizePx * 0.62)];
  const height = scale * Math.ceil((step * (lines.length + 0.6)) / scale);
  const texts = lines.map(
    (line, at) =>
      `<text x="${scale * 2}" y="${step * (at + 1)}" font-family="${font}" font-size="${scale * sizePx}">${line}</text>`,
  );
  return rasterise(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${texts.join("")}</svg>`,
  );
}

/** Share of letters that a reader finds as written, by edit distance. */
async function legible(picture: Pixels, lines: readonly string[]): Promise<number> {
  const path = join(tmpdir(), `letters-${process.pid}.png`);
  await writeFile(path, await encodePng(picture.rgba, picture.widthPx, picture.heightPx));
  const { stdout } = await promisify(execFile)("tesseract", [path, "-", "--psm", "6", "--dpi", "150"]);
  const [read, written] = [stdout.split(/\s+/).join(" ").trim(), lines.join(" ")];
  return Math.max(0, 1 - editDistance(read, written) / written.length);
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const letter of one) {
    const next = [row[0]! + 1];
    for (let at = 1; at <= other.length; at += 1)
      next.push(Math.min(next[at - 1]! + 1, row[at]! + 1, row[at - 1]! + (letter === other[at - 1] ? 0 : 1)));
    row = next;
  }
  return row[other.length]!;
}

console.log(
  `| font size, px | ${variants.map(({ name }) => `${name}: read, PSNR, LPIPS`).join(" | ")} | two seeds | truth read |`,
);
for (const sizePx of values.sizes.split(",").map(Number)) {
  const found = variants.map(() => ({ read: [] as number[], psnr: [] as number[], lpips: [] as number[] }));
  const [truths, between]: [number[], number[]] = [[], []];
  for (const [at, font] of fonts.entries()) {
    const lines = linesOf(100 * sizePx + 7 * at);
    const truth = await pageOf(lines, font, sizePx);
    const low = await shrinkArea(
      truth,
      { widthPx: truth.widthPx / scale, heightPx: truth.heightPx / scale },
      async () => {},
    );
    truths.push(await legible(truth, lines));
    const wanted = await lpips!.mapsOf(truth);
    for (const [index, { detail, leavesLetters }] of variants.entries()) {
      const maps = [];
      for (const seed of detail > 0 ? seeds : [1]) {
        const drawn = await upscaler.upscale(low, {
          scale,
          temperature: temperatureOf(detail),
          seed,
          leavesLetters,
          ...readingOf(low),
        });
        maps.push(await lpips!.mapsOf(drawn));
        found[index]!.read.push(await legible(drawn, lines));
        found[index]!.psnr.push(rgbPsnrDb(drawn, truth, scale));
        found[index]!.lpips.push(featureDistance(maps.at(-1)!, wanted));
      }
      if (maps.length > 1) between.push(featureDistance(maps[0]!, maps[1]!));
    }
  }
  const cells = found.map(
    ({ read, psnr, lpips: distance }) =>
      `${(100 * mean(read)).toFixed(0)} %, ${mean(psnr).toFixed(2)} dB, ${mean(distance).toFixed(3)}`,
  );
  console.log(
    `| ${sizePx} | ${cells.join(" | ")} | ${mean(between).toFixed(3)} | ${(100 * mean(truths)).toFixed(0)} % |`,
  );
}
process.exit(0);
