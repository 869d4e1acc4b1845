/** Caption alignment: does a sample show what its caption says, according to a net that had no part in drawing it? */
import type { FlowConditionName } from "../../../shared/contract/conditions.ts";
import { imageSeed } from "../../engine/random.ts";
import { decode, drawAll } from "../draw.ts";
import { type EvaluationContext, encodeOwn, namesLabels, reads, wordsOf } from "../evaluation-context.ts";
import { captionVectors, type EvaluationData, type Group } from "../groups.ts";
import type { CaptionJudge } from "../metrics/caption-judge.ts";
import { type Ranking, rankCaptions } from "../metrics/r-precision.ts";
import { countOf, pickRows, type Vectors } from "../metrics/vectors.ts";
import type { Row } from "../report.ts";
import { firstOf, needsCondition, needsFeatures, needsImages, type SectionPlan } from "./section.ts";

/** Mismatched captions that are ranked with the true one. */
const distractors = 99;
/** Fewest images of a row. */
const fewest = 2;

export const alignmentSection: SectionPlan = {
  id: "alignment",
  title: "Caption alignment",
  missing: (context) => firstOf(needsImages(context), needsFeatures(context), needsCondition(context, "caption")),
  async run(context, data) {
    const rows: Row[] = [];
    for (const group of [data!.known, data!.unseen])
      if (group.items.length >= fewest) rows.push(...(await rowsOf(context, data!, group)));
    if (data!.known.items.length >= fewest) rows.push(await trainingRow(context, data!));
    rows.push(...(await heldOutConceptRows(context, data!)));
    rows.push(...(await otherWords(context, data!)));
    return {
      about:
        `R-precision@1 among ${distractors + 1} captions, or as many different ones as there are. Features of ${context.features!.name} are mapped to whitened caption vectors by ridge ` +
        "regression (closed form, fitted on real training images), and the image's own caption must rank first by cosine. Samples follow " +
        "captions as requests do, with the label that a caption names, and start from retrieved drawings where the translation has some. " +
        "Is the judge a third party? The net that looks at the images has no part in samples drawn from words, because it conditions only " +
        "when an image is given. The caption vectors are those of the text expert, which conditions the flow, too. The ceilings are the judge's results for " +
        "real images. The judge was fitted on training images, and a base pack's retrieval index is made of them (a user style's index " +
        "comes from its base, which this judge never saw). The control shows how much better it knows them. Rows of the held-out-concept judge use a judge that was fitted without any image of these concepts.",
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

async function rowsOf(context: EvaluationContext, data: EvaluationData, group: Group): Promise<Row[]> {
  const judge = await data.captionJudge();
  const n = group.items.length;
  const rank = async (features: Vectors): Promise<Ranking> => precisionOf(context, group, judge, features);
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

/** The precision of images that the judge was fitted on. */
async function trainingRow(context: EvaluationContext, data: EvaluationData): Promise<Row> {
  const { images, known } = data;
  const step = Math.max(1, Math.floor(images.train.length / known.items.length));
  const kept = known.items.flatMap((_, at) => (images.train[at * step] ? [at * step] : []));
  const group: Group = { ...known, items: kept.map((at) => images.train[at]!) };
  const features = pickRows(await data.trainFeatures(), kept);
  const { precision } = await precisionOf(context, group, await data.captionJudge(), features);
  return {
    what: "training images, which the judge was fitted on",
    role: "control",
    n: kept.length,
    values: { precision },
  };
}

/** The precision according to a judge that was fitted without the concepts of the group. */
async function heldOutConceptRows(context: EvaluationContext, data: EvaluationData): Promise<Row[]> {
  const { known, images } = data;
  const concepts = new Set(known.items.map(({ concept }) => concept));
  if (known.items.length < fewest || images.train.filter(({ concept }) => !concepts.has(concept)).length < fewest)
    return [];
  const judge = await data.heldOutConceptJudge();
  const seedOf = (at: number): number => imageSeed(context.settings.seed, at);
  const withoutRetrieval = async (): Promise<Vectors> => {
    const what = "samples without retrieval";
    const wanted = (await known.words()).map((conditions, at) => ({ conditions, seed: seedOf(at), retrieval: 0 }));
    const alone = await drawAll(context, what, wanted);
    return context.features!.featuresOf(`features, ${what}`, alone.length, (at) => decode(context, alone[at]!.latent));
  };
  const { drawn, rebuilt, real } = known.features;
  const rows: ReadonlyArray<readonly [what: string, role: Row["role"], features: () => Promise<Vectors>]> = [
    ["samples", "measured", drawn],
    ...(context.translation.retriever ? [["samples without retrieval", "control", withoutRetrieval] as const] : []),
    ["reconstructions", "ceiling", rebuilt],
    ["real images", "ceiling", real],
  ];
  const results: Row[] = [];
  for (const [what, role, features] of rows) {
    const { precision } = await precisionOf(context, known, judge, await features());
    results.push({
      what: `${known.name}, held-out-concept judge: ${what}`,
      role,
      n: known.items.length,
      values: { precision },
    });
  }
  return results;
}

/** R-precision of images, given by their features in the order of the group, for the group's captions. */
export async function precisionOf(
  context: EvaluationContext,
  group: Group,
  judge: CaptionJudge,
  features: Vectors,
): Promise<Ranking> {
  const items = group.items.slice(0, countOf(features));
  return rankCaptions(
    judge.predict(features),
    judge.place(await captionVectors(context, items)),
    items.map(({ captions }) => captions[0]!),
    { distractors, seed: context.settings.seed },
  );
}

/** Words other than a request's caption and style. */
interface Words {
  readonly what: string;
  readonly names: readonly FlowConditionName[];
  /** As in `encodeOwn`. */
  readonly namesLabel?: boolean;
  readonly isApplicable: boolean;
}

/**
 * Samples for other words than the caption and style of a request: the caption without a style, the label instead of the
 * caption, and the caption without the label that it names.
 */
async function otherWords(context: EvaluationContext, data: EvaluationData): Promise<Row[]> {
  const { known } = data;
  const variants: readonly Words[] = [
    { what: "samples from the caption alone", names: ["caption"], isApplicable: reads(context, "style") },
    {
      what: "samples from label and style, no caption",
      names: ["label", "style"],
      isApplicable: reads(context, "label"),
    },
    {
      what: "samples without the label that the caption names",
      names: wordsOf(context),
      namesLabel: false,
      isApplicable: namesLabels(context),
    },
  ];
  const rows: Row[] = [];
  for (const { what, names, namesLabel } of variants.filter(({ isApplicable }) => isApplicable)) {
    const requested = await Promise.all(known.items.map((item) => encodeOwn(context, item, names, namesLabel)));
    const kept = known.items.flatMap((_, at) => (requested[at]![names[0]!] ? [at] : []));
    if (kept.length < fewest) continue;
    const drawn = await drawAll(
      context,
      what,
      kept.map((at) => ({ conditions: requested[at]!, seed: imageSeed(context.settings.seed, at) })),
    );
    const features = await context.features!.featuresOf(`features, ${what}`, kept.length, (at) =>
      decode(context, drawn[at]!.latent),
    );
    const group: Group = { ...known, items: kept.map((at) => known.items[at]!) };
    const { precision } = await precisionOf(context, group, await data.captionJudge(), features);
    rows.push({ what: `${known.name}: ${what}`, role: "measured", n: kept.length, values: { precision } });
  }
  return rows;
}
