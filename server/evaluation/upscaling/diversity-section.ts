/** How much hypotheses of one input differ from each other: what temperature is for. */
import { Deviation } from "../../engine/deviation.ts";
import type { Pixels } from "../../engine/interfaces.ts";
import { imageSeed } from "../../engine/random.ts";
import { mean } from "../metrics/statistics.ts";
import type { Column, Row, Section } from "../report.ts";
import { fewPictures, type Truth, type UpscalingContext } from "./context.ts";
import { type Scale, temperatures } from "./methods.ts";
import { shrinkTruth } from "./resample.ts";
import { type Texture, type TextureNet, textureDistance } from "./texture-distance.ts";

const hypotheses = 4;

const columns: readonly Column[] = [
  { key: "deviation", label: "standard deviation, levels", digits: 2 },
  { key: "distance", label: "distance between two", digits: 4 },
];

export async function diversitySection(context: UpscalingContext, few: readonly Truth[]): Promise<Section> {
  const { set, upscaler, net } = context;
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
      `${hypotheses} hypotheses of each of the first ${fewPictures} pictures of a group at most: the standard deviation of a pixel over them (unbiased, root mean square over colours, mean over pixels), in 8-bit ` +
      `levels${net ? `, and the mean distance on ${net.name} features between two of them` : ""}. At temperature 0 all are equal.`,
    tables,
    figures: [],
  };
}

async function rowOf(
  { upscaler, net, seed, watch }: UpscalingContext,
  pictures: readonly Truth[],
  scale: Scale,
  temperature: number,
): Promise<Row> {
  const [deviations, distances]: [number[], number[]] = [[], []];
  for (const [at, { truth }] of pictures.entries()) {
    watch.step(`hypotheses ×${scale}, temperature ${temperature}`, at, pictures.length);
    const input = shrinkTruth(truth, scale);
    const drawn: Pixels[] = [];
    for (let index = 0; index < hypotheses; index += 1)
      drawn.push(await upscaler.upscale(input, { scale, temperature, seed: imageSeed(seed, index) }));
    deviations.push(meanDeviation(drawn));
    if (net) distances.push(await meanDistance(drawn, net));
  }
  return {
    what: `temperature ${temperature}`,
    role: "measured",
    n: pictures.length,
    values: { deviation: mean(deviations), distance: net && mean(distances) },
  };
}

function meanDeviation(pictures: readonly Pixels[]): number {
  const { widthPx, heightPx } = pictures[0]!;
  const deviation = new Deviation(widthPx, heightPx, false);
  for (const picture of pictures) deviation.add(picture);
  return deviation.draw().meanDeviation;
}

async function meanDistance(pictures: readonly Pixels[], net: TextureNet): Promise<number> {
  const textures: Texture[] = [];
  for (const picture of pictures) textures.push(await net.textureOf(picture));
  return mean(textures.flatMap((a, at) => textures.slice(0, at).map((b) => textureDistance(a, b))));
}
