/**
 * Do samples follow a picture condition, and words beside it? Extracts the condition again from the samples and compares, for
 * each condition alone and for both, without and with guidance: for sketch, layout and low resolution alike. pictures.ts
 * extracts and compares, ablations.ts draws.
 */
import { type EvaluationContext, hasGuidance, reads, wordsOf } from "../evaluation-context.ts";
import type { EvaluationData, Group } from "../groups.ts";
import { mean, shareOf } from "../metrics/statistics.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Column, Figure, Row, Table } from "../report.ts";
import { tileSheet } from "../tile-sheet.ts";
import { ablations, guidedWord, references, type Variant } from "./ablations.ts";
import { precisionOf } from "./alignment.ts";
import { layoutPicture, lowResolutionPicture, type Picture, sketchPicture } from "./pictures.ts";
import { firstOf, needsCondition, needsImages, type SectionPlan } from "./section.ts";

/** Most images of a row. */
const imagesMax = 200;
const figureRows = 8;
/** Images of concepts never trained on: fewer are not meaningful, more take long. */
const [unseenMin, unseenMax] = [8, 100] as const;

export const consistencySections: readonly SectionPlan[] = [sketchPicture, layoutPicture, lowResolutionPicture].map(
  (picture) => ({
    id: picture.id,
    title: picture.title,
    missing: (context) => firstOf(needsImages(context), needsCondition(context, picture.condition)),
    run: (context, data) => runConsistency(context, data!, picture),
  }),
);

/** The results of one variant. */
interface Measured extends Variant {
  readonly scores: readonly number[];
  /** Whether each image's own caption ranked first; absent without a feature net. */
  readonly isFirst?: readonly boolean[] | undefined;
  /** The first images, for the figure. */
  readonly shown: readonly Float32Array[];
}

async function runConsistency(context: EvaluationContext, data: EvaluationData, picture: Picture) {
  const { known, unseen } = data;
  const measured = (group: Group, most: number, guidance: "each" | "off"): Promise<GroupMeasured> =>
    measureGroup(context, data, picture, { ...group, items: group.items.slice(0, most) }, guidance);
  const of = await measured(known, imagesMax, hasGuidance(context) ? "each" : "off");
  const measuredUnseen = unseen.items.length < unseenMin ? undefined : await measured(unseen, unseenMax, "off");
  const about = [
    picture.about,
    ...(wordsOf(context).length === 0
      ? []
      : [
          `Words are the image's caption and style. Guidance of words is that of the ${guidedWord(context)}, with all other conditions kept.`,
        ]),
    ...(of.measured.some(({ weights }) => weights.retrieval === 0)
      ? [
          "Samples start from retrieved drawings, as requests do: training drawings that the words name or that look like the picture. Among them are drawings " +
            "of the held-out concepts in other styles. Rows without retrieval show the flow alone.",
        ]
      : []),
  ];
  return {
    about: about.join(" "),
    tables: [
      tableOf(picture, picture.title, of),
      ...(measuredUnseen ? [tableOf(picture, `${picture.title}, ${unseen.name}`, measuredUnseen)] : []),
    ],
    figures: [await figure(context, picture, of.measured, of.real)],
  };
}

/** The results of a group, and the score from which a picture counts as followed. */
interface GroupMeasured {
  readonly measured: readonly Measured[];
  readonly threshold: number;
  readonly real: (at: number) => Promise<Float32Array>;
}

