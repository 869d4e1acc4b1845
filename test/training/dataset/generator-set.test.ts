/**
 * Training without data on a generator whose posterior is known in closed form (test/fixtures/networks/toy-generator.ts): what is drawn,
 * and that a flow trained on it reaches the analytic likelihood and draws the classes as often as Bayes' rule says.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { Matrix } from "ml-matrix";
import { openOnnxExpert } from "../../../server/experts/custom/condition.ts";
import { openOnnxGenerator } from "../../../server/experts/custom/generator.ts";
import { LabelExpert } from "../../../server/experts/label.ts";
import { createFlow } from "../../../server/flow/flow-sessions.ts";
import { evaluationBatch, measuredRows } from "../../../server/flow/held-out.ts";
import { TrainingRandom } from "../../../server/flow/random.ts";
import { defaultTrainOptions } from "../../../server/flow/trainer.ts";
import { createBatchBuffers, fillHeldOut, type TrainingSet } from "../../../server/flow/training-set.ts";
import { copyEntry } from "../../../server/flow/vector-table.ts";
import { fitWhitening } from "../../../server/flow/whitening.ts";
import { Catalogue } from "../../../server/packs/catalogue.ts";
import { loadTranslations } from "../../../server/packs/load-translations.ts";
import { generatorSet } from "../../../server/training/dataset/generator-set.ts";
import { fitGenerator, generatorWhitening } from "../../../server/training/fit-generator.ts";
import {
  toyClasses,
  toyClassPosterior,
  toyConditionDims,
  toyDims,
  toyGeneratorEntry,
  toyLogDensity,
  toyReaderEntry,
  writeToyGenerator,
} from "../../fixtures/networks/toy-generator.ts";
import { cliProgram } from "../../fixtures/processes/programs.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { writeTinyPack } from "../../fixtures/tiny-pack.ts";

const folder = temporaryFolder("generator");
await writeToyGenerator(folder);

const generator = await openOnnxGenerator(folder, toyGeneratorEntry, { threads: 1 });
const reader = await openOnnxExpert(folder, toyReaderEntry, "image", { threads: 1 });
const conditions = [{ name: "image-last", expert: reader }] as const;
const dims = toyDims + toyClasses;
const many = await generatorSet({ generator, conditions, samples: 8000, heldOut: 1024, seed: 1 });

/** The condition of one row. */
function conditionOf(set: TrainingSet, row: number): Float32Array {
  const condition = new Float32Array(toyConditionDims);
  copyEntry(set.conditions[0]!.table, row, condition, 0);
  return condition;
}

/** Mean −log p(z | c) per dimension of the very rows, noise and conditions that training measures. */
function analyticNats(set: TrainingSet): number {
  const rows = measuredRows(set);
  const size = evaluationBatch(set);
  const batch = createBatchBuffers(set, size);
  let sum = 0;
  for (let start = 0; start < rows.length; start += size) {
    fillHeldOut(set, batch, rows.slice(start, start + size));
    for (let row = 0; row < size; row += 1)
      sum -= toyLogDensity(
        batch.latents.slice(row * dims, (row + 1) * dims),
        batch.conditions[0]!.values.slice(row * toyConditionDims, (row + 1) * toyConditionDims),
      );
  }
  return sum / rows.length / dims;
}

