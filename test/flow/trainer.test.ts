/**
 * The trainer on a toy whose answer is known: z given c is N(A·c, s²I), so the best possible nats per dimension are those of
 * that Gaussian. Also: resuming takes the very same steps, cancelling keeps the best so far, nonsense is refused.
 */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { FlowArchitecture } from "../../server/flow/architecture.ts";
import { evaluationBatch, heldOutNats } from "../../server/flow/held-out.ts";
import { TrainingRandom } from "../../server/flow/random.ts";
import { defaultTrainOptions, type TrainOptions, type TrainProgress, trainFlow } from "../../server/flow/trainer.ts";
import { createEvaluation } from "../../server/flow/training-graph.ts";
import type { TrainingSet } from "../../server/flow/training-set.ts";
import { labelTable } from "../../server/flow/vector-table.ts";
import { initialWeights } from "../../server/flow/weights.ts";
import { fitWhitening } from "../../server/flow/whitening.ts";
import { readTensorFile, writeTensorFile } from "../../server/platform/files/tensor-file.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const folder = temporaryFolder("trainer");

const [dims, rows, classes, std] = [4, 1200, 3, 0.3];

const architecture: FlowArchitecture = {
  format: 1,
  dims,
  conditions: [{ name: "style", dims: classes }],
  embeddingDims: 8,
  injector: { hiddenDims: 16, blocks: 1 },
  couplings: { count: 2, hiddenDims: 16, depth: 1, clamp: 1.5 },
  permutationSeed: 1,
};

/** Class means 2 apart, no spread but the posterior's own noise. */
function toySet(): TrainingSet {
  const random = new TrainingRandom(9, 0, "evaluation");
  const means = random.fillNormal(new Float32Array(classes * dims), 2);
  const classOf = Int32Array.from({ length: rows }, () => random.below(classes));
  const latents = Float32Array.from(
    { length: rows * dims },
    (_, index) => means[classOf[Math.floor(index / dims)]! * dims + (index % dims)]!,
  );
  return {
    dims,
    latents,
    posteriorStd: std,
    conditions: [
      {
        name: "style",
        kind: "words",
        dims: classes,
        table: labelTable(classes),
        options: Array.from(classOf, (value) => [value]),
      },
    ],
    trainRows: Int32Array.from({ length: 1000 }, (_, index) => index),
    heldOutRows: Int32Array.from({ length: 200 }, (_, index) => 1000 + index),
  };
}

const set = toySet();
const start = initialWeights(architecture, fitWhitening(set.latents, dims, std), 1);
const options: TrainOptions = {
  ...defaultTrainOptions,
  batch: 64,
  steps: 600,
  learningRate: 5e-3,
  warmupSteps: 20,
  dropout: 0,
  evaluateEvery: 50,
  threads: 1,
};

