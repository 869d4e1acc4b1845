/** How much hypotheses of one input differ from each other at each temperature. */
import type { Pixels } from "../../engine/interfaces.ts";
import { imageSeed } from "../../engine/random.ts";
import { Deviation } from "../../upscaling/doubt/deviation.ts";
import { mean } from "../metrics/statistics.ts";
import type { Column, Row, Section } from "../report.ts";
import { fewPictures, type Truth, type UpscalingContext } from "./context.ts";
import { type FeatureMaps, featureDistance, type PictureNet } from "./feature-maps.ts";
import { netMeasures } from "./measure.ts";
import { type Scale, temperatures } from "./methods.ts";
import { shrinkTruth } from "./resample.ts";

const hypotheses = 4;

const columns: readonly Column[] = [
  { key: "deviation", label: "standard deviation, levels", digits: 2 },
  { key: "lpips", label: "LPIPS between two", digits: 4 },
  { key: "distance", label: "distance between two", digits: 4 },
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
      for (const temperature of temperatures)
        if (temperature > 0) rows.push(await rowOf(context, own, scale, temperature));
      tables.push({ title: `×${scale}, ${group}`, columns, rows });
    }
  return {
    id: "diversity",
    title: "Diversity of hypotheses",
    about:
      `${hypotheses} hypotheses of each of the first ${fewPictures} pictures of a group at most: standard deviation of a pixel over them (unbiased, root mean square over colours, mean over pixels), in 8-bit ` +
      `levels${names ? `, and the mean distance between two of them by ${names}` : ""}. At temperature 0 all are equal.`,
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
  for (const [at, { truth }] of pictures.entries()) {
    progress.step(`hypotheses ×${scale}, temperature ${temperature}`, at, pictures.length);
    const input = shrinkTruth(truth, scale);
    const drawn: Pixels[] = [];
    for (let index = 0; index < hypotheses; index += 1)
      drawn.push(await upscaler.upscale(input, { scale, temperature, seed: imageSeed(seed, index) }));
    deviations.push(meanDeviation(drawn));
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
      ...Object.fromEntries([...distances].map(([key, values]) => [key, mean(values)])),
    },
  };
}

function meanDeviation(pictures: readonly Pixels[]): number {
  const { widthPx, heightPx } = pictures[0]!;
  const deviation = new Deviation(widthPx, heightPx, false);
  for (const picture of pictures) deviation.add(picture);
  return deviation.mean();
}

async function meanDistance(pictures: readonly Pixels[], net: PictureNet): Promise<number> {
  const seen: FeatureMaps[] = [];
  for (const picture of pictures) seen.push(await net.mapsOf(picture));
  return mean(seen.flatMap((a, at) => seen.slice(0, at).map((b) => featureDistance(a, b))));
}
