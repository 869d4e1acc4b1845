/** The metrics of a trained flow: each is what its name says, on the rows that were measured. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TrainingRandom } from "../../server/flow/random.ts";
import { defaultTrainOptions } from "../../server/flow/trainer.ts";
import type { TrainingSet } from "../../server/flow/training-set.ts";
import { denseTable } from "../../server/flow/vector-table.ts";
import { fitFlow } from "../../server/training/fit-flow.ts";

const [dims, train, heldOut, std] = [4, 300, 200, 0.3];

/** Latents with a mean and spread of their own in each dimension; two captions that say nothing. */
function makeSet(): TrainingSet {
  const random = new TrainingRandom(4, 0, "evaluation");
  const latents = random.fillNormal(new Float32Array((train + heldOut) * dims));
  for (let index = 0; index < latents.length; index += 1)
    latents[index] = 1 + (index % dims) + latents[index]! * (0.5 + (index % dims));
  const rows = Array.from({ length: train + heldOut }, (_, row) => row);
  return {
    dims,
    latents,
    posteriorStd: std,
    conditions: [
      {
        name: "caption",
        kind: "words",
        dims: 2,
        table: denseTable(Float32Array.of(1, 0, 0, 1), 2),
        options: rows.map((row) => [row % 2]),
      },
    ],
    // Every other row twice, as a set with recoloured copies has its originals.
    trainRows: Int32Array.from([...rows.slice(0, train), ...rows.slice(0, train).filter((row) => row % 2 === 0)]),
    heldOutRows: Int32Array.from(rows.slice(train)),
  };
}

describe("the metrics of a trained flow", async () => {
  const set = makeSet();
  const { metrics, heldOutNats } = await fitFlow(set, {
    ...defaultTrainOptions,
    batch: 32,
    steps: 4,
    evaluateEvery: 2,
    threads: 1,
  });

  it("the metrics of a trained flow count images once, however often they are drawn, and only those that were measured", () => {
    assert.equal(metrics["trainImages"], train);
    assert.equal(metrics["heldOutImages"], 128);
  });

  it("the metrics of a trained flow hold the nats of the flow as it ships, in halves, near those of float32", () => {
    assert.equal(metrics["float32NatsPerDim"], heldOutNats);
    assert.ok(Math.abs(metrics["heldOutNatsPerDim"]! - heldOutNats) < 2e-3);
  });

  it("the metrics of a trained flow compare with the diagonal Gaussian on the same rows, as drawing from the posterior confirms", () => {
    const random = new TrainingRandom(6, 0, "evaluation");
    let [sum, count] = [0, 0];
    for (let axis = 0; axis < dims; axis += 1) {
      const values = Array.from(set.trainRows, (row) => set.latents[row * dims + axis]!);
      const mean = values.reduce((total, value) => total + value, 0) / values.length;
      const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length + std ** 2;
      for (const row of set.heldOutRows.slice(0, 128))
        for (const noise of random.fillNormal(new Float32Array(400), std)) {
          const z = set.latents[row * dims + axis]! + noise;
          sum += 0.5 * (Math.log(2 * Math.PI * variance) + (z - mean) ** 2 / variance);
          count += 1;
        }
    }
    const drawn = sum / count;
    assert.ok(
      Math.abs(metrics["diagonalGaussianNatsPerDim"]! - drawn) < 3e-3,
      `${metrics["diagonalGaussianNatsPerDim"]} and ${drawn}`,
    );
  });

  it("the metrics of a trained flow are those of the flow that training goes on from, as long as nothing is learned", async () => {
    const options = {
      ...defaultTrainOptions,
      batch: 32,
      steps: 40,
      warmupSteps: 5,
      evaluateEvery: 20,
      threads: 1,
      keep: "last",
    } as const;
    const first = await fitFlow(set, options);
    const second = await fitFlow(set, { ...options, learningRate: 0 }, first.weights);
    assert.ok(
      Math.abs(second.heldOutNats - first.heldOutNats) < 1e-5,
      `${first.heldOutNats} then ${second.heldOutNats}`,
    );
    assert.equal(second.stepsDone, 40);
    const narrow = { ...set, dims: 2, latents: set.latents.subarray(0, 2 * (train + heldOut)) };
    await assert.rejects(fitFlow(narrow, options, first.weights), {
      code: "dataset_invalid",
      message: /start: expected a flow for z 2, got one for z 4/,
    });
  });
});
