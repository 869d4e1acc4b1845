/**
 * What each depth of the image expert keeps of an image (figure 4 of arXiv 2005.13580): early depths keep the picture, the last
 * one its idea. Samples are drawn from held-out images alone, at each depth.
 */
import { type Depth, depths, type FlowConditionName } from "../../../shared/contract/conditions.ts";
import { cosine } from "../../engine/edits/sphere.ts";
import { imageSeed } from "../../engine/random.ts";
import { decode, drawAll, reconstruct } from "../draw.ts";
import { type EvaluationContext, encodeOwn, reads } from "../evaluation-context.ts";
import type { EvaluationData, Group } from "../groups.ts";
import { meanSquaredError } from "../metrics/pixels.ts";
import { mean } from "../metrics/statistics.ts";
import { rowOf, type Vectors } from "../metrics/vectors.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Column, Figure, Role, Row } from "../report.ts";
import { tileSheet } from "../tile-sheet.ts";
import { precisionOf } from "./alignment.ts";
import { firstOf, needsImages, type SectionPlan } from "./section.ts";

/** Most images of a row. */
const imagesMax = 128;
const figureRows = 8;
/** Samples of each image; the distance between them is the variety that a depth leaves. */
const samplesEach = 2;
/** High enough for samples to differ. */
const temperature = 0.8;

const nameOf = (depth: Depth): FlowConditionName => `image-${depth}`;

const depthsOf = (context: EvaluationContext): Depth[] => depths.filter((depth) => reads(context, nameOf(depth)));

export const depthsSection: SectionPlan = {
  id: "depths",
  title: "Depths of the image expert",
  missing: (context) =>
    firstOf(needsImages(context), depthsOf(context).length === 0 && "the translation reads no image at any depth"),
  async run(context, data) {
    const { images, known } = data!;
    const group: Group = { ...known, items: known.items.slice(0, imagesMax) };
    const real = (at: number): Promise<Float32Array> => images.read(group.items[at]!);
    const measured: Measured[] = [];
    for (const source of await sourcesOf(context, group, real))
      measured.push(await measure(context, data!, group, source, real));
    const hasFeatures = context.features !== undefined;
    return {
      about:
        `${samplesEach} samples of each image from the image alone, read at one depth, temperature ${temperature}, guidance 0. Pixels: root mean square to the image, over ` +
        "premultiplied RGBA. Features: cosine to the image's own deepest features, by the net whose depths are the conditions. So the judge is no third " +
        "party here; the row shows that the translation follows its condition. Variety: root mean square between the samples of an image.",
      tables: [
        {
          title: "Samples against the image that was given",
          columns: columnsOf(hasFeatures, reads(context, "caption")),
          rows: measured.map(({ row }) => row),
        },
      ],
      figures: [await figure(context, measured, real)],
    };
  },
};

/** One source of images: a depth, or a reference. */
interface Source {
  readonly what: string;
  readonly role: Role;
  readonly heading?: string;
  /** The images for an image of the group; a single one for references. */
  images(at: number): Promise<Float32Array[]>;
}

interface Measured extends Source {
  readonly row: Row;
  /** The images for the first ones of the group. */
  readonly shown: ReadonlyArray<readonly Float32Array[]>;
}

async function sourcesOf(
  context: EvaluationContext,
  { items }: Group,
  real: (at: number) => Promise<Float32Array>,
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const depth of depthsOf(context)) {
    const wanted: Parameters<typeof drawAll>[2][number][] = [];
    await forEachChunk(context.progress, `images at depth ${depth}`, items.length, 1, async (at) => {
      const conditions = await encodeOwn(context, items[at]!, [nameOf(depth)]);
      for (let sample = 0; sample < samplesEach; sample += 1)
        wanted.push({
          conditions,
          seed: imageSeed(context.settings.seed, at * samplesEach + sample),
          temperature,
          guidance: 0,
        });
    });
    const latents = await drawAll(context, `samples at depth ${depth}`, wanted);
    const images = (at: number): Promise<Float32Array[]> =>
      Promise.all(latents.slice(at * samplesEach, (at + 1) * samplesEach).map(({ latent }) => decode(context, latent)));
    sources.push({ what: depth, role: "measured", heading: depth, images });
  }
  return [
    ...sources,
    {
      what: "real images of others",
      role: "floor",
      images: async (at) => [await real((at + Math.floor(items.length / 2)) % items.length)],
    },
    { what: "reconstructions", role: "ceiling", images: async (at) => [await reconstruct(context, await real(at))] },
  ];
}

