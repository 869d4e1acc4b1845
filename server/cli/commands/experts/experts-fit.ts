/**
 * `tau experts fit --pack DIR`: trains the flow of a pack whose target is a generator without encoder, on images that it draws
 * itself, and publishes it in the pack. Needs no data; a label expert stands for the generator's classes. For generators that others
 * publish (class-conditional GANs): no pack that ships has one.
 */
import { limits } from "../../../../shared/limits.ts";
import { AppError } from "../../../../shared/problem.ts";
import { type Generator, isGenerator } from "../../../experts/custom/generator.ts";
import { defaultTrainOptions } from "../../../flow/trainer.ts";
import { writeFlowFile } from "../../../flow/weights.ts";
import { draftOf } from "../../../manifest/pack-draft.ts";
import { digestExperts, publishInPack } from "../../../packs/publish.ts";
import { type GeneratedCondition, generatorSet } from "../../../training/dataset/generator-set.ts";
import { openSetExperts, type SetCondition } from "../../../training/encode/pack-experts.ts";
import { fitGenerator } from "../../../training/fit-generator.ts";
import { ProgressLine } from "../../progress-line.ts";
import { describeProgress, type FlagValues, interruptSignal, numberFlag, wholeFlag } from "../../train-flags.ts";

const defaults = { samples: 20_000, steps: 3000, batch: 256, learningRate: 1e-3 } as const;

export const fitUsage = `fit     trains the flow of a pack whose target is an onnx-generator: draws latents and classes, encodes the images with
        the pack's experts, fits the flow and publishes it. The result goes to standard output.

  --pack DIR         the pack: manifest.json, whose digests may be missing, and the experts' files
  --translation ID   which of its translations (default: the first)
  --samples N        images that are drawn; a twentieth is held out (default ${defaults.samples})
  --steps N          optimiser steps (default ${defaults.steps})
  --batch N          images a step (default ${defaults.batch})
  --learning-rate X  its peak (default ${defaults.learningRate})
  --seed N           of draws and weights (default ${defaultTrainOptions.seed})
  --threads N        0 = all cores (default 0)`;

export const options = {
  pack: { type: "string" },
  translation: { type: "string" },
  samples: { type: "string" },
  steps: { type: "string" },
  batch: { type: "string" },
  "learning-rate": { type: "string" },
  seed: { type: "string" },
  threads: { type: "string" },
} as const;

export async function fitPack(
  pack: string,
  values: FlagValues & { readonly translation?: string | undefined },
): Promise<number> {
  const samples = wholeFlag(values, "samples", defaults.samples, 200, 1e7);
  const steps = wholeFlag(values, "steps", defaults.steps, 1, 1e8);
  const training = {
    ...defaultTrainOptions,
    steps,
    warmupSteps: Math.min(defaultTrainOptions.warmupSteps, Math.ceil(steps / 10)),
    evaluateEvery: Math.min(defaultTrainOptions.evaluateEvery, Math.ceil(steps / 4)),
    batch: wholeFlag(values, "batch", defaults.batch, 1, 65_536),
    learningRate: numberFlag(values, "learning-rate", defaults.learningRate, { min: 0, max: 1 }),
    seed: wholeFlag(values, "seed", defaultTrainOptions.seed, 0, limits.seedMax),
    threads: wholeFlag(values, "threads", defaultTrainOptions.threads, 0, 1024),
    // Drawn pairs are many and exact, so there is little to be learned by heart.
    dropout: 0,
    weightDecay: 0,
  };
  const signal = interruptSignal();
  const line = new ProgressLine();
  const draft = await draftOf(pack, values.translation);
  const digests = await digestExperts(pack, draft);
  const { target, conditions } = await openSetExperts({ pack, draft, files: digests }, { threads: training.threads });
  const generator = requireGenerator(target, draft.translation.target);
  const set = await generatorSet({
    generator,
    conditions: conditions.map(toGenerated),
    samples,
    heldOut: Math.max(64, Math.floor(samples / 20)),
    seed: training.seed,
    signal,
    onProgress: (done, total) => line.show(`drawing ${done} of ${total}`),
  });
  const result = await fitGenerator(generator, set, {
    ...training,
    signal,
    onProgress: (progress) => line.log(describeProgress(progress)),
  });
  line.end();
  if (result.reason === "cancelled")
    throw new AppError("cancelled", `stopped at step ${result.stepsDone}; the pack is as it was`);
  if (result.bestStep === 0)
    throw new AppError(
      "training_failed",
      `expected held-out nats to fall in ${result.stepsDone} steps, got none better than at the start; the pack is as it was`,
    );
  const { reason, stepsDone, bestStep, metrics, weights } = result;
  const { digest } = await publishInPack(pack, draft, digests, { flow: writeFlowFile(weights), metrics });
  console.log(JSON.stringify({ pack, digest, reason, steps: stepsDone, bestStep, ...metrics }));
  return 0;
}

function requireGenerator(target: Parameters<typeof isGenerator>[0], name: string): Generator {
  if (isGenerator(target)) return target;
  throw new AppError(
    "pack_corrupt",
    `${name}: expected an expert of kind onnx-generator, got one with an encoder: train it on images (tau train)`,
  );
}

/** Label experts get the class that was drawn, all others the image. */
const toGenerated = ({ name, entry, expert }: SetCondition): GeneratedCondition => ({
  name,
  expert,
  ...(entry.kind === "label" ? { classNames: entry.vocabulary.map(({ id }) => id) } : {}),
});
