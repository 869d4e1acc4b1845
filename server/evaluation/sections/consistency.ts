/**
 * Do images obey a picture condition, and words beside it? Extract it again from what was made and compare, for each alone and for
 * both together, with guidance off and on for each: the same for sketch, layout and low resolution. What is extracted and how it is
 * compared is in pictures.ts, what is asked for in ablations.ts.
 */
import { type EvaluationContext, reads, wordsOf } from "../evaluation-context.ts";
import type { EvaluationData, Group } from "../groups.ts";
import { mean, shareOf } from "../metrics/statistics.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Column, Figure, Row, Table } from "../report.ts";
import { tileSheet } from "../tile-sheet.ts";
import { ablations, guidedWord, references, type Way } from "./ablations.ts";
import { precisionOf } from "./alignment.ts";
import { layoutPicture, lowResolutionPicture, type Picture, sketchPicture } from "./pictures.ts";
import { firstOf, needsCondition, needsImages, type SectionPlan } from "./section.ts";

/** Images of each row at most. */
const imagesMax = 200;
const figureRows = 8;
/** Images of concepts never seen: fewer say nothing, more take long. */
const [strangersMin, strangersMax] = [8, 100] as const;

export const consistencySections: readonly SectionPlan[] = [sketchPicture, layoutPicture, lowResolutionPicture].map(
  (picture) => ({
    id: picture.id,
    title: picture.title,
    missing: (subject) => firstOf(needsImages(subject), needsCondition(subject, picture.condition)),
    run: (subject, material) => runConsistency(subject, material!, picture),
  }),
);

/** What was measured of the images of one way. */
interface Measured extends Way {
  readonly scores: readonly number[];
  /** Whether each image's own caption came first; absent without a net to judge by. */
  readonly isFirst?: readonly boolean[] | undefined;
  /** The first images, for the figure. */
  readonly shown: readonly Float32Array[];
}

async function runConsistency(subject: EvaluationContext, material: EvaluationData, picture: Picture) {
  const { known, unseen } = material;
  const measured = (group: Group, most: number, guidance: "each" | "off"): Promise<GroupMeasured> =>
    measureGroup(subject, material, picture, { ...group, items: group.items.slice(0, most) }, guidance);
  const of = await measured(known, imagesMax, "each");
  const strange = unseen.items.length < strangersMin ? undefined : await measured(unseen, strangersMax, "off");
  const about = [
    picture.about,
    ...(wordsOf(subject).length === 0
      ? []
      : [
          `Words are the image's caption and style; guidance of words is that of the ${guidedWord(subject)}, against all the rest.`,
        ]),
    ...(of.measured.some(({ weights }) => weights.retrieval === 0)
      ? [
          "Samples start from retrieved drawings, as requests do: drawings of training in other styles, sisters of the held-out ones among them, that words name or that look " +
            "like the picture. Rows without retrieval are the flow alone.",
        ]
      : []),
  ];
  return {
    about: about.join(" "),
    tables: [
      tableOf(picture, picture.title, of),
      ...(strange ? [tableOf(picture, `${picture.title}, ${unseen.name}`, strange)] : []),
    ],
    figures: [await figure(subject, picture, of.measured, of.real)],
  };
}

/** What was measured of the images of a group, and from which score on a picture counts as obeyed. */
interface GroupMeasured {
  readonly measured: readonly Measured[];
  readonly threshold: number;
  readonly real: (at: number) => Promise<Float32Array>;
}

async function measureGroup(
  subject: EvaluationContext,
  material: EvaluationData,
  picture: Picture,
  group: Group,
  guidance: "each" | "off",
): Promise<GroupMeasured> {
  const { items } = group;
  const real = (at: number): Promise<Float32Array> => material.images.read(items[at]!);
  const ways = [...(await ablations(subject, group, picture, guidance)), ...references(subject, items.length, real)];
  const given: ReturnType<Picture["extract"]>[] = [];
  for (let at = 0; at < items.length; at += 1) given.push(picture.extract(subject, await real(at)));
  const judge = (planes: Float32Array, at: number): number =>
    picture.score(picture.extract(subject, planes), given[at]!);
  const measured: Measured[] = [];
  for (const way of ways) measured.push(await measure(subject, material, group, way, judge));
  const scoreOf = (what: string): number => mean(measured.find((way) => way.what === what)!.scores);
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
        "R-precision@1 as in caption alignment. *Both obeyed*: the own caption comes first, and the picture scores at least " +
        `${threshold.toFixed(picture.column.digits + 1)}, half-way from real images of others to reconstructions.`,
    }),
  };
}

async function measure(
  subject: EvaluationContext,
  { captionJudge }: EvaluationData,
  group: Group,
  way: Way,
  judge: (planes: Float32Array, at: number) => number,
): Promise<Measured> {
  const { items } = group;
  const made: Float32Array[] = [];
  const scores: number[] = [];
  await forEachChunk(subject.watch, `judging ${way.what}`, items.length, 1, async (at) => {
    made.push(await way.image(at));
    scores.push(judge(made[at]!, at));
  });
  const shown = made.slice(0, figureRows);
  if (!subject.features || !reads(subject, "caption")) return { ...way, scores, shown };
  const features = await subject.features.featuresOf(`features, ${way.what}`, items.length, async (at) => made[at]!);
  const { isFirst } = await precisionOf(subject, group, await captionJudge(), features);
  return { ...way, scores, shown, isFirst };
}

function columnsOf({ column, name }: Picture, hasAlignment: boolean): Column[] {
  return [
    { key: "words", label: "guidance of words", digits: 0 },
    { key: "picture", label: `guidance of ${name}`, digits: 0 },
    column,
    ...(hasAlignment
      ? ([
          { key: "precision", label: "R-precision@1 of captions", digits: 1, isShare: true, better: "higher" },
          { key: "both", label: "both obeyed", digits: 1, isShare: true, better: "higher" },
        ] as const)
      : []),
  ];
}

async function figure(
  subject: EvaluationContext,
  picture: Picture,
  measured: readonly Measured[],
  real: (at: number) => Promise<Float32Array>,
): Promise<Figure> {
  const shown = measured.filter(({ heading }) => heading !== undefined);
  const tiles: Float32Array[][] = [];
  for (let at = 0; at < shown[0]!.shown.length; at += 1) {
    const image = await real(at);
    tiles.push([picture.draw(subject, image), ...shown.map((way) => way.shown[at]!), image]);
  }
  const headings = [`${picture.name}\ngiven`, ...shown.map(({ heading }) => heading!), "real\nimage"];
  return {
    file: `${picture.id}.png`,
    caption: `The first ${tiles.length} held-out images; from left: ${headings.map((heading) => heading.replace("\n", " ")).join(" · ")}.`,
    data: await tileSheet(tiles, subject.translation.target.imageSizePx, { headings, gapAfter: [0, shown.length] }),
  };
}