async function measure(
  context: EvaluationContext,
  data: EvaluationData,
  group: Group,
  source: Source,
  real: (at: number) => Promise<Float32Array>,
): Promise<Measured> {
  const n = group.items.length;
  const first: Float32Array[] = [];
  const shown: Float32Array[][] = [];
  const [pixels, variety] = [[] as number[], [] as number[]];
  const distance = (a: Float32Array, b: Float32Array): number => Math.sqrt(meanSquaredError(a, b));
  await forEachChunk(context.progress, `depth, ${source.what}`, n, 1, async (at) => {
    const made = await source.images(at);
    pixels.push(distance(made[0]!, await real(at)));
    if (made[1]) variety.push(distance(made[0]!, made[1]));
    first.push(made[0]!);
    if (at < figureRows) shown.push(made);
  });
  const judged = context.features && (await judge(context, data, group, source.what, first));
  const values = { pixels: mean(pixels), variety: variety.length > 0 ? mean(variety) : undefined, ...judged };
  return { ...source, shown, row: { what: source.what, role: source.role, n, values } };
}

/** The feature net's results for the first image of each. */
async function judge(
  context: EvaluationContext,
  data: EvaluationData,
  group: Group,
  what: string,
  planes: readonly Float32Array[],
): Promise<{ readonly features: number; readonly precision?: number }> {
  const net = context.features!;
  const seen = await net.featuresOf(`features, ${what}`, planes.length, async (at) => planes[at]!);
  const own = net.deepest(await data.known.features.real());
  const deepest: Vectors = net.deepest(seen);
  const features = mean(planes.map((_, at) => cosine(rowOf(deepest, at), rowOf(own, at))));
  if (!reads(context, "caption")) return { features };
  return { features, precision: (await precisionOf(context, group, await data.captionJudge(), seen)).precision };
}

const columnsOf = (hasFeatures: boolean, hasCaption: boolean): Column[] => [
  { key: "pixels", label: "pixels", digits: 4, better: "lower" },
  { key: "variety", label: "variety", digits: 4 },
  ...(hasFeatures ? [{ key: "features", label: "features", digits: 3, better: "higher" } as const] : []),
  ...(hasFeatures && hasCaption
    ? [{ key: "precision", label: "R-precision@1 of captions", digits: 1, isShare: true, better: "higher" } as const]
    : []),
];

async function figure(
  context: EvaluationContext,
  measured: readonly Measured[],
  real: (at: number) => Promise<Float32Array>,
): Promise<Figure> {
  const drawn = measured.filter(({ heading }) => heading !== undefined);
  const rows: Float32Array[][] = [];
  for (let at = 0; at < drawn[0]!.shown.length; at += 1)
    rows.push([await real(at), ...drawn.flatMap(({ shown }) => shown[at]!)]);
  const headings = [
    "image",
    ...drawn.flatMap(({ heading }) => Array.from({ length: samplesEach }, (_, sample) => `${heading}, ${sample + 1}`)),
  ];
  return {
    file: "depths.png",
    caption: `The first ${rows.length} held-out images, each with ${samplesEach} samples from its ${drawn.map(({ what }) => what).join(", ")} features.`,
    data: await tileSheet(rows, context.translation.target.imageSizePx, {
      headings,
      gapAfter: drawn.map((_, index) => index * samplesEach),
    }),
  };
}
