/** How much hypotheses of one input differ from each other at each temperature. */

import type { Pixels } from "../../engine/interfaces.ts";
import { imageSeed } from "../../engine/random.ts";
import { PixelStd } from "../../upscaling/doubt/pixel-std.ts";
import { readingOf } from "../../upscaling/input/input-kind.ts";
import { mean } from "../metrics/statistics.ts";
import type { Column, Row, Section } from "../report.ts";
import { fewPictures, type Truth, type UpscalingContext } from "./context.ts";
import { type FeatureMaps, featureDistance, type PictureNet } from "./feature-maps.ts";
import { flatEnergy } from "./flat-energy.ts";
import { cutMiddle } from "./ground-truth.ts";
import { netMeasures } from "./measure.ts";
import { type Scale, temperatures } from "./methods.ts";
import { shrinkTruth } from "./resample.ts";

const hypotheses = 4;
const cropPx = 256;
/** Side of the blocks among which the worst is looked for, px. */
const blockPx = 64;

const columns: readonly Column[] = [
  { key: "deviation", label: "standard deviation, levels", digits: 2 },
  { key: "lpips", label: "LPIPS between two", digits: 4 },
  { key: "distance", label: "distance between two", digits: 4 },
  { key: "worst", label: "LPIPS between two where the answer errs most", digits: 4 },
  { key: "flat", label: "fine structure on flat areas, levels²", digits: 4, better: "lower" },
  { key: "flatTruth", label: "the truth's", digits: 4 },
];

export async function diversitySection(context: UpscalingContext, few: readonly Truth[]): Promise<Section> {
  const { set, upscaler, nets } = context;
  const names = netMeasures.flatMap((key) => nets[key]?.name ?? []).join(" and by ");
  const tables = [];
  for (const scale of upscaler.scales)
    for (const group of set.groups) {
      const own = few.filter((picture) => picture.group === group);
      if (own.length === 0) continue;
      const rows: Row[] = [];
      for (const temperature of temperatures) rows.push(await rowOf(context, own, scale, temperature));
      tables.push({ title: `×${scale}, ${group}`, columns, rows });
    }
  return {
    id: "diversity",
    title: "Diversity of hypotheses",
    about:
      `${hypotheses} hypotheses of the central ${cropPx} px of each of the first ${fewPictures} pictures of a group at most: standard deviation of a pixel over them (unbiased, root mean square over colours, mean over pixels), in 8-bit ` +
      `levels${names ? `, and the mean distance between two of them by ${names}` : ""}. At temperature 0 all are equal. The answer errs most in that block of ${blockPx} px where its squared error is ` +
      "largest. Fine structure: what a pixel's green lacks to the mean of its neighbours, squared, where the truth is of one level.",
    tables,
    figures: [],
  };
}

async function rowOf(
  { upscaler, nets, seed, progress }: UpscalingContext,
  pictures: readonly Truth[],
  scale: Scale,
  temperature: number,
): Promise<Row> {
  const deviations: number[] = [];
  const distances = new Map<string, number[]>();
  const [worst, flat, flatTruth]: [number[], number[], number[]] = [[], [], []];
  for (const [at, { truth: whole }] of pictures.entries()) {
    const truth = cutMiddle(whole, cropPx, cropPx);
    progress.step(`hypotheses ×${scale}, temperature ${temperature}`, at, pictures.length);
    const input = shrinkTruth(truth, scale);
    const reading = readingOf(input);
    const drawn: Pixels[] = [];
    for (let index = 0; index < hypotheses; index += 1)
      drawn.push(await upscaler.upscale(input, { scale, temperature, seed: imageSeed(seed, index), ...reading }));
    deviations.push(meanDeviation(drawn));
    const answer =
      temperature === 0 ? drawn[0]! : await upscaler.upscale(input, { scale, temperature: 0, seed, ...reading });
    const block = worstBlock(answer, truth);
    if (nets.lpips && block)
      worst.push(
        await meanDistance(
          drawn.map((picture) => cutBlock(picture, block)),
          nets.lpips,
        ),
      );
    for (const [picture, to] of [
      [drawn[0]!, flat],
      [truth, flatTruth],
    ] as const) {
      const energy = flatEnergy(picture, truth);
      if (Number.isFinite(energy)) to.push(energy);
    }
    for (const key of netMeasures) {
      const net = nets[key];
      if (net) distances.set(key, [...(distances.get(key) ?? []), await meanDistance(drawn, net)]);
    }
  }
  return {
    what: `temperature ${temperature}`,
    role: "measured",
    n: pictures.length,
    values: {
      deviation: mean(deviations),
      ...(worst.length > 0 ? { worst: mean(worst) } : {}),
      ...(flat.length > 0 ? { flat: mean(flat), flatTruth: mean(flatTruth) } : {}),
      ...Object.fromEntries([...distances].map(([key, values]) => [key, mean(values)])),
    },
  };
}

/** Left and top of the block whose squared error is largest; none in a picture smaller than a block. */
export function worstBlock(answer: Pixels, truth: Pixels): { left: number; top: number } | undefined {
  let [most, worst]: [number, { left: number; top: number } | undefined] = [-1, undefined];
  for (let top = 0; top + blockPx <= truth.heightPx; top += blockPx)
    for (let left = 0; left + blockPx <= truth.widthPx; left += blockPx) {
      let sum = 0;
      for (let y = top; y < top + blockPx; y += 1)
        for (let at = 4 * (y * truth.widthPx + left), end = at + 4 * blockPx; at < end; at += 1)
          sum += (answer.rgba[at]! - truth.rgba[at]!) ** 2;
      if (sum > most) [most, worst] = [sum, { left, top }];
    }
  return worst;
}

export function cutBlock({ rgba, widthPx }: Pixels, { left, top }: { left: number; top: number }): Pixels {
  const part = new Uint8Array(4 * blockPx ** 2);
  for (let y = 0; y < blockPx; y += 1) {
    const from = 4 * ((top + y) * widthPx + left);
    part.set(rgba.subarray(from, from + 4 * blockPx), 4 * y * blockPx);
  }
  return { rgba: part, widthPx: blockPx, heightPx: blockPx };
}

function meanDeviation(pictures: readonly Pixels[]): number {
  const { widthPx, heightPx } = pictures[0]!;
  const deviation = new PixelStd(widthPx, heightPx, false);
  for (const picture of pictures) deviation.add(picture);
  return deviation.mean();
}

async function meanDistance(pictures: readonly Pixels[], net: PictureNet): Promise<number> {
  const seen: FeatureMaps[] = [];
  for (const picture of pictures) seen.push(await net.mapsOf(picture));
  return mean(seen.flatMap((a, at) => seen.slice(0, at).map((b) => featureDistance(a, b))));
}
