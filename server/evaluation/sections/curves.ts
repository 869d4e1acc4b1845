/**
 * The effect of retrieval, guidance, temperature and ranking: how much the conditions explain of the samples, and whether the
 * feature net sees their captions.
 */
import { imageSeed } from "../../engine/random.ts";
import { bestCandidate } from "../../engine/rank.ts";
import { curveChart } from "../curve-chart.ts";
import { decode, drawAll, type SampleRequest } from "../draw.ts";
import { type EvaluationContext, hasGuidance, reads, wordsOf } from "../evaluation-context.ts";
import type { EvaluationData, Group } from "../groups.ts";
import { mean } from "../metrics/statistics.ts";
import { rowDistance } from "../metrics/vectors.ts";
import type { Column, Figure, Row, Table } from "../report.ts";
import { precisionOf } from "./alignment.ts";
import { firstOf, needsImages, type SectionPlan } from "./section.ts";

/** Most images of a point. */
const imagesMax = 200;

interface Sweep {
  readonly key: "retrieval" | "guidance" | "temperature" | "best-of";
  readonly title: string;
  readonly values: readonly number[];
  /** The settings for a value; `candidates` = samples of which the best is kept. */
  settingsOf(value: number): Partial<SampleRequest> & { readonly candidates?: number };
}

const retrievalSweep: Sweep = {
  key: "retrieval",
  title: "Share of retrieval",
  values: [0, 0.25, 0.5, 0.75, 0.9, 1],
  settingsOf: (retrieval) => ({ retrieval }),
};
/** Sweeps of the flow alone, without retrieval. */
const sweeps: readonly Sweep[] = [
  {
    key: "guidance",
    title: "Guidance",
    values: [0, 0.5, 1, 2, 3],
    settingsOf: (guidance) => ({ guidance, retrieval: 0 }),
  },
  {
    key: "temperature",
    title: "Temperature",
    values: [0, 0.2, 0.5, 0.8, 1],
    settingsOf: (temperature) => ({ temperature, retrieval: 0 }),
  },
  {
    key: "best-of",
    title: "Best of K at temperature 0.8, guidance 0",
    values: [1, 2, 4, 8],
    // Ranking needs candidates that differ; at a low temperature they all look alike.
    settingsOf: (candidates) => ({ candidates, temperature: 0.8, guidance: 0, retrieval: 0 }),
  },
];

export const curvesSection: SectionPlan = {
  id: "curves",
  title: "Retrieval, guidance, temperature and ranking",
  missing: (context) =>
    firstOf(
      needsImages(context),
      wordsOf(context).length === 0 && "the translation reads no words: neither caption nor style",
    ),
  async run(context, data) {
    const tables: Table[] = [];
    const figures: Figure[] = [];
    const hasRetrieval = context.translation.retriever !== undefined;
    const isAble = ({ key }: Sweep): boolean => key !== "guidance" || hasGuidance(context);
    for (const sweep of [...(hasRetrieval ? [retrievalSweep] : []), ...sweeps].filter(isAble)) {
      const rows: Row[] = [];
      for (const value of sweep.values) rows.push(await point(context, data!, sweep, value));
      tables.push({ title: sweep.title, columns: columnsOf(context), rows });
      figures.push(...chartsOf(sweep, rows));
    }
    return {
      about:
        "Samples from captions and styles of held-out images, the same seeds at every point, and no retrieval except in its own table. Gain: mean log p(z|c) − log p(z|nothing) in nats, " +
        "exact; guidance and ranking increase it by design. R-precision@1 (see caption alignment) shows whether the images show the caption " +
        "any better. The feature distance to the held-out image, which nothing was fitted to, shows whether they get nearer to it.",
      tables,
      figures,
    };
  },
};

async function point(
  context: EvaluationContext,
  { known, captionJudge }: EvaluationData,
  { key, settingsOf }: Sweep,
  value: number,
): Promise<Row> {
  const group: Group = { ...known, items: known.items.slice(0, imagesMax) };
  const n = group.items.length;
  const { candidates = 1, ...settings } = settingsOf(value);
  const words = (await known.words()).slice(0, n);
  const what = `${key} ${value}`;
  // The seeds of a request with `bestOf`: candidate k of image i has seed + i · K + k.
  const wanted = words.flatMap((conditions, at) =>
    Array.from({ length: candidates }, (_, k) => ({
      ...settings,
      conditions,
      seed: imageSeed(context.settings.seed, at * candidates + k),
    })),
  );
  const drawn = await drawAll(context, what, wanted);
  const best = words.map((_, at) => {
    const own = drawn.slice(at * candidates, (at + 1) * candidates);
    return own[bestCandidate(own)]!;
  });
  const gain = mean(best.map(({ conditionGain }) => conditionGain));
  if (!context.features || !reads(context, "caption")) return { what, role: "measured", n, values: { value, gain } };
  const features = await context.features.featuresOf(what, n, (at) => decode(context, best[at]!.latent));
  const { precision } = await precisionOf(context, group, await captionJudge(), features);
  const real = await known.features.real();
  const distance = mean(best.map((_, at) => rowDistance(features, real, at)));
  return { what, role: "measured", n, values: { value, gain, precision, distance } };
}

const columnsOf = ({ features }: EvaluationContext): Column[] => [
  { key: "gain", label: "gain, nats", digits: 1, better: "higher" },
  ...(features
    ? [
        { key: "precision", label: "R-precision@1", digits: 1, isShare: true, better: "higher" } as const,
        { key: "distance", label: "features to the true image", digits: 3, better: "lower" } as const,
      ]
    : []),
];

function chartsOf({ key, title }: Sweep, rows: readonly Row[]): Figure[] {
  const curve = (column: string, factor: number) =>
    rows.flatMap(({ values }) =>
      values[column] === undefined ? [] : [[values["value"]!, factor * values[column]] as const],
    );
  const charts = [
    { column: "gain", label: "mean gain, nats", factor: 1 },
    { column: "precision", label: "R-precision@1, per cent", factor: 100 },
  ];
  return charts.flatMap(({ column, label, factor }) => {
    const points = curve(column, factor);
    if (points.length === 0) return [];
    const data = curveChart([{ label, points }], title.toLowerCase(), label);
    return [{ file: `${key}-${column}.svg`, caption: `${title}: ${label}.`, data }];
  });
}
