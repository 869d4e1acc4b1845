/** Held-out nats per dimension: how well the flow models images that it never saw, and how much each condition contributes. */
import { type FlowConditionName, isWord } from "../../../shared/contract/conditions.ts";
import type { EncodedConditions } from "../../engine/conditions.ts";
import { logNormal } from "../../engine/log-normal.ts";
import { evaluationBatch, heldOutNats, measuredRows } from "../../flow/held-out.ts";
import type { Batch, TrainingSet } from "../../flow/training-set.ts";
import { denseTable } from "../../flow/vector-table.ts";
import type { ImageItem } from "../../training/dataset/image-set.ts";
import { diagonalGaussianNats } from "../../training/fit-flow.ts";
import { type EvaluationContext, encodeOwn, wordsOf } from "../evaluation-context.ts";
import type { EvaluationData } from "../groups.ts";
import { columnMeans, meanSquareAround } from "../metrics/ridge.ts";
import { mean, shareOf } from "../metrics/statistics.ts";
import { pickRows, rowOf, type Vectors } from "../metrics/vectors.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Row } from "../report.ts";
import { needsImages, type SectionPlan } from "./section.ts";

export const heldOutSection: SectionPlan = {
  id: "held-out",
  title: "Held-out likelihood",
  missing: (context) => needsImages(context) || undefined,
  async run(context, data) {
    const set = await encodeGroup(context, data!);
    const n = measuredRows(set).length;
    // Shuffling pairs rows within a batch; a shift by a whole batch would pair each row with itself.
    const shift = Math.max(1, Math.floor(evaluationBatch(set) / 2));
    const names = set.conditions.map(({ name }) => name as FlowConditionName);
    const variance = varianceOf(set);
    const measure = async (given: readonly FlowConditionName[], by = 0): Promise<Measured> => {
      context.progress.step(`likelihood given ${given.join(", ") || "nothing"}`, 0, 1);
      const errors: number[] = [];
      const measureBatch = async (batch: Batch): Promise<Float32Array> => {
        errors.push(await errorOf(context, batch));
        return natsOf(context, batch);
      };
      const nats = await heldOutNats(set, measureBatch, { given: new Set(given), shift: by });
      // No condition can explain the posterior noise in z.
      return { nats, explained: 1 - (mean(errors) - context.frozen.posteriorStd ** 2) / variance };
    };
    const row = (what: string, role: Row["role"], measured: Measured, given?: number): Row => ({
      what,
      role,
      n,
      values: { ...measured, given },
    });
    const words = wordsOf(context);
    const subsets = subsetsOf(names, words);
    const rows = [row("all conditions", "measured", await measure(names))];
    for (const subset of subsets) {
      const what = subset.length > 1 ? subset.join(" + ") : `${subset[0]} alone`;
      rows.push(
        row(what, "measured", await measure(subset), subset.length > 1 ? undefined : shareWith(set, subset[0]!)),
      );
    }
    rows.push(
      row("nothing", "floor", await measure([])),
      row("all conditions, shuffled", "control", await measure(names, shift)),
    );
    if (words.length > 0 && words.length < names.length)
      rows.push(row(`${words.join(" + ")}, shuffled`, "control", await measure(words, shift)));
    rows.push(row("diagonal Gaussian", "floor", { nats: diagonalGaussianNats(set), explained: 0 }));
    const posterior = 0.5 * Math.log(2 * Math.PI * Math.E * context.frozen.posteriorStd ** 2);
    rows.push(row("noise of the posterior", "ceiling", { nats: posterior, explained: 1 }));
    return {
      about:
        "Mean −log p(z|c) per dimension of held-out images, z with posterior noise as in training, measured with the serving sessions. " +
        "Shuffled conditions belong to another image and show how much the conditions matter. Conditions that an image lacks, such as a label outside the vocabulary, " +
        "stay absent. No flow can be below the noise that training adds to z. Explained by v = 0: share of the variance of z around its mean over " +
        "training images (R²) that the flow predicts at temperature 0 without guidance.",
      tables: [
        {
          title: "Nats per dimension",
          columns: [
            { key: "nats", label: "nats per dimension", digits: 4, better: "lower" },
            { key: "explained", label: "explained by v = 0", digits: 1, isShare: true, better: "higher" },
            { key: "given", label: "images that have it", digits: 0, isShare: true },
          ],
          rows,
        },
      ],
      figures: [],
    };
  },
};

