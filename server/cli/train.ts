/**
 * `tau train`: encodes an image set with a pack's frozen experts, trains the flow that joins them and writes it into the
 * pack, with the metrics it reached. The manifest is replaced last, so an interrupted run leaves the pack as it was.
 */
import { appendFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { Autoencoder } from "../experts/autoencoder.ts";
import { TextExpert } from "../experts/text.ts";
import { defaultTrainOptions, type TrainProgress } from "../flow/trainer.ts";
import { readFlowFile, writeFlowFile } from "../flow/weights.ts";
import { encodeSet } from "../training/encode-set.ts";
import { openImageSet } from "../training/image-set.ts";
import { digestExperts, draftOf, type FileDigests, type PackDraft, publishFlow } from "../training/publish.ts";
import { trainCaptionFlow } from "../training/train-caption-flow.ts";
import { ProgressLine } from "./progress-line.ts";

const usage = `Usage: npm run -s tau -- train SET --pack DIR [options]

Trains the caption flow of the pack in DIR on SET, a folder with index.jsonl and images.rgba as written by
server/pretrain/data. The experts stay frozen. Progress goes to OUT/train.log, and to a terminal if there is one. Ctrl-C leaves the
best flow so far in OUT/flow.onnx and the pack as it was; the same command goes on from the checkpoint.

  --pack DIR         the pack, with pack.json (what it is) and the experts' files
  --steps N          optimiser steps (default ${defaultTrainOptions.steps})
  --batch N          images a step (default ${defaultTrainOptions.batch})
  --learning-rate X  peak (default ${defaultTrainOptions.learningRate})
  --dropout X        on embeddings and hidden layers (default ${defaultTrainOptions.dropout})
  --patience N       evaluations without improvement before stopping (default ${defaultTrainOptions.patience})
  --keep best|last   which moving average to publish: lowest held-out nats, or the final one (default ${defaultTrainOptions.keep})
  --start FILE       go on from this flow's weights, e.g. OUT/flow.onnx of another run (default: fresh weights)
  --plainest-rate X  share of draws that take an image's first caption (default ${defaultTrainOptions.plainestRate})
  --drawn-repeats N  draws of an image for each of a recoloured copy (default 2)
  --seed N           of weights, batches and noise (default ${defaultTrainOptions.seed})
  --threads N        0 = all cores (default 0)
  --out DIR          where checkpoint and log go (default SET/flow)
  --encode-only      encode the set and stop`;

const options = {
  pack: { type: "string" },
  steps: { type: "string" },
  batch: { type: "string" },
  "learning-rate": { type: "string" },
  dropout: { type: "string" },
  patience: { type: "string" },
  keep: { type: "string" },
  start: { type: "string" },
  "plainest-rate": { type: "string" },
  "drawn-repeats": { type: "string" },
  seed: { type: "string" },
  threads: { type: "string" },
  out: { type: "string" },
  "encode-only": { type: "boolean", default: false },
} as const;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const [folder, ...more] = positionals;
  if (folder === undefined || values.pack === undefined || more.length > 0) {
    const got = folder === undefined ? "no SET" : values.pack === undefined ? "no --pack" : `also "${more.join(" ")}"`;
    console.error(`tau train: expected SET and --pack DIR, got ${got}\n\n${usage}`);
    return 2;
  }
  // All of them before anything slow: a typing error must not show after minutes of encoding.
  const settings = parseSettings(values);
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  process.once("SIGTERM", () => abort.abort());
  const line = new ProgressLine();

  const start = values.start === undefined ? undefined : readFlowFile(await readFile(values.start), values.start);
  const draft = await draftOf(values.pack);
  const digests = await digestExperts(values.pack, draft);
  const set = await encodeWithExperts(folder, values.pack, draft, digests, settings, abort.signal, line);
  if (values["encode-only"]) return 0;

  const out = values.out ?? join(folder, "flow");
  await mkdir(out, { recursive: true });
  const result = await trainCaptionFlow(
    set,
    {
      ...defaultTrainOptions,
      ...settings,
      checkpoint: join(out, "checkpoint.safetensors"),
      signal: abort.signal,
      onProgress: (progress) => {
        const text = describe(progress);
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
  const digest = await publishFlow(values.pack, draft, digests, result);
  const report = JSON.stringify({
    pack: values.pack,
    digest,
    reason: result.reason,
    steps: result.stepsDone,
    bestStep: result.bestStep,
    ...result.metrics,
  });
  console.log(report);
  return 0;
}

type Values = Readonly<Partial<Record<keyof typeof options, string | boolean>>>;

/** @throws AppError `config_invalid` naming the flag, what was expected, what came */
function parseSettings(values: Values) {
  const number = (
    name: keyof typeof options,
    fallback: number,
    { min, max, isWhole }: { min: number; max: number; isWhole: boolean },
  ): number => {
    const text = values[name];
    if (typeof text !== "string") return fallback;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value;
    const expected = `a ${isWhole ? "whole number" : "number"} from ${min} to ${max}`;
    throw new AppError("config_invalid", `--${name}: expected ${expected}, got "${text}"`, {
      field: `--${name}`,
      expected,
      received: text,
    });
  };
  const whole = (name: keyof typeof options, fallback: number, min: number, max: number): number =>
    number(name, fallback, { min, max, isWhole: true });
  const keep = values.keep ?? defaultTrainOptions.keep;
  if (keep !== "best" && keep !== "last")
    throw new AppError("config_invalid", `--keep: expected best or last, got "${keep}"`, {
      field: "--keep",
      expected: "best or last",
      received: String(keep),
    });
  return {
    keep: keep as "best" | "last",
    plainestRate: number("plainest-rate", defaultTrainOptions.plainestRate, { min: 0, max: 1, isWhole: false }),
    drawnRepeats: whole("drawn-repeats", 2, 1, 100),
    steps: whole("steps", defaultTrainOptions.steps, 1, 1e8),
    batch: whole("batch", defaultTrainOptions.batch, 1, 65_536),
    learningRate: number("learning-rate", defaultTrainOptions.learningRate, { min: 0, max: 1, isWhole: false }),
    dropout: number("dropout", defaultTrainOptions.dropout, { min: 0, max: 0.9, isWhole: false }),
    patience: whole("patience", defaultTrainOptions.patience, 1, 1e8),
    seed: whole("seed", defaultTrainOptions.seed, 0, limits.seedMax),
    threads: whole("threads", defaultTrainOptions.threads, 0, 1024),
  };
}

async function encodeWithExperts(
  folder: string,
  pack: string,
  draft: PackDraft,
  digests: FileDigests,
  { threads, drawnRepeats }: { readonly threads: number; readonly drawnRepeats: number },
  signal: AbortSignal,
  line: ProgressLine,
) {
  const { text, target, style } = draft.captionExperts;
  const images = await openImageSet(folder, target.imageSizePx);
  try {
    return await encodeSet({
      folder,
      images,
      target: await Autoencoder.open(pack, target, { threads }),
      targetDigest: digests.get(target.encoder)!,
      text: await TextExpert.open(pack, text, { threads }),
      textDigest: digests.get(text.model)!,
      styles: style.vocabulary.map(({ id }) => id),
      posteriorStd: target.posteriorStd,
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
    await images.close();
  }
}

function describe(progress: TrainProgress): string {
  const minutes = Math.ceil(progress.secondsLeft / 60);
  const left = `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  return (
    `step ${progress.step} of ${progress.steps}  epoch ${progress.epoch.toFixed(1)}  train ${progress.trainNats.toFixed(4)}  ` +
    `held-out ${progress.heldOutNats.toFixed(4)} nats/dim (best ${progress.bestNats.toFixed(4)})  ${Math.round(progress.imagesPerSecond)} images/s  ${left} left`
  );
}

export const command = { name: "train", summary: "train a pack's flow on a rendered image set", usage, run };
