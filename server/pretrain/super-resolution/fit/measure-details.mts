/**
 * Measures what details cost and bring at ×4, on the centres of pictures of the stated list: PSNR and LPIPS at details 0, 0.5 and 1,
 * LPIPS between two draws, there and in the block where the answer errs most, and fine structure on flat areas. A quicker look than `tau evaluate super-resolution`, which measures whole pictures. Needs fetch_lpips.py.
 *
 *   node --import tsx server/pretrain/super-resolution/fit/measure-details.mts [--pictures N] [--pack DIR]
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { temperatureOf } from "../../../../shared/contract/upscaling.ts";
import type { Pixels } from "../../../engine/interfaces.ts";
import { rgbPsnrDb } from "../../../evaluation/metrics/picture-psnr.ts";
import { mean } from "../../../evaluation/metrics/statistics.ts";
import { cutBlock, worstBlock } from "../../../evaluation/upscaling/diversity-section.ts";
import { featureDistance } from "../../../evaluation/upscaling/feature-maps.ts";
import { flatEnergy } from "../../../evaluation/upscaling/flat-energy.ts";
import { cutMiddle } from "../../../evaluation/upscaling/ground-truth.ts";
import { openLpips } from "../../../evaluation/upscaling/lpips.ts";
import { pretrainHome, statedPictures } from "../../../evaluation/upscaling/pictures.ts";
import { shrinkTruth } from "../../../evaluation/upscaling/resample.ts";
import { packsHome, readEntry } from "../../../packs/catalogue.ts";
import { readingOf } from "../../../upscaling/input/input-kind.ts";
import { loadUpscaler } from "../../../upscaling/load-upscaler.ts";

const { values } = parseArgs({
  options: {
    pictures: { type: "string", default: "6" },
    pack: { type: "string", default: join(packsHome(), "super-resolution") },
  },
});
const [cropPx, scale, details] = [256, 4, [0, 0.5, 1]] as const;
const lpips = await openLpips(join(pretrainHome(), ".cache/super-resolution/lpips-alexnet.onnx"), 1);
if (!lpips) throw new Error("expected the network of fetch_lpips.py, got none");
const upscaler = await loadUpscaler(await readEntry(values.pack, true), { threads: 1 });
const { groups, pictures } = await statedPictures(Number(values.pictures));
const heads = [
  ...details.map((detail) => `PSNR and LPIPS at ${detail}`),
  "LPIPS between two",
  "where the answer errs most",
  `fine structure on flat areas at ${details.join(", ")}, the truth's`,
];
console.log(`| | ${heads.join(" | ")} |`);
for (const group of groups) {
  const found = details.map(() => ({ psnr: [] as number[], lpips: [] as number[], flat: [] as number[] }));
  const [between, worst, flatTruth]: [number[], number[], number[]] = [[], [], []];
  for (const { read } of pictures.filter((picture) => picture.group === group)) {
    const truth = cutMiddle(await read(), cropPx, cropPx);
    const [low, wanted] = [shrinkTruth(truth, scale), await lpips.mapsOf(truth)];
    const draw = (detail: number, seed: number): Promise<Pixels> =>
      upscaler.upscale(low, { scale, temperature: temperatureOf(detail), seed, ...readingOf(low) });
    const block = worstBlock(await draw(0, 1), truth);
    addFinite(flatTruth, flatEnergy(truth, truth));
    for (const [at, detail] of details.entries()) {
      const drawn = await draw(detail, 1);
      const maps = await lpips.mapsOf(drawn);
      found[at]!.psnr.push(rgbPsnrDb(drawn, truth, scale));
      found[at]!.lpips.push(featureDistance(maps, wanted));
      addFinite(found[at]!.flat, flatEnergy(drawn, truth));
      if (detail < 1) continue;
      const second = await draw(detail, 2);
      between.push(featureDistance(maps, await lpips.mapsOf(second)));
      if (!block) continue;
      const [one, other] = [drawn, second].map((picture) => lpips.mapsOf(cutBlock(picture, block)));
      worst.push(featureDistance(await one!, await other!));
    }
  }
  const cells = found.map(({ psnr, lpips: distance }) => `${mean(psnr).toFixed(2)} dB, ${mean(distance).toFixed(4)}`);
  const flats = [...found.map(({ flat }) => flat), flatTruth].map((of) => mean(of).toFixed(4)).join(", ");
  console.log(
    `| ${group} | ${cells.join(" | ")} | ${mean(between).toFixed(4)} | ${mean(worst).toFixed(4)} | ${flats} |`,
  );
}

/** Adds a value that some pictures do not have. */
function addFinite(values: number[], value: number): void {
  if (Number.isFinite(value)) values.push(value);
}
