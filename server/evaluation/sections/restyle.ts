/**
 * Restyling against ground truth: an icon of the same concept in another style, restyled, is compared with the real icon in
 * that style.
 */
import { limits } from "../../../shared/limits.ts";
import { TrainingRandom } from "../../flow/random.ts";
import type { ImageItem } from "../../training/dataset/image-set.ts";
import { decode, drawAll, encodeLatents, invertAll } from "../draw.ts";
import { type EvaluationContext, encodeOwn, hasGuidance, wordsOf } from "../evaluation-context.ts";
import type { EvaluationData } from "../groups.ts";
import { meanSquaredError } from "../metrics/pixels.ts";
import { mean, shareOf } from "../metrics/statistics.ts";
import { rowDistance, type Vectors } from "../metrics/vectors.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Figure, Role, Row } from "../report.ts";
import { tileSheet } from "../tile-sheet.ts";
import { firstOf, needsCondition, needsImages, type SectionPlan } from "./section.ts";

interface Pair {
  /** A training image of the concept, in another style. */
  readonly source: ImageItem;
  /** The held-out image that restyling should give: the ground truth. */
  readonly truth: ImageItem;
}

/** One method; `latents` has each pair's image. */
interface Answer {
  readonly what: string;
  readonly role: Role;
  readonly latents: readonly Float32Array[];
}

const figureRows = 8;

export const restyleSection: SectionPlan = {
  id: "restyle",
  title: "Restyling",
  missing: (context) =>
    firstOf(
      needsImages(context),
      needsCondition(context, "style"),
      findPairs(context).length < 2 && "needs held-out images whose concept was trained on in another style",
    ),
  async run(context, data) {
    const pairs = findPairs(context);
    const answers = await answer(context, data!, pairs);
    // Computed once, compared with every method.
    const truths = await context.features?.featuresOf("features of truths", pairs.length, (at) =>
      data!.images.read(pairs[at]!.truth),
    );
    const distances: Distances[] = [];
    for (const { what, latents } of answers)
      distances.push(await distancesOf(context, data!, pairs, truths, { what, latents }));
    const copy = distances[answers.findIndex(({ role }) => role === "floor")]!;
    const closer = (own: readonly number[], other: readonly number[]): number =>
      shareOf(own.map((distance, at) => distance < other[at]!));
    const rows = answers.map(({ what, role }, at): Row => {
      const { pixels, features } = distances[at]!;
      return {
        what,
        role,
        n: pairs.length,
        values: {
          pixels: mean(pixels),
          pixelsCloser: role === "floor" ? undefined : closer(pixels, copy.pixels),
          features: features && mean(features),
          featuresCloser: features && role !== "floor" ? closer(features, copy.features!) : undefined,
        },
      };
    });
    return {
      about:
        "For held-out (concept, style) pairs: a training image of the concept in another style is inverted under its own caption and style, and the " +
        "same v is decoded under the target's style. Distance to the true image: root mean square over premultiplied pixels, and over " +
        "features of the feature net. *Closer* is the share of pairs that are nearer to the truth than the copied source is, both through the autoencoder.",
      tables: [
        {
          title: "Distance to the true image in the target style",
          columns: [
            { key: "pixels", label: "pixels", digits: 4, better: "lower" },
            { key: "pixelsCloser", label: "closer (pixels)", digits: 1, isShare: true, better: "higher" },
            { key: "features", label: "features", digits: 3, better: "lower" },
            { key: "featuresCloser", label: "closer (features)", digits: 1, isShare: true, better: "higher" },
          ],
          rows,
        },
      ],
      figures: [await figure(context, data!, pairs, answers)],
    };
  },
};

/** The first `limit` held-out images, each with a training image chosen by the seed. */
function findPairs({ images, settings: { seed, limit } }: EvaluationContext): Pair[] {
  const sources = new Map<string, ImageItem[]>();
  for (const item of images?.train ?? []) sources.set(item.concept, [...(sources.get(item.concept) ?? []), item]);
  return (images?.known ?? [])
    .flatMap((truth, at) => {
      const others = (sources.get(truth.concept) ?? []).filter(({ style }) => style !== truth.style);
      const source = others[new TrainingRandom(seed, at, "evaluation").below(others.length)];
      return source ? [{ source, truth }] : [];
    })
    .slice(0, limit);
}