describe("the trainer", () => {
  it("the trainer reaches the entropy of the toy and reports on the way", async () => {
    const reports: TrainProgress[] = [];
    const result = await trainFlow(set, start, { ...options, onProgress: (progress) => void reports.push(progress) });
    const entropy = 0.5 * Math.log(2 * Math.PI * Math.E * std ** 2);
    assert.ok(
      result.heldOutNats < entropy + 0.06 && result.heldOutNats > entropy - 0.06,
      `held-out ${result.heldOutNats}, entropy ${entropy}`,
    );
    assert.equal(reports.length, 12);
    assert.ok(reports.every(({ imagesPerSecond, secondsLeft }) => imagesPerSecond > 0 && secondsLeft >= 0));
    assert.ok(reports[0]!.heldOutNats > result.heldOutNats);
  });

  it("the trainer descends on the injector's own likelihood too where that is requested", async () => {
    const alone = { ...architecture, couplings: { ...architecture.couplings, count: 0 } };
    const evaluation = await createEvaluation(alone, evaluationBatch(set), 1);
    const natsAlone = async (injectorWeight: number): Promise<number> => {
      const { weights } = await trainFlow(set, start, { ...options, steps: 150, injectorWeight });
      return heldOutNats(set, (batch) => evaluation.nats(weights.tensors, batch));
    };
    const [without, with_] = [await natsAlone(0), await natsAlone(1)];
    await evaluation.dispose();
    assert.ok(with_ < without - 0.02, `${with_} against ${without}`);
  });

  it("the trainer takes the very same steps after an interruption", async () => {
    const [whole, halved] = [join(folder, "whole.safetensors"), join(folder, "halved.safetensors")];
    const short = { ...options, steps: 120, evaluateEvery: 40, dropout: 0.2 };
    const unbroken = await trainFlow(set, start, { ...short, checkpoint: whole });
    const abort = new AbortController();
    const first = await trainFlow(set, start, {
      ...short,
      checkpoint: halved,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    assert.equal(first.reason, "cancelled");
    assert.equal(first.stepsDone, 40);
    const second = await trainFlow(set, start, { ...short, checkpoint: halved });
    assert.equal(second.heldOutNats, unbroken.heldOutNats);
    const [a, b] = [await readTensorFile(whole), await readTensorFile(halved)];
    for (const [name, data] of a.tensors) assert.deepEqual(b.tensors.get(name), data, name);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith(".writing")),
      [],
    );
  });

  it("the trainer stops when nothing improves and returns the best, not the last", async () => {
    const result = await trainFlow(set, start, { ...options, learningRate: 0, patience: 2 });
    assert.equal(result.reason, "no improvement");
    assert.equal(result.bestStep, 0);
    assert.equal(result.stepsDone, 100);
    for (const [name, data] of start.tensors) assert.deepEqual(result.weights.tensors.get(name), data, name);
  });

  it("the trainer stays stopped when a run that stopped is taken up again, and goes on with more patience", async () => {
    const checkpoint = join(folder, "stopped.safetensors");
    const idle = { ...options, learningRate: 0, patience: 2, checkpoint };
    const first = await trainFlow(set, start, idle);
    const again = await trainFlow(set, start, idle);
    assert.deepEqual([again.reason, again.stepsDone], ["no improvement", 100]);
    assert.equal(again.heldOutNats, first.heldOutNats);
    const more = await trainFlow(set, start, { ...idle, patience: 3 });
    assert.deepEqual([more.reason, more.stepsDone], ["no improvement", 150]);
  });

  it("the trainer returns the last average when asked, with its own nats, and does not stop early", async () => {
    const checkpoint = join(folder, "last.safetensors");
    // A rate so high that the average gets worse after its best.
    const wild = { ...options, steps: 200, learningRate: 0.3, patience: 1, checkpoint, keep: "last" } as const;
    const result = await trainFlow(set, start, wild);
    assert.deepEqual([result.reason, result.stepsDone], ["finished", 200]);
    assert.ok(result.lowestNats <= result.heldOutNats, `${result.lowestNats} and ${result.heldOutNats}`);
    const { tensors } = await readTensorFile(checkpoint);
    for (const [name, data] of result.weights.tensors)
      if (!name.startsWith("whitening")) assert.deepEqual(data, tensors.get(`${name}#ema`), name);
  });

  it("the trainer does nothing more to a finished run, and returns the same flow", async () => {
    const checkpoint = join(folder, "finished.safetensors");
    const short = { ...options, steps: 60, checkpoint };
    const first = await trainFlow(set, start, short);
    const again = await trainFlow(set, start, short);
    assert.deepEqual([again.reason, again.stepsDone, again.bestStep], ["finished", 60, first.bestStep]);
    assert.deepEqual(again.weights.tensors, first.weights.tensors);
  });

  it("the trainer refuses a checkpoint of other settings or other data, naming them, and one that lost a tensor", async () => {
    const checkpoint = join(folder, "identity.safetensors");
    const short = { ...options, steps: 4, evaluateEvery: 2, checkpoint };
    await trainFlow(set, start, short);
    const cases: Array<[change: Partial<TrainOptions>, message: RegExp]> = [
      [{ learningRate: 1e-3 }, /learningRate 0\.001, got 0\.005/],
      [{ dropout: 0.3 }, /dropout 0\.3, got 0/],
      [{ firstCaptionRate: 0.5 }, /firstCaptionRate 0\.5, got 0\.3/],
      [{ steps: 5 }, /steps 5, got 4/],
      [{ seed: 2 }, /seed 2, got 1/],
      [{ conditionNoise: 0.1 }, /conditionNoise 0\.1, got 0/],
      [{ injectorWeight: 0.5 }, /injectorWeight 0\.5, got 0/],
    ];
    for (const [change, message] of cases)
      await assert.rejects(trainFlow(set, start, { ...short, ...change }), { code: "dataset_invalid", message });
    const moved = { ...set, latents: set.latents.map((value, index) => (index === 40 ? value + 0.01 : value)) };
    await assert.rejects(trainFlow(moved, start, short), {
      code: "dataset_invalid",
      message: /same data, got another/,
    });
    const elsewhere = initialWeights(architecture, fitWhitening(set.latents, dims, std), 2);
    await assert.rejects(trainFlow(set, elsewhere, short), {
      code: "dataset_invalid",
      message: /same start, got another/,
    });
    const { tensors, metadata } = await readTensorFile(checkpoint);
    tensors.delete("injector.in.weight#m");
    await writeTensorFile(checkpoint, tensors, metadata);
    await assert.rejects(trainFlow(set, start, short), {
      code: "dataset_invalid",
      message: /injector\.in\.weight#m: expected \d+ values, got none/,
    });
    await writeTensorFile(checkpoint, tensors, {});
    await assert.rejects(trainFlow(set, start, short), {
      code: "dataset_invalid",
      message: /delete it to start again/,
    });
  });

  it("the trainer goes on from a checkpoint that was written before checkpoints held a run's start, noise and second loss", async () => {
    const checkpoint = join(folder, "older.safetensors");
    const short = { ...options, steps: 4, evaluateEvery: 2, checkpoint };
    const finished = await trainFlow(set, start, short);
    const { tensors, metadata } = await readTensorFile(checkpoint);
    const { start: _, conditionNoise: __, injectorWeight: ___, ...older } = JSON.parse(metadata["identity"]!);
    await writeTensorFile(checkpoint, tensors, { ...metadata, identity: JSON.stringify(older) });
    assert.equal((await trainFlow(set, start, short)).heldOutNats, finished.heldOutNats);
    await assert.rejects(trainFlow(set, start, { ...short, conditionNoise: 0.1 }), {
      message: /conditionNoise 0\.1, got/,
    });
  });

  it("the trainer refuses held-out data that is no number, instead of returning no weights", async () => {
    const broken = { ...set, latents: set.latents.map((value, index) => (index === 1003 * dims ? Number.NaN : value)) };
    await assert.rejects(trainFlow(broken, start, options), {
      code: "training_failed",
      message: /expected finite held-out nats, got NaN at step 0/,
    });
  });

  it("the trainer refuses too few images, another architecture's checkpoint and a loss that is no number", async () => {
    await assert.rejects(trainFlow({ ...set, trainRows: set.trainRows.slice(0, 3) }, start, options), {
      code: "dataset_invalid",
      message: /expected at least one batch of 64 images, got 3/,
    });
    const other = initialWeights({ ...architecture, embeddingDims: 6 }, fitWhitening(set.latents, dims, std), 1);
    await assert.rejects(trainFlow(set, other, { ...options, checkpoint: join(folder, "whole.safetensors") }), {
      code: "dataset_invalid",
      message: /same architecture/,
    });
    const broken = { ...set, latents: set.latents.map((value, index) => (index === 17 ? Number.NaN : value)) };
    await assert.rejects(trainFlow(broken, start, options), {
      code: "training_failed",
      message: /expected a finite loss, got NaN at step/,
    });
  });
});