describe("a set drawn from a generator", () => {
  it("a set drawn from a generator pairs each latent with what Φ reads from its own image", async () => {
    const set = await generatorSet({ generator, conditions, samples: 40, heldOut: 10, seed: 3 });
    assert.deepEqual(
      [set.dims, set.trainRows.length, [...set.heldOutRows]],
      [dims, 30, [30, 31, 32, 33, 34, 35, 36, 37, 38, 39]],
    );
    for (const row of [0, 17, 39]) {
      const z = set.latents.slice(row * dims, (row + 1) * dims);
      const image = {
        kind: "image",
        planes: await generator.decode(z, 1),
        sizePx: generator.imageSizePx,
        key: "",
      } as const;
      assert.deepEqual(conditionOf(set, row), await reader.encode([image]));
      assert.deepEqual([...z.slice(toyDims)].filter((value) => value !== 0).length, 1, "one class each");
    }
  });

  it("a set drawn from a generator is the same for the same seed, another for another, and each row stays when more are drawn", async () => {
    const draw = (samples: number, seed: number) => generatorSet({ generator, conditions, samples, heldOut: 4, seed });
    const [first, again, longer, other] = [await draw(20, 1), await draw(20, 1), await draw(30, 1), await draw(20, 2)];
    assert.deepEqual(again.latents, first.latents);
    assert.deepEqual(longer.latents.slice(0, 20 * dims), first.latents);
    assert.notDeepEqual(other.latents, first.latents);
  });

  it("a set drawn from a generator draws latents from N(0, I) and every class as often as the others", () => {
    const free = Array.from({ length: 2000 }, (_, row) => [
      ...many.latents.slice(row * dims, row * dims + toyDims),
    ]).flat();
    const mean = free.reduce((sum, value) => sum + value, 0) / free.length;
    const variance = free.reduce((sum, value) => sum + (value - mean) ** 2, 0) / free.length;
    // Four standard errors of 8000 draws.
    assert.ok(Math.abs(mean) < 0.045 && Math.abs(variance - 1) < 0.065, `mean ${mean}, variance ${variance}`);
    const first = many.latents.slice(0, 2000 * dims).filter((value, at) => at % dims === toyDims && value > 0).length;
    assert.ok(Math.abs(first - 1000) < 90, `class 0 in ${first} of 2000`);
  });

  it("a set drawn from a generator gives an expert that reads words the name of the class that was drawn", async () => {
    const labels = new LabelExpert(
      {
        kind: "label",
        vocabulary: [
          { id: "cat", label: "Cat" },
          { id: "dog", label: "Dog" },
        ],
      },
      "label",
    );
    const label = { name: "label", expert: labels, classNames: ["cat", "dog"] } as const;
    const set = await generatorSet({ generator, conditions: [label], samples: 30, heldOut: 8, seed: 1 });
    for (let row = 0; row < 30; row += 1)
      assert.equal(
        conditionOf(set, row).indexOf(1),
        generator.classOf(set.latents.slice(row * dims, (row + 1) * dims)),
      );
    const tooMany = { ...label, classNames: ["cat", "dog", "bird"] };
    await assert.rejects(generatorSet({ generator, conditions: [tooMany], samples: 30, heldOut: 8, seed: 1 }), {
      code: "dataset_invalid",
      message: /label: expected 2 labels, one for each class of the generator, got 3/,
    });
  });

  it("a set drawn from a generator shows an expert its images as examples, as training does, so that a sketch expert reads their edges", async () => {
    const read = { encode: 0, encodeForTraining: 0 };
    const counted = (way: keyof typeof read) => async () => {
      read[way] += 1;
      return Float32Array.of(way === "encode" ? 1 : 2);
    };
    const expert = { dims: 1, encode: counted("encode"), encodeForTraining: counted("encodeForTraining") };
    const sketch = { name: "sketch", expert } as const;
    const set = await generatorSet({ generator, conditions: [sketch], samples: 10, heldOut: 2, seed: 1 });
    assert.deepEqual(read, { encode: 0, encodeForTraining: 10 });
    const vector = new Float32Array(1);
    copyEntry(set.conditions[0]!.table, 9, vector, 0);
    assert.deepEqual([...vector], [2]);
  });

  it("a set drawn from a generator stops by its signal and refuses to hold out everything", async () => {
    const options = { generator, conditions, samples: 20, heldOut: 4, seed: 1 };
    await assert.rejects(generatorSet({ ...options, signal: AbortSignal.abort() }), {
      code: "cancelled",
      message: /stopped after 0 of 20 images/,
    });
    await assert.rejects(generatorSet({ ...options, heldOut: 20 }), {
      code: "dataset_invalid",
      message: /fewer held-out images than 20, got 20/,
    });
  });
});

describe("the whitening of a generator", () => {
  it("the whitening of a generator is what a fit to many draws approaches, and inverts itself", () => {
    const fitted = fitWhitening(many.latents, dims, generator.posteriorStd);
    const exact = generatorWhitening(generator);
    for (const name of ["mean", "matrix", "inverse"] as const)
      for (const [at, value] of exact[name].entries())
        assert.ok(Math.abs(value - fitted[name][at]!) < 0.06, `${name} ${at}: ${value}, fitted ${fitted[name][at]}`);
    assert.ok(Math.abs(exact.logDet - fitted.logDet) < 0.1, `${exact.logDet}, fitted ${fitted.logDet}`);
    const product = Matrix.from1DArray(dims, dims, exact.matrix).mmul(Matrix.from1DArray(dims, dims, exact.inverse));
    assert.ok(product.sub(Matrix.eye(dims)).norm() < 1e-9);
  });
});