async function answer(
  context: EvaluationContext,
  { images }: EvaluationData,
  pairs: readonly Pair[],
): Promise<Answer[]> {
  const { settings } = context;
  const names = wordsOf(context);
  const [own, requested] = [
    [] as Awaited<ReturnType<typeof encodeOwn>>[],
    [] as Awaited<ReturnType<typeof encodeOwn>>[],
  ];
  for (const { source, truth } of pairs) {
    const from = await encodeOwn(context, source, names);
    own.push(from);
    // The source's caption is kept: restyling changes the style alone.
    requested.push(await encodeOwn(context, { ...source, style: truth.style }, names));
  }
  const latentsOf = (what: string, item: (pair: Pair) => ImageItem): Promise<Float32Array[]> =>
    encodeLatents(context, what, pairs.length, (at) => images.read(item(pairs[at]!)));
  const sources = await latentsOf("sources of restyling", ({ source }) => source);
  const residuals = await invertAll(context, "inversions", sources, own);
  const zero = residuals.map((residual) => new Float32Array(residual.length));
  const draw = async (v: readonly Float32Array[], guidance: number): Promise<Float32Array[]> => {
    const wanted = requested.map((conditions, at) => ({ conditions, seed: 0, residual: v[at]!, guidance }));
    return (await drawAll(context, "restyled images", wanted)).map(({ latent }) => latent);
  };
  // Guidance of the settings, or the default when they have none.
  const guidance = hasGuidance(context) ? settings.guidance || limits.guidanceDefault : 0;
  const guided = async (): Promise<Answer> => ({
    what: `restyled, guidance ${guidance}`,
    role: "measured",
    latents: await draw(residuals, guidance),
  });
  return [
    { what: "restyled, guidance 0", role: "measured", latents: await draw(residuals, 0) },
    ...(guidance > 0 ? [await guided()] : []),
    { what: "source copied", role: "floor", latents: sources },
    { what: `${names.join(" and ")} alone (v = 0)`, role: "control", latents: await draw(zero, guidance) },
    {
      what: "truth through the autoencoder",
      role: "ceiling",
      latents: await latentsOf("truths", ({ truth }) => truth),
    },
  ];
}

interface Distances {
  readonly pixels: readonly number[];
  readonly features?: readonly number[] | undefined;
}

async function distancesOf(
  context: EvaluationContext,
  { images }: EvaluationData,
  pairs: readonly Pair[],
  truths: Vectors | undefined,
  { what, latents }: Pick<Answer, "what" | "latents">,
): Promise<Distances> {
  const pixels: number[] = [];
  const look = async (at: number): Promise<Float32Array> => {
    const made = await decode(context, latents[at]!);
    pixels[at] = Math.sqrt(meanSquaredError(made, await images.read(pairs[at]!.truth)));
    return made;
  };
  if (!truths) {
    await forEachChunk(context.progress, `distances, ${what}`, pairs.length, 1, async (at) => void (await look(at)));
    return { pixels };
  }
  const made = await context.features!.featuresOf(`distances, ${what}`, pairs.length, look);
  return { pixels, features: pairs.map((_, at) => rowDistance(made, truths, at)) };
}

async function figure(
  context: EvaluationContext,
  { images }: EvaluationData,
  pairs: readonly Pair[],
  answers: readonly Answer[],
): Promise<Figure> {
  const rows: Float32Array[][] = [];
  for (const [at, { source, truth }] of pairs.slice(0, figureRows).entries()) {
    const tiles = [await images.read(source)];
    for (const { role, latents } of answers) if (role === "measured") tiles.push(await decode(context, latents[at]!));
    rows.push([...tiles, await images.read(truth)]);
  }
  const captions = pairs
    .slice(0, figureRows)
    .map(({ source, truth }) => `${truth.captions[0]} (${source.style} → ${truth.style})`);
  const restyled = answers.filter(({ role }) => role === "measured").map(({ what }) => what.replace(", ", ",\n"));
  const headings = ["source", ...restyled, "true image"];
  return {
    file: "restyle.png",
    caption: `From left: ${headings.map((heading) => heading.replace("\n", " ")).join(" · ")}. From above: ${captions.join(", ")}.`,
    data: await tileSheet(rows, context.translation.target.imageSizePx, {
      headings,
      gapAfter: [0, headings.length - 2],
    }),
  };
}
