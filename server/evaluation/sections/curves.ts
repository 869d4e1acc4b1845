/**
 * What retrieval, guidance, temperature and ranking do: how much conditions explain of the samples, and whether a third party sees their
 * captions in them.
 */
import { imageSeed } from "../../engine/random.ts";
import { bestCandidate } from "../../engine/rank.ts";
import { curveChart } from "../curve-chart.ts";
import { decode, drawAll, type Wanted } from "../draw.ts";
import { type EvaluationContext, reads, wordsOf } from "../evaluation-context.ts";
import type { EvaluationData, Group } from "../groups.ts";
import { mean } from "../metrics/statistics.ts";
import { rowDistance } from "../metrics/vectors.ts";
import type { Column, Figure, Row, Table } from "../report.ts";
import { precisionOf } from "./alignment.ts";
import { firstOf, needsImages, type SectionPlan } from "./section.ts";

/** Images of each point at most. */
const imagesMax = 200;

interface Sweep {
  readonly key: "retrieval" | "guidance" | "temperature" | "best-of";
  readonly title: string;
  readonly values: readonly number[];
  /** What a value changes of a draw; `candidates` = draws of which the best is kept. */
  settingsOf(value: number): Partial<Wanted> & { readonly candidates?: number };
}

const retrievalSweep: Sweep = {
  key: "retrieval",
  title: "Share of retrieval",
  values: [0, 0.25, 0.5, 0.75, 0.9, 1],
  settingsOf: (retrieval) => ({ retrieval }),
};
/** What the flow does by itself, without retrieval. */
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
    // Ranking chooses among what differs: at a low temperature all candidates look alike.
    settingsOf: (candidates) => ({ candidates, temperature: 0.8, guidance: 0, retrieval: 0 }),
  },
];

export const curvesSection: SectionPlan = {
  id: "curves",
  title: "Retrieval, guidance, temperature and ranking",
  missing: (subject) =>
    firstOf(
      needsImages(subject),
      wordsOf(subject).length === 0 && "the translation reads no words: neither caption nor style",
    ),
  async run(subject, material) {
    const tables: Table[] = [];
    const figures: Figure[] = [];
    const hasRetrieval = subject.translation.retriever !== undefined;
    for (const sweep of hasRetrieval ? [retrievalSweep, ...sweeps] : sweeps) {
      const rows: Row[] = [];
      for (const value of sweep.values) rows.push(await point(subject, material!, sweep, value));
      tables.push({ title: sweep.title, columns: columnsOf(subject), rows });
      figures.push(...chartsOf(sweep, rows));
    }
    return {
      about:
        "Samples from captions and styles of held-out images, the same seeds at every point; of retrieval none but in their own table. Gain: mean log p(z|c) − log p(z|nothing) in nats, " +
        "exact, which guidance and ranking push up by design. R-precision@1 as in caption alignment tells whether the images get any better at " +
        "showing the caption; the distance of features to those of the held-out image, which nothing was fitted to, whether they get nearer to it.",
      tables,
      figures,
    };
  },
};

async function point(
  subject: EvaluationContext,
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
      seed: imageSeed(subject.settings.seed, at * candidates + k),
    })),
  );
  const drawn = await drawAll(subject, what, wanted);
  const best = words.map((_, at) => {
    const own = drawn.slice(at * candidates, (at + 1) * candidates);
    return own[bestCandidate(own)]!;
  });
  const gain = mean(best.map(({ conditionGain }) => conditionGain));
  if (!subject.features || !reads(subject, "caption")) return { what, role: "measured", n, values: { value, gain } };
  const features = await subject.features.featuresOf(what, n, (at) => decode(subject, best[at]!.latent));
  const { precision } = await precisionOf(subject, group, await captionJudge(), features);
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