describe("a flow trained without data", async () => {
  const result = await fitGenerator(generator, many, {
    ...defaultTrainOptions,
    batch: 256,
    steps: 650,
    learningRate: 3e-3,
    warmupSteps: 50,
    dropout: 0,
    weightDecay: 0,
    threads: 2,
  });

  it("a flow trained without data reaches the analytic held-out likelihood within 2 %", (context) => {
    const analytic = analyticNats(many);
    context.diagnostic(`held-out ${result.heldOutNats.toFixed(4)} nats per dimension, analytic ${analytic.toFixed(4)}`);
    assert.ok(Math.abs(result.heldOutNats / analytic - 1) < 0.02, `flow ${result.heldOutNats}, analytic ${analytic}`);
  });

  it("a flow trained without data draws each class as often as its posterior says", async (context) => {
    const flow = await createFlow(result.weights, { label: "toy", threads: 2 });
    const draws = 400;
    const rows = [...many.heldOutRows].slice(0, 24);
    let [worst, sum] = [0, 0];
    const certainties: number[] = [];
    for (const row of rows) {
      const condition = conditionOf(many, row);
      const expected = Math.exp(toyClassPosterior(condition)[0]!);
      const residual = new TrainingRandom(9, row, "evaluation").fillNormal(new Float32Array(draws * dims));
      const values = Float32Array.from(
        { length: draws * toyConditionDims },
        (_, at) => condition[at % toyConditionDims]!,
      );
      const given = { "image-last": { values, present: new Float32Array(draws).fill(1) } };
      const { values: z } = await flow.inverse(residual, given, draws);
      let count = 0;
      for (let draw = 0; draw < draws; draw += 1)
        if (generator.classOf(z.slice(draw * dims, (draw + 1) * dims)) === 0) count += 1;
      const error = Math.abs(count / draws - expected);
      certainties.push(expected);
      worst = Math.max(worst, error);
      sum += error / rows.length;
    }
    await flow.dispose();
    context.diagnostic(`class frequencies off by ${sum.toFixed(3)} on average, ${worst.toFixed(3)} at most`);
    // Not a test of certainties alone: some of these conditions leave the class open.
    assert.ok(certainties.filter((value) => value > 0.15 && value < 0.85).length >= 5, certainties.join(" "));
    assert.ok(sum < 0.05 && worst < 0.15, `off by ${sum} on average, ${worst} at most`);
  });
});

describe("tau experts fit", () => {
  const run = (...args: string[]) => promisify(execFile)(process.execPath, [cliProgram, "experts", "fit", ...args]);
  const part = { name: "everything", licence: "MIT", source: "test/fixtures/networks/toy-generator.ts" };
  const draft = {
    format: 1,
    id: "own",
    version: "0.0.1",
    label: "Own",
    licence: "MIT",
    parts: [part],
    experts: { generator: toyGeneratorEntry, reader: toyReaderEntry },
    translations: [
      {
        id: "own",
        label: "Own",
        conditions: [{ name: "image-last", expert: "reader" }],
        target: "generator",
        flow: "flow/own.onnx",
        metrics: {},
      },
    ],
  };

  it("tau experts fit publishes a pack that verifies, loads and draws images with a generator and an expert of others", async () => {
    const pack = join(folder, "packs/own");
    await writeToyGenerator(pack);
    await writeFile(join(pack, "manifest.json"), JSON.stringify(draft));
    const { stdout } = await run("--pack", pack, "--samples", "600", "--steps", "30", "--batch", "64");
    const report = JSON.parse(stdout) as { heldOutNatsPerDim: number; shuffledNatsPerDim: number };
    assert.ok(report.heldOutNatsPerDim < report.shuffledNatsPerDim, stdout);
    const catalogue = await Catalogue.open(join(folder, "packs"));
    await catalogue.verify();
    const [info] = catalogue.packs()[0]!.translations;
    assert.deepEqual([info!.conditions, info!.widthPx, info!.latentDims], [["image"], 4, dims]);
    assert.equal(info!.isInvertible, false);
    const [translation] = await loadTranslations(catalogue.entries[0]!, { threads: 1 });
    const image = { kind: "image", planes: new Float32Array(4 * 16).fill(0.5), sizePx: 4, key: "grey" } as const;
    const values = await translation!.conditions[0]!.expert.encode([image]);
    const given = { "image-last": { values, present: Float32Array.of(1) } };
    const { values: z } = await translation!.flow.inverse(new Float32Array(dims), given, 1, []);
    const planes = await translation!.target.decode(z, 1);
    assert.equal(planes.length, 4 * 16);
    assert.ok(planes.every((value) => value >= 0 && value <= 1));
  });

  it("tau experts fit refuses a target that is no generator, and a number of samples that is none", async () => {
    const { pack } = await writeTinyPack(folder);
    await assert.rejects(run("--pack", pack), {
      stderr: /expected an expert of kind onnx-generator, got one with an encoder/,
    });
    await assert.rejects(run("--pack", pack, "--samples", "many"), {
      stderr: /--samples: expected a whole number from 200 to 10000000, got "many"/,
    });
  });
});