async function measureGroup(
  context: EvaluationContext,
  data: EvaluationData,
  picture: Picture,
  group: Group,
  guidance: "each" | "off",
): Promise<GroupMeasured> {
  const { items } = group;
  const real = (at: number): Promise<Float32Array> => data.images.read(items[at]!);
  const variants = [
    ...(await ablations(context, group, picture, guidance)),
    ...references(context, items.length, real),
  ];
  const given: ReturnType<Picture["extract"]>[] = [];
  for (let at = 0; at < items.length; at += 1) given.push(picture.extract(context, await real(at)));
  const judge = (planes: Float32Array, at: number): number =>
    picture.score(picture.extract(context, planes), given[at]!);
  const measured: Measured[] = [];
  for (const variant of variants) measured.push(await measure(context, data, group, variant, judge));
  const scoreOf = (what: string): number => mean(measured.find((variant) => variant.what === what)!.scores);
  return { measured, threshold: (scoreOf("real images of others") + scoreOf("reconstructions")) / 2, real };
}

function tableOf(picture: Picture, title: string, { measured, threshold }: GroupMeasured): Table {
  const hasAlignment = measured.some(({ isFirst }) => isFirst !== undefined);
  const rows = measured.map(
    ({ what, role, weights: { words, picture: ofPicture }, scores, isFirst }): Row => ({
      what,
      role,
      n: scores.length,
      values: {
        words,
        picture: ofPicture,
        score: mean(scores),
        precision: isFirst && shareOf(isFirst),
        both: isFirst && shareOf(scores.map((score, at) => score >= threshold && isFirst[at]!)),
      },
    }),
  );
  return {
    title,
    columns: columnsOf(picture, hasAlignment),
    rows,
    ...(hasAlignment && {
      note:
        "R-precision@1 as in caption alignment. *Both followed*: the own caption ranks first, and the picture scores at least " +
        `${threshold.toFixed(picture.column.digits + 1)}, half-variant between other real images and reconstructions.`,
    }),
  };
}

async function measure(
  context: EvaluationContext,
  { captionJudge }: EvaluationData,
  group: Group,
  variant: Variant,
  judge: (planes: Float32Array, at: number) => number,
): Promise<Measured> {
  const { items } = group;
  const made: Float32Array[] = [];
  const scores: number[] = [];
  await forEachChunk(context.progress, `judging ${variant.what}`, items.length, 1, async (at) => {
    made.push(await variant.image(at));
    scores.push(judge(made[at]!, at));
  });
  const shown = made.slice(0, figureRows);
  if (!context.features || !reads(context, "caption")) return { ...variant, scores, shown };
  const features = await context.features.featuresOf(
    `features, ${variant.what}`,
    items.length,
    async (at) => made[at]!,
  );
  const { isFirst } = await precisionOf(context, group, await captionJudge(), features);
  return { ...variant, scores, shown, isFirst };
}

function columnsOf({ column, name }: Picture, hasAlignment: boolean): Column[] {
  return [
    { key: "words", label: "guidance of words", digits: 0 },
    { key: "picture", label: `guidance of ${name}`, digits: 0 },
    column,
    ...(hasAlignment
      ? ([
          { key: "precision", label: "R-precision@1 of captions", digits: 1, isShare: true, better: "higher" },
          { key: "both", label: "both followed", digits: 1, isShare: true, better: "higher" },
        ] as const)
      : []),
  ];
}

async function figure(
  context: EvaluationContext,
  picture: Picture,
  measured: readonly Measured[],
  real: (at: number) => Promise<Float32Array>,
): Promise<Figure> {
  const shown = measured.filter(({ heading }) => heading !== undefined);
  const tiles: Float32Array[][] = [];
  for (let at = 0; at < shown[0]!.shown.length; at += 1) {
    const image = await real(at);
    tiles.push([picture.draw(context, image), ...shown.map((variant) => variant.shown[at]!), image]);
  }
  const headings = [`${picture.name}\ngiven`, ...shown.map(({ heading }) => heading!), "real\nimage"];
  return {
    file: `${picture.id}.png`,
    caption: `The first ${tiles.length} held-out images; from left: ${headings.map((heading) => heading.replace("\n", " ")).join(" · ")}.`,
    data: await tileSheet(tiles, context.translation.target.imageSizePx, { headings, gapAfter: [0, shown.length] }),
  };
}