/** Nats per dimension, and the share of the variance of z that the flow explains at v = 0. */
interface Measured {
  readonly nats: number;
  readonly explained: number;
}

/** Subsets that show the contribution of each condition: the words, each condition alone, and each picture beside the words. */
function subsetsOf(
  names: readonly FlowConditionName[],
  words: readonly FlowConditionName[],
): Array<readonly FlowConditionName[]> {
  if (names.length < 2) return [];
  const beside = names.filter((name) => words.length > 0 && !isWord(name));
  return [
    ...(words.length > 1 && words.length < names.length ? [words] : []),
    ...(words.length > 1 && words.length + 1 < names.length && names.includes("label")
      ? [[...words, "label" as const]]
      : []),
    ...names.map((name) => [name]),
    ...beside.map((name) => [...words, name]),
  ];
}

/** Share of the measured images that have a condition. */
const shareWith = (set: TrainingSet, name: FlowConditionName): number => {
  const { options } = set.conditions.find((condition) => condition.name === name)!;
  return shareOf([...measuredRows(set)].map((row) => options[row]!.length > 0));
};

/** The set in the form of training, with all conditions of the measured held-out images. */
async function encodeGroup(
  context: EvaluationContext,
  { images, known, latents }: EvaluationData,
): Promise<TrainingSet> {
  const { values, dims: latentDims } = await latents();
  const names = [...context.experts.keys()];
  const encoded: EncodedConditions[] = [];
  await forEachChunk(context.progress, "conditions of held-out images", known.items.length, 1, async (at) => {
    encoded.push(await encodeOwn(context, known.items[at]!, names));
  });
  const rowsOf = (items: readonly ImageItem[]): Int32Array => Int32Array.from(items, ({ row }) => row);
  return {
    dims: latentDims,
    latents: values,
    posteriorStd: context.frozen.posteriorStd,
    trainRows: rowsOf(images.train),
    heldOutRows: rowsOf(known.items),
    conditions: names.map((name) => {
      const { dims } = context.experts.get(name)!;
      const table = new Float32Array(encoded.length * dims);
      const options = new Array<readonly number[]>(images.set.items.length).fill([]);
      for (const [at, { row }] of known.items.entries()) {
        const condition = encoded[at]![name];
        if (!condition) continue;
        table.set(condition.vector, at * dims);
        options[row] = [at];
      }
      return { name, kind: isWord(name) ? "words" : "picture", dims, table: denseTable(table, dims), options };
    }),
  };
}

const givenOf = ({ conditions }: Batch) =>
  Object.fromEntries(conditions.map(({ name, values, present }) => [name, { values, present }]));

/** Mean square of z minus the flow's result at v = 0. */
async function errorOf({ translation: { flow } }: EvaluationContext, batch: Batch): Promise<number> {
  const rows = batch.latents.length / flow.dims;
  const { values } = await flow.inverse(new Float32Array(batch.latents.length), givenOf(batch), rows, []);
  return values.reduce((sum, value, at) => sum + (value - batch.latents[at]!) ** 2, 0) / values.length;
}

/** Variance of the measured images' posterior means around the mean of the training images, over all dimensions. */
function varianceOf(set: TrainingSet): number {
  const { dims } = set;
  const rowsAt = (rows: Int32Array): Vectors => pickRows({ values: set.latents, dims }, rows);
  return meanSquareAround(rowsAt(measuredRows(set)), columnMeans(rowsAt(set.trainRows)));
}

/** Nats per dimension of each row of a batch. */
async function natsOf({ translation: { flow } }: EvaluationContext, batch: Batch): Promise<Float32Array> {
  const { values, logDet } = await flow.forward(batch.latents, givenOf(batch), batch.latents.length / flow.dims);
  return logDet.map((value, row) => -(logNormal(rowOf({ values, dims: flow.dims }, row)) + value) / flow.dims);
}
