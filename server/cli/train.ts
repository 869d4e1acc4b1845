/**
 * `tau train`: encodes an image set with a pack's frozen experts, trains the flow that joins them and writes it into the
 * pack, with the metrics it reached. The manifest is replaced last, so an interrupted run leaves the pack as it was.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AppError } from "../../shared/problem.ts";
import { Autoencoder } from "../experts/autoencoder.ts";
import { TextExpert } from "../experts/text.ts";
import { defaultTrainOptions, type TrainProgress } from "../flow/trainer.ts";
import { encodeSet } from "../training/encode-set.ts";
import { openImageSet } from "../training/image-set.ts";
import { draftOf, type PackDraft, publishFlow } from "../training/publish.ts";
import { trainCaptionFlow } from "../training/train-caption-flow.ts";
import { ProgressLine } from "./progress-line.ts";

const usage = `Usage: npm run -s tau -- train SET --pack DIR [options]

Trains the caption flow of the pack in DIR on SET, a folder with index.jsonl and images.rgba as written by
server/pretrain/data. The experts stay frozen. Ctrl-C keeps the best flow so far; the same command goes on from the checkpoint.

  --pack DIR         the pack, with pack.json (what it is) and the experts' files
  --steps N          optimiser steps (default ${defaultTrainOptions.steps})
  --batch N          images a step (default ${defaultTrainOptions.batch})
  --learning-rate X  peak (default ${defaultTrainOptions.learningRate})
  --dropout X        on embeddings and hidden layers (default ${defaultTrainOptions.dropout})
  --patience N       evaluations without improvement before stopping (default ${defaultTrainOptions.patience})
  --seed N           of weights, batches and noise (default ${defaultTrainOptions.seed})
  --threads N        0 = all cores (default 0)
  --out DIR          checkpoint and log (default SET/flow)
  --encode-only      encode the set and stop`;

async function run(args: string[]): Promise<number> {
  const number = (name: string, text: string | undefined, fallback: number): number => {
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0)
      throw new AppError("config_invalid", `--${name}: expected a number of at least 0, got "${text}"`);
    return value;
  };
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      pack: { type: "string" },
      steps: { type: "string" },
      batch: { type: "string" },
      "learning-rate": { type: "string" },
      dropout: { type: "string" },
      patience: { type: "string" },
      seed: { type: "string" },
      threads: { type: "string" },
      out: { type: "string" },
      "encode-only": { type: "boolean", default: false },
    },
  });
  const [folder] = positionals;
  if (folder === undefined || values.pack === undefined) {
    console.error(usage);
    return 2;
  }
  const threads = number("threads", values.threads, 0);
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  process.once("SIGTERM", () => abort.abort());
  const line = new ProgressLine();

  const draft = await draftOf(values.pack);
  const set = await encodeWithExperts(folder, values.pack, draft, threads, abort.signal, line);
  if (values["encode-only"]) return 0;

  const out = values.out ?? join(folder, "flow");
  await mkdir(out, { recursive: true });
  const result = await trainCaptionFlow(set, {
    ...defaultTrainOptions,
    steps: number("steps", values.steps, defaultTrainOptions.steps),
    batch: number("batch", values.batch, defaultTrainOptions.batch),
    learningRate: number("learning-rate", values["learning-rate"], defaultTrainOptions.learningRate),
    dropout: number("dropout", values.dropout, defaultTrainOptions.dropout),
    patience: number("patience", values.patience, defaultTrainOptions.patience),
    seed: number("seed", values.seed, defaultTrainOptions.seed),
    threads,
    checkpoint: join(out, "checkpoint.safetensors"),
    signal: abort.signal,
    onProgress: (progress) => line.log(describe(progress)),
  });
  line.end();
  const digest = await publishFlow(values.pack, draft, "caption", result);
  console.log(
    JSON.stringify({
      pack: values.pack,
      digest,
      reason: result.reason,
      steps: result.stepsDone,
      bestStep: result.bestStep,
      ...result.metrics,
    }),
  );
  return 0;
}

async function encodeWithExperts(
  folder: string,
  pack: string,
  draft: PackDraft,
  threads: number,
  signal: AbortSignal,
  line: ProgressLine,
) {
  const { text, target, style } = draft.captionExperts;
  const digestOf = async (path: string): Promise<string> =>
    createHash("sha256")
      .update(await readFile(join(pack, path)))
      .digest("hex");
  const images = await openImageSet(folder, target.imageSizePx);
  try {
    return await encodeSet({
      folder,
      images,
      target: await Autoencoder.open(pack, target, { threads }),
      targetDigest: await digestOf(target.encoder),
      text: await TextExpert.open(pack, text, { threads }),
      textDigest: await digestOf(text.model),
      styles: style.vocabulary.map(({ id }) => id),
      posteriorStd: target.posteriorStd,
      signal,
      onProgress: ({ what, done, total }) => line.show(`encoding ${what} ${done} of ${total}`),
    });
  } finally {
    line.end();
    await images.close();
  }
}

function describe(progress: TrainProgress): string {
  const left = new Date(progress.secondsLeft * 1000).toISOString().slice(11, 19);
  return (
    `step ${progress.step} of ${progress.steps}  epoch ${progress.epoch.toFixed(1)}  train ${progress.trainNats.toFixed(4)}  ` +
    `held-out ${progress.heldOutNats.toFixed(4)} nats/dim (best ${progress.bestNats.toFixed(4)})  ${Math.round(progress.imagesPerSecond)} images/s  ${left} left`
  );
}

export const command = { name: "train", summary: "train a pack's flow on a rendered image set", usage, run };
