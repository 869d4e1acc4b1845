/**
 * Measures what details cost and bring at ×4, on the middles of pictures of the stated list: PSNR and LPIPS at details 0, 0.5 and 1,
 * and LPIPS between two draws. A quicker look than `tau evaluate super-resolution`, which measures whole pictures. Needs fetch_lpips.py.
 *
 *   node --import tsx server/pretrain/super-resolution/fit/measure-details.mts [--pictures N] [--pack DIR]
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { temperatureOf } from "../../../../shared/contract/upscaling.ts";
import { rgbPsnrDb } from "../../../evaluation/metrics/picture-psnr.ts";
import { mean } from "../../../evaluation/metrics/statistics.ts";
import { featureDistance } from "../../../evaluation/upscaling/feature-maps.ts";
import { cutMiddle } from "../../../evaluation/upscaling/ground-truth.ts";
import { openLpips } from "../../../evaluation/upscaling/lpips.ts";
import { pretrainHome, statedPictures } from "../../../evaluation/upscaling/pictures.ts";
import { shrinkTruth } from "../../../evaluation/upscaling/resample.ts";
import { packsHome, readEntry } from "../../../packs/catalogue.ts";
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
console.log(`| | ${details.map((detail) => `PSNR and LPIPS at ${detail}`).join(" | ")} | LPIPS between two |`);
for (const group of groups) {
  const found = details.map(() => ({ psnr: [] as number[], lpips: [] as number[] }));
  const between: number[] = [];
  for (const { read } of pictures.filter((picture) => picture.group === group)) {
    const truth = cutMiddle(await read(), cropPx, cropPx);
    const [low, wanted] = [shrinkTruth(truth, scale), await lpips.mapsOf(truth)];
    for (const [at, detail] of details.entries()) {
      const drawn = await upscaler.upscale(low, { scale, temperature: temperatureOf(detail), seed: 1 });
      const maps = await lpips.mapsOf(drawn);
      found[at]!.psnr.push(rgbPsnrDb(drawn, truth, scale));
      found[at]!.lpips.push(featureDistance(maps, wanted));
      if (detail < 1) continue;
      const second = await upscaler.upscale(low, { scale, temperature: temperatureOf(detail), seed: 2 });
      between.push(featureDistance(maps, await lpips.mapsOf(second)));
    }
  }
  const cells = found.map(({ psnr, lpips: distance }) => `${mean(psnr).toFixed(2)} dB, ${mean(distance).toFixed(4)}`);
  console.log(`| ${group} | ${cells.join(" | ")} | ${mean(between).toFixed(4)} |`);
}
