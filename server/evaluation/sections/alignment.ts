/** Caption alignment: does a sample show what its caption says, in the eyes of a net that had no part in making it? */
import type { FlowConditionName } from "../../../shared/conditions.ts";
import { imageSeed } from "../../engine/random.ts";
import { decode, drawAll } from "../draw.ts";
import { type EvaluationContext, encodeOwn, namesLabels, reads, wordsOf } from "../evaluation-context.ts";
import { captionVectors, type EvaluationData, type Group } from "../groups.ts";
import type { CaptionJudge } from "../metrics/caption-judge.ts";
import { type Ranking, rankCaptions } from "../metrics/r-precision.ts";
import { countOf, pickRows, type Vectors } from "../metrics/vectors.ts";
import type { Row } from "../report.ts";
import { firstOf, needsCondition, needsFeatures, needsImages, type SectionPlan } from "./section.ts";

/** Captions that compete with the true one. */
const rivals = 99;
/** Images of a row at least. */
const fewest = 2;

export const alignmentSection: SectionPlan = {
  id: "alignment",
  title: "Caption alignment",
  missing: (subject) => firstOf(needsImages(subject), needsFeatures(subject), needsCondition(subject, "caption")),
  async run(subject, material) {
    const rows: Row[] = [];
    for (const group of [material!.known, material!.unseen])
      if (group.items.length >= fewest) rows.push(...(await rowsOf(subject, material!, group)));
    if (material!.known.items.length >= fewest) rows.push(await trainingRow(subject, material!));
    rows.push(...(await strangerRows(subject, material!)));
    rows.push(...(await otherWords(subject, material!)));
    return {
      about:
        `R-precision@1 among ${rivals + 1} captions, or as many different ones as there are: features of ${subject.features!.name} are mapped to whitened caption vectors by ridge ` +
        "regression (closed form, fitted on real training images), and the caption that ranks first by cosine must be the image's own. Samples follow " +
        "captions as requests do, with the label that a caption names, and start from retrieved drawings where the translation has some. " +
        "What is third party and what is not: the net that looks at the images had no part in samples drawn from words, because it conditions only " +
        "when an image is given; the vectors of the captions that compete are the text expert's, which conditions the flow too. The ceilings are what " +
        "this judge says of images that are right. It was fitted on training images, which the retrieval of a base pack are made of (those of a style of one's own " +
        "come from its base, which this judge never saw): how much better it knows those, the control says. A stranger is a judge that was fitted without any image of the concepts that are asked for.",
      tables: [
        {
          title: "R-precision@1",
          columns: [{ key: "precision", label: "own caption first", digits: 1, isShare: true, better: "higher" }],
          rows,
        },
      ],
      figures: [],
    };
  },
};

async function rowsOf(subject: EvaluationContext, material: EvaluationData, group: Group): Promise<Row[]> {
  const judge = await material.captionJudge();
  const n = group.items.length;
  const rank = async (features: Vectors): Promise<Ranking> => precisionOf(subject, group, judge, features);
  const drawn = await group.features.drawn();
  const shifted = Array.from({ length: n }, (_, at) => (at + Math.floor(n / 2)) % n);
  const real = await rank(await group.features.real());
  const row = (what: string, role: Row["role"], precision: number): Row => ({
    what: `${group.name}: ${what}`,
    role,
    n,
    values: { precision },
  });
  return [
    row("samples", "measured", (await rank(drawn)).precision),
    row("chance", "floor", real.chance),
    row("samples with captions of others", "floor", (await rank(pickRows(drawn, shifted))).precision),
    row("reconstructions", "ceiling", (await rank(await group.features.rebuilt())).precision),
    row("real images", "ceiling", real.precision),
  ];
}

/** What the judge says of images that it was fitted on. */
async function trainingRow(subject: EvaluationContext, material: EvaluationData): Promise<Row> {
  const { images, known } = material;
  const step = Math.max(1, Math.floor(images.train.length / known.items.length));
  const kept = known.items.flatMap((_, at) => (images.train[at * step] ? [at * step] : []));
  const group: Group = { ...known, items: kept.map((at) => images.train[at]!) };
  const features = pickRows(await material.trainFeatures(), kept);
  const { precision } = await precisionOf(subject, group, await material.captionJudge(), features);
  return {
    what: "training images, which the judge was fitted on",
    role: "control",
    n: kept.length,
    values: { precision },
  };
}

