/**
 * `tau train SET --pack DIR`: encodes a rendered image set with a pack's frozen experts, trains the flow of one of its
 * translations and writes it into the pack, with the metrics it reached. The manifest is replaced last, so an interrupted
 * run leaves the pack as it was.
 */
import { appendFileSync, existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "../../../../shared/limits.ts";
import { AppError } from "../../../../shared/problem.ts";
import { adaptFlow, withDirectInjector } from "../../../flow/adapt-flow.ts";
import { defaultTrainOptions } from "../../../flow/trainer.ts";
import { type FlowWeights, readFlowFile, writeFlowFile } from "../../../flow/weights.ts";
import type { FileDigests } from "../../../manifest/manifest.ts";
import { draftOf, type PackDraft } from "../../../manifest/pack-draft.ts";
import { digestExperts, publishInPack } from "../../../packs/publish.ts";
import { costCard, stopwatch } from "../../../training/cost-card.ts";
import { openImageSet } from "../../../training/dataset/image-set.ts";
import { EncodePool } from "../../../training/encode/encode-pool.ts";
import { encodeSet } from "../../../training/encode/encode-set.ts";
import { fitFlow } from "../../../training/fit-flow.ts";
import { RunRecords } from "../../../training/run-records.ts";
import { makeOutFolder } from "../../out-folder.ts";
import { ProgressLine } from "../../progress-line.ts";
import { readBytes } from "../../request-flags.ts";
import {
  choiceFlag,
  describeProgress,
  type FlagValues,
  interruptSignal,
  numberFlag,
  wholeFlag,
} from "../../train-flags.ts";

export const usage = `Usage: npm run -s tau -- train SET --pack DIR [options]

Trains a flow of the pack in DIR on SET, a folder with index.jsonl and images.rgba (server/pretrain/data). The flow
reads all conditions that the translation declares; the experts stay frozen. Progress goes to OUT/train.log and to a
terminal. Ctrl-C leaves the best flow so far in OUT/flow.onnx and the pack as it was; the same command goes on.

  --pack DIR         the pack: manifest.json, whose digests may be missing, and the experts' files
  --translation ID   which of its translations (default: the first)
  --steps N          optimiser steps (default ${defaultTrainOptions.steps})
  --batch N          images a step (default ${defaultTrainOptions.batch})
  --learning-rate X  its peak (default ${defaultTrainOptions.learningRate})
  --dropout X        on embeddings and hidden layers (default ${defaultTrainOptions.dropout})
  --patience N       evaluations without gain before it stops (default ${defaultTrainOptions.patience})
  --keep best|last   which moving average to publish: lowest held-out nats, or the last (default ${defaultTrainOptions.keep})
  --measure NAMES    conditions given when held-out nats are measured, as caption,style (default: all)
  --start FILE       initial weights, e.g. OUT/flow.onnx of another run; conditions that it lacks are added, those that
                     the translation does not declare are dropped (default: fresh weights)
  --fresh NAMES      with --start: conditions to learn anew, as sketch,layout
  --condition-noise X  noise on picture codes, in standard deviations of theirs (default ${defaultTrainOptions.conditionNoise})
  --injector-weight X  weight of a second loss, of the flow without its couplings: brings the image at v = 0 nearer to
                     the mean (default ${defaultTrainOptions.injectorWeight})
  --first-caption-rate X  share of draws that take an image's first caption (default ${defaultTrainOptions.firstCaptionRate})
  --drawn-repeats N  draws of an image for each of a recoloured copy (default 2)
  --seed N           of weights, batches and noise (default ${defaultTrainOptions.seed})
  --threads N        0 = all cores (default 0)
  --out DIR          where checkpoint and log go (default SET/flow)
  --encode-only      encodes the set and stops`;

export const options = {
  pack: { type: "string" },
  translation: { type: "string" },
  steps: { type: "string" },
  batch: { type: "string" },
  "learning-rate": { type: "string" },
  dropout: { type: "string" },
  patience: { type: "string" },
  keep: { type: "string" },
  measure: { type: "string" },
  start: { type: "string" },
  fresh: { type: "string" },
  "condition-noise": { type: "string" },
  "injector-weight": { type: "string" },
  "first-caption-rate": { type: "string" },
  "drawn-repeats": { type: "string" },
  seed: { type: "string" },
  threads: { type: "string" },
  out: { type: "string" },
  "encode-only": { type: "boolean", default: false },
} as const;

type Values = Readonly<Partial<Record<Exclude<keyof typeof options, "encode-only">, string>>> & {
  readonly "encode-only": boolean;
};

export async function trainPack(folder: string, pack: string, values: Values): Promise<number> {
  // All of them before anything slow: a typing error must not show after minutes of encoding.
  const settings = parseSettings(values);
  const signal = interruptSignal();
  const line = new ProgressLine();

  if (values.fresh !== undefined && values.start === undefined)
    throw new AppError(
      "config_invalid",
      "--fresh: expected --start with it, got none: fresh weights know no conditions",
    );
  const start = values.start === undefined ? undefined : await readStart(values.start, values.fresh?.split(",") ?? []);
  const draft = await draftOf(pack, values.translation);
  const digests = await digestExperts(pack, draft);
  const set = await encodeWithExperts(folder, pack, draft, digests, settings, signal, line);
  if (values["encode-only"]) return 0;

  const out = values.out ?? join(folder, "flow");
  await makeOutFolder(out);
  const checkpoint = join(out, "checkpoint.safetensors");
  const given = settings.measured?.join(" and ") ?? "all conditions";
  const records = await RunRecords.open(
    out,
    { title: `${draft.manifest.id}, ${draft.translation.id}`, given },
    stopwatch(),
    existsSync(checkpoint),
  );
  const result = await fitFlow(
    set,
    {
      ...defaultTrainOptions,
      ...settings,
      checkpoint,
      signal,
      async onProgress(progress) {
        const { step, trainNats, heldOutNats, bestStep } = progress;
        await records.add({ step, trainNats, heldOutNats }, settings.keep === "last" ? step : bestStep);
        const text = describeProgress(progress);
        appendFileSync(join(out, "train.log"), `${text}\n`);
        line.log(text);
      },
    },
    start,
  );
  line.end();
  if (result.reason === "cancelled") {
    const path = join(out, "flow.onnx");
    await writeFile(path, writeFlowFile(result.weights));
    console.error(
      `tau train: stopped at step ${result.stepsDone}; the best flow so far is in ${path}, the pack is as it was, the same command goes on`,
    );
    return 1;
  }
  if (settings.keep === "best" && result.bestStep === 0) {
    console.error(
      `tau train: nothing was learned in ${result.stepsDone} steps, so the pack stays as it was; the same command goes on`,
    );
    return 1;
  }
  const { reason, stepsDone: steps, bestStep, metrics, weights } = result;
  const { digest } = await publishInPack(pack, draft, digests, {
    flow: writeFlowFile(weights),
    metrics,
    records: publishedRecords(records, settings.keep === "last" ? steps : bestStep),
  });
  console.log(JSON.stringify({ pack, digest, reason, steps, bestStep, ...metrics }));
  return 0;
}

/**
 * The flow to go on from, shaped as fresh ones are today: older ones learn to read conditions directly too.
 * @param fresh conditions that it forgets
 * @throws AppError `config_invalid` for a condition that it does not know
 */
async function readStart(path: string, fresh: readonly string[]): Promise<FlowWeights> {
  const flow = readFlowFile(await readBytes(path), path);
  const { conditions } = flow.architecture;
  const unknown = fresh.find((name) => !conditions.some((condition) => condition.name === name));
  if (unknown !== undefined)
    throw new AppError(
      "config_invalid",
      `--fresh: expected conditions of ${path} (${conditions.map(({ name }) => name).join(", ")}), got "${unknown}"`,
    );
  const kept = conditions.filter(({ name }) => !fresh.includes(name));
  if (kept.length === 0)
    throw new AppError("config_invalid", "--fresh: expected at least one condition that is kept, got none");
  return withDirectInjector(adaptFlow(flow, kept, 0));
}

/** Loss curve and cost card, which `tau evaluate` shows. */
const publishedRecords = (records: RunRecords, keptStep: number): Map<string, string> =>
  records.files(keptStep).set("cost.json", `${JSON.stringify(costCard(records.spent), null, 2)}\n`);

/** @throws AppError `config_invalid` naming the flag, what was expected, what came */
function parseSettings(values: FlagValues) {
  const { measure } = values;
  return {
    keep: choiceFlag(values, "keep", defaultTrainOptions.keep, ["best", "last"]),
    ...(typeof measure === "string" && { measured: measure.split(",") }),
    firstCaptionRate: numberFlag(values, "first-caption-rate", defaultTrainOptions.firstCaptionRate, {
      min: 0,
      max: 1,
    }),
    conditionNoise: numberFlag(values, "condition-noise", defaultTrainOptions.conditionNoise, { min: 0, max: 1 }),
    injectorWeight: numberFlag(values, "injector-weight", defaultTrainOptions.injectorWeight, { min: 0, max: 100 }),
    drawnRepeats: wholeFlag(values, "drawn-repeats", 2, 1, 100),
    steps: wholeFlag(values, "steps", defaultTrainOptions.steps, 1, 1e8),
    batch: wholeFlag(values, "batch", defaultTrainOptions.batch, 1, 65_536),
    learningRate: numberFlag(values, "learning-rate", defaultTrainOptions.learningRate, { min: 0, max: 1 }),
    dropout: numberFlag(values, "dropout", defaultTrainOptions.dropout, { min: 0, max: 0.9 }),
    patience: wholeFlag(values, "patience", defaultTrainOptions.patience, 1, 1e8),
    seed: wholeFlag(values, "seed", defaultTrainOptions.seed, 0, limits.seedMax),
    threads: wholeFlag(values, "threads", defaultTrainOptions.threads, 0, 1024),
  };
}

async function encodeWithExperts(
  folder: string,
  pack: string,
  draft: PackDraft,
  files: FileDigests,
  { threads, drawnRepeats }: { readonly threads: number; readonly drawnRepeats: number },
  signal: AbortSignal,
  line: ProgressLine,
) {
  const images = await openImageSet(folder, draft.target.imageSizePx);
  let pool: EncodePool | undefined;
  try {
    pool = await EncodePool.open({ pack, draft, files }, { threads, rows: images.count });
    return await encodeSet({
      folder,
      images,
      pool,
      drawnRepeats,
      signal,
      onProgress: ({ what, done, total }) => line.show(`encoding ${what} ${done} of ${total}`),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new AppError("cancelled", "stopped while encoding; the same command goes on where this one stopped", {
      cause: error,
    });
  } finally {
    line.end();
    await pool?.close();
    await images.close();
  }
}
