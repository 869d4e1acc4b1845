/** Held-out nats per dimension: how well the flow knows images that it never saw, and what each condition tells it of them. */
import type { FlowConditionName } from "../../../shared/conditions.ts";
import type { EncodedConditions } from "../../engine/conditions.ts";
import { logNormal } from "../../engine/translation.ts";
import { heldOutNats, measuredRows } from "../../flow/held-out.ts";
import type { Batch, TrainingSet } from "../../flow/training-set.ts";
import { denseTable } from "../../flow/vector-table.ts";
import { diagonalGaussianNats } from "../../training/fit-flow.ts";
import type { ImageItem } from "../../training/image-set.ts";
import type { Material } from "../groups.ts";
import { rowOf } from "../metrics/vectors.ts";
import type { Row } from "../report.ts";
import { encodeOwn, isWord, type Subject, wordsOf } from "../subject.ts";
import { inPieces } from "../watch.ts";
import { needsImages, type SectionPlan } from "./section.ts";

export const heldOutSection: SectionPlan = {
  id: "held-out",
  title: "Held-out likelihood",
  missing: (subject) => needsImages(subject) || undefined,
  async run(subject, material) {
    const set = await encodeGroup(subject, material!);
    const n = measuredRows(set).length;
    const names = set.conditions.map(({ name }) => name as FlowConditionName);
    const measure = (given: readonly FlowConditionName[], shift = 0): Promise<number> => {
      subject.watch.step(`likelihood given ${given.join(", ") || "nothing"}`, 0, 1);
      return heldOutNats(set, (batch) => natsOf(subject, batch), { given: new Set(given), shift });
    };
    const row = async (what: string, role: Row["role"], nats: number): Promise<Row> => ({
      what,
      role,
      n,
      values: { nats },
    });
    const words = wordsOf(subject);
    const rows = [await row("all conditions", "measured", await measure(names))];
    if (words.length > 1 && names.length > 2) rows.push(await row(words.join(" + "), "measured", await measure(words)));
    for (const name of names)
      if (names.length > 1) rows.push(await row(`${name} alone`, "measured", await measure([name])));
    rows.push(
      await row("nothing", "floor", await measure([])),
      await row("all conditions, of another image", "control", await measure(names, Math.floor(n / 2))),
    );
    if (words.length > 0)
      rows.push(
        await row(`${words.join(" + ")}, of another image`, "control", await measure(words, Math.floor(n / 2))),
      );
    rows.push(await row("diagonal Gaussian", "floor", diagonalGaussianNats(set)));
    const posterior = 0.5 * Math.log(2 * Math.PI * Math.E * subject.posteriorStd ** 2);
    rows.push(await row("the posterior's own noise", "ceiling", posterior));
    return {
      about:
        "Mean −log p(z|c) per dimension of held-out images, z with posterior noise as in training, by the sessions that serve. " +
        "Conditions of another image show what listening is worth; no flow can be below the noise that training adds to z.",
      tables: [
        {
          title: "Nats per dimension",
          columns: [{ key: "nats", label: "nats per dimension", digits: 4, better: "lower" }],
          rows,
        },
      ],
      figures: [],
    };
  },
};

/** The set as training knows it, with every condition of the held-out images that are measured. */
async function encodeGroup(subject: Subject, { images, known, latents }: Material): Promise<TrainingSet> {
  const { values, dims: latentDims } = await latents();
  const names = [...subject.experts.keys()];
  const encoded: EncodedConditions[] = [];
  await inPieces(subject.watch, "conditions of held-out images", known.items.length, 1, async (at) => {
    encoded.push(await encodeOwn(subject, known.items[at]!, names));
  });
  const rowsOf = (items: readonly ImageItem[]): Int32Array => Int32Array.from(items, ({ row }) => row);
  return {
    dims: latentDims,
    latents: values,
    posteriorStd: subject.posteriorStd,
    trainRows: rowsOf(images.train),
    heldOutRows: rowsOf(known.items),
    conditions: names.map((name) => {
      const { dims } = subject.experts.get(name)!;
      const table = new Float32Array(encoded.length * dims);
      const options = new Array<Int32Array>(images.set.items.length).fill(new Int32Array(0));
      for (const [at, { row }] of known.items.entries()) {
        const condition = encoded[at]![name];
        if (!condition) continue;
        table.set(condition.vector, at * dims);
        options[row] = Int32Array.of(at);
      }
      return { name, kind: isWord(name) ? "words" : "picture", dims, table: denseTable(table, dims), options };
    }),
  };
}

/** Nats per dimension of each row of a batch. */
async function natsOf({ translation: { flow } }: Subject, { latents, conditions }: Batch): Promise<Float32Array> {
  const given = Object.fromEntries(conditions.map(({ name, values, present }) => [name, { values, present }]));
  const { values, logDet } = await flow.forward(latents, given, latents.length / flow.dims);
  return logDet.map((value, row) => -(logNormal(rowOf({ values, dims: flow.dims }, row)) + value) / flow.dims);
}
