/**
 * What a depth of the image expert keeps of an image (figure 4 of arXiv 2005.13580): early the same picture, last the same idea. Each
 * depth is asked for samples of held-out images, from the image alone.
 */
import { type Depth, depths, type FlowConditionName } from "../../../shared/conditions.ts";
import { imageSeed } from "../../engine/random.ts";
import { cosine } from "../../engine/sphere.ts";
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

/** Images of each row at most. */
const imagesMax = 128;
const figureRows = 8;
/** Samples of each image: their distance to each other is the variety that a depth leaves. */
const samplesEach = 2;
/** Samples of a narrow temperature are all alike. */
const temperature = 0.8;

const nameOf = (depth: Depth): FlowConditionName => `image-${depth}`;

const depthsOf = (subject: EvaluationContext): Depth[] => depths.filter((depth) => reads(subject, nameOf(depth)));

export const depthsSection: SectionPlan = {
  id: "depths",
  title: "Depths of the image expert",
  missing: (subject) =>
    firstOf(needsImages(subject), depthsOf(subject).length === 0 && "the translation reads no image at any depth"),
  async run(subject, material) {
    const { images, known } = material!;
    const group: Group = { ...known, items: known.items.slice(0, imagesMax) };
    const real = (at: number): Promise<Float32Array> => images.read(group.items[at]!);
    const measured: Measured[] = [];
    for (const source of await sourcesOf(subject, group, real))
      measured.push(await measure(subject, material!, group, source, real));
    const hasFeatures = subject.features !== undefined;
    return {
      about:
        `${samplesEach} samples of each image from the image alone, read at one depth, temperature ${temperature}, guidance 0. Pixels: root mean square to the image, over ` +
        "premultiplied RGBA. Features: cosine to the image's own deepest features, by the net whose depths are the conditions, so this is no third " +
        "party's view: it says that the translation listens. Variety: root mean square between the samples of an image.",
      tables: [
        {
          title: "Samples against the image that was given",
          columns: columnsOf(hasFeatures, reads(subject, "caption")),
          rows: measured.map(({ row }) => row),
        },
      ],
      figures: [await figure(subject, measured, real)],
    };
  },
};

/** One way to answer an image. */
interface Source {
  readonly what: string;
  readonly role: Role;
  readonly heading?: string;
  /** Images for one image of the group; one where there is only one. */
  images(at: number): Promise<Float32Array[]>;
}

interface Measured extends Source {
  readonly row: Row;
  /** Answers to the first images. */
  readonly shown: ReadonlyArray<readonly Float32Array[]>;
}

async function sourcesOf(
  subject: EvaluationContext,
  { items }: Group,
  real: (at: number) => Promise<Float32Array>,
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const depth of depthsOf(subject)) {
    const wanted: Parameters<typeof drawAll>[2][number][] = [];
    await forEachChunk(subject.watch, `images at depth ${depth}`, items.length, 1, async (at) => {
      const conditions = await encodeOwn(subject, items[at]!, [nameOf(depth)]);
      for (let sample = 0; sample < samplesEach; sample += 1)
        wanted.push({
          conditions,
          seed: imageSeed(subject.settings.seed, at * samplesEach + sample),
          temperature,
          guidance: 0,
        });
    });
    const latents = await drawAll(subject, `samples at depth ${depth}`, wanted);
    const images = (at: number): Promise<Float32Array[]> =>
      Promise.all(latents.slice(at * samplesEach, (at + 1) * samplesEach).map(({ latent }) => decode(subject, latent)));
    sources.push({ what: depth, role: "measured", heading: depth, images });
  }
  return [
    ...sources,
    {
      what: "real images of others",
      role: "floor",
      images: async (at) => [await real((at + Math.floor(items.length / 2)) % items.length)],
    },
    { what: "reconstructions", role: "ceiling", images: async (at) => [await reconstruct(subject, await real(at))] },
  ];
}

async function measure(
  subject: EvaluationContext,
  material: EvaluationData,
  group: Group,
  source: Source,
  real: (at: number) => Promise<Float32Array>,
): Promise<Measured> {
  const n = group.items.length;
  const first: Float32Array[] = [];
  const shown: Float32Array[][] = [];
  const [pixels, variety] = [[] as number[], [] as number[]];
  const distance = (a: Float32Array, b: Float32Array): number => Math.sqrt(meanSquaredError(a, b));
  await forEachChunk(subject.watch, `depth, ${source.what}`, n, 1, async (at) => {
    const made = await source.images(at);
    pixels.push(distance(made[0]!, await real(at)));
    if (made[1]) variety.push(distance(made[0]!, made[1]));
    first.push(made[0]!);
    if (at < figureRows) shown.push(made);
  });
  const judged = subject.features && (await judge(subject, material, group, source.what, first));
  const values = { pixels: mean(pixels), variety: variety.length > 0 ? mean(variety) : undefined, ...judged };
  return { ...source, shown, row: { what: source.what, role: source.role, n, values } };
}

/** How the feature net sees the first answer to each image. */
async function judge(
  subject: EvaluationContext,
  material: EvaluationData,
  group: Group,
  what: string,
  planes: readonly Float32Array[],
): Promise<{ readonly features: number; readonly precision?: number }> {
  const net = subject.features!;
  const seen = await net.featuresOf(`features, ${what}`, planes.length, async (at) => planes[at]!);
  const own = net.deepest(await material.known.features.real());
  const deepest: Vectors = net.deepest(seen);
  const features = mean(planes.map((_, at) => cosine(rowOf(deepest, at), rowOf(own, at))));
  if (!reads(subject, "caption")) return { features };
  return { features, precision: (await precisionOf(subject, group, await material.captionJudge(), seen)).precision };
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
  subject: EvaluationContext,
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
    data: await tileSheet(rows, subject.translation.target.imageSizePx, {
      headings,
      gapAfter: drawn.map((_, index) => index * samplesEach),
    }),
  };
}