/** What a judge says that has no drawing of these concepts by heart. */
async function strangerRows(subject: EvaluationContext, material: EvaluationData): Promise<Row[]> {
  const { known, images } = material;
  const concepts = new Set(known.items.map(({ concept }) => concept));
  if (known.items.length < fewest || images.train.filter(({ concept }) => !concepts.has(concept)).length < fewest)
    return [];
  const judge = await material.heldOutConceptJudge();
  const seedOf = (at: number): number => imageSeed(subject.settings.seed, at);
  const ofAlone = async (): Promise<Vectors> => {
    const what = "samples without retrieval";
    const wanted = (await known.words()).map((conditions, at) => ({ conditions, seed: seedOf(at), retrieval: 0 }));
    const alone = await drawAll(subject, what, wanted);
    return subject.features!.featuresOf(`features, ${what}`, alone.length, (at) => decode(subject, alone[at]!.latent));
  };
  const { drawn, rebuilt, real } = known.features;
  const rows: ReadonlyArray<readonly [what: string, role: Row["role"], features: () => Promise<Vectors>]> = [
    ["samples", "measured", drawn],
    ...(subject.translation.retriever ? [["samples without retrieval", "control", ofAlone] as const] : []),
    ["reconstructions", "ceiling", rebuilt],
    ["real images", "ceiling", real],
  ];
  const told: Row[] = [];
  for (const [what, role, features] of rows) {
    const { precision } = await precisionOf(subject, known, judge, await features());
    told.push({ what: `${known.name}, by a stranger: ${what}`, role, n: known.items.length, values: { precision } });
  }
  return told;
}

/** R-precision of images, given by their features, for the captions of a group in its order. */
export async function precisionOf(
  subject: EvaluationContext,
  group: Group,
  judge: CaptionJudge,
  features: Vectors,
): Promise<Ranking> {
  const items = group.items.slice(0, countOf(features));
  return rankCaptions(
    judge.predict(features),
    judge.place(await captionVectors(subject, items)),
    items.map(({ captions }) => captions[0]!),
    { rivals, seed: subject.settings.seed },
  );
}

/** Other words than a request's caption and style. */
interface Way {
  readonly what: string;
  readonly names: readonly FlowConditionName[];
  /** As in `encodeOwn`. */
  readonly namesLabel?: boolean;
  readonly isAsked: boolean;
}

/** Samples for other words than the caption and style of a request: the caption without a style, and the label instead of the caption. */
async function otherWords(subject: EvaluationContext, material: EvaluationData): Promise<Row[]> {
  const { known } = material;
  const ways: readonly Way[] = [
    { what: "samples from the caption alone", names: ["caption"], isAsked: reads(subject, "style") },
    { what: "samples from label and style, no caption", names: ["label", "style"], isAsked: reads(subject, "label") },
    {
      what: "samples, the label that the caption names left out",
      names: wordsOf(subject),
      namesLabel: false,
      isAsked: namesLabels(subject),
    },
  ];
  const rows: Row[] = [];
  for (const { what, names, namesLabel } of ways.filter(({ isAsked }) => isAsked)) {
    const asked = await Promise.all(known.items.map((item) => encodeOwn(subject, item, names, namesLabel)));
    const kept = known.items.flatMap((_, at) => (asked[at]![names[0]!] ? [at] : []));
    if (kept.length < fewest) continue;
    const drawn = await drawAll(
      subject,
      what,
      kept.map((at) => ({ conditions: asked[at]!, seed: imageSeed(subject.settings.seed, at) })),
    );
    const features = await subject.features!.featuresOf(`features, ${what}`, kept.length, (at) =>
      decode(subject, drawn[at]!.latent),
    );
    const group: Group = { ...known, items: kept.map((at) => known.items[at]!) };
    const { precision } = await precisionOf(subject, group, await material.captionJudge(), features);
    rows.push({ what: `${known.name}: ${what}`, role: "measured", n: kept.length, values: { precision } });
  }
  return rows;
}
