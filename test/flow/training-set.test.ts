/** Batches: what a step and a seed fix, how often each image, caption and subset is drawn, and what evaluation holds still. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { measuredRows } from "../../server/flow/held-out.ts";
import {
  type Batch,
  BatchSampler,
  checkTrainingSet,
  createBatchBuffers,
  fillHeldOut,
  type TrainingSet,
} from "../../server/flow/training-set.ts";
import { denseTable, labelTable } from "../../server/flow/vector-table.ts";

const [rows, train, batch] = [60, 48, 16];

/** Row r has the latent [r, −r]; its captions are the entries 3r, 3r + 1, 3r + 2, whose vectors are [entry]. Row 5 has no caption. */
const set: TrainingSet = {
  dims: 2,
  latents: Float32Array.from({ length: rows * 2 }, (_, index) => (index % 2 === 0 ? 1 : -1) * Math.floor(index / 2)),
  posteriorStd: 0.01,
  conditions: [
    {
      name: "caption",
      kind: "words",
      dims: 1,
      table: denseTable(
        Float32Array.from({ length: rows * 3 }, (_, entry) => entry),
        1,
      ),
      options: Array.from({ length: rows }, (_, row) => (row === 5 ? [] : [3 * row, 3 * row + 1, 3 * row + 2])),
    },
  ],
  trainRows: Int32Array.from({ length: train }, (_, index) => index),
  heldOutRows: Int32Array.from({ length: rows - train }, (_, index) => train + index),
};

const sampler = (): BatchSampler =>
  new BatchSampler(set, { batch, rehearsed: 0, seed: 7, firstCaptionRate: 0.3, conditionNoise: 0 });
const rowsOf = ({ latents }: Batch): number[] =>
  Array.from({ length: batch }, (_, index) => Math.abs(Math.round(latents[2 * index]!)));
const copyOf = (data: Batch): Batch => structuredClone(data);

describe("training batches", () => {
  it("training batches are fixed by seed and step alone, in whatever order they are drawn", () => {
    const [a, b] = [sampler(), sampler()];
    const buffers = createBatchBuffers(set, batch);
    const forwards = [0, 1, 2, 3, 4].map((step) => {
      a.fill(buffers, step);
      return copyOf(buffers);
    });
    for (const step of [4, 0, 3, 1]) {
      b.fill(buffers, step);
      assert.deepEqual(copyOf(buffers), forwards[step]);
    }
    assert.notDeepEqual(forwards[0], forwards[3]);
  });

  it("training batches hold each image once an epoch, in another order the next", () => {
    const draws = sampler();
    const buffers = createBatchBuffers(set, batch);
    const epochs = [0, 1].map((epoch) =>
      [0, 1, 2].flatMap((at) => {
        draws.fill(buffers, 3 * epoch + at);
        return rowsOf(buffers);
      }),
    );
    for (const epoch of epochs)
      assert.deepEqual(
        [...epoch].sort((a, b) => a - b),
        [...set.trainRows],
      );
    assert.notDeepEqual(epochs[0], epochs[1]);
  });

  it("training batches pair an image with its own captions only, the first most often, and leave out one in ten", () => {
    const draws = sampler();
    const buffers = createBatchBuffers(set, batch);
    const counts = { absent: 0, first: 0, other: 0 };
    for (let step = 0; step < 600; step += 1) {
      draws.fill(buffers, step);
      const { values, present } = buffers.conditions[0]!;
      for (const [index, row] of rowsOf(buffers).entries()) {
        if (present[index] === 0) {
          assert.equal(values[index], 0);
          if (row !== 5) counts.absent += 1;
          continue;
        }
        assert.notEqual(row, 5, "an image without captions has none");
        assert.equal(Math.floor(values[index]! / 3), row);
        counts[values[index]! % 3 === 0 ? "first" : "other"] += 1;
      }
    }
    const given = counts.first + counts.other;
    const absentRate = counts.absent / (counts.absent + given);
    assert.ok(Math.abs(absentRate - 0.1) < 0.02, `absent ${absentRate}`);
    // 0.3 always the first, and a third of the other 0.7.
    const first = counts.first / given;
    assert.ok(Math.abs(first - (0.3 + 0.7 / 3)) < 0.02, `first ${first}`);
  });

  it("training batches draw the latent again from the posterior each time", () => {
    const wide = { ...set, posteriorStd: 0.4 };
    const draws = new BatchSampler(wide, { batch, rehearsed: 0, seed: 7, firstCaptionRate: 0.3, conditionNoise: 0 });
    const buffers = createBatchBuffers(wide, batch);
    const deviations: number[] = [];
    for (let step = 0; step < 400; step += 1) {
      draws.fill(buffers, step);
      // The two values of an image are r and −r, so their sum is what the posterior added.
      for (let index = 0; index < batch; index += 1)
        deviations.push(buffers.latents[2 * index]! + buffers.latents[2 * index + 1]!);
    }
    const variance = deviations.reduce((sum, value) => sum + value * value, 0) / deviations.length;
    assert.ok(Math.abs(variance / (2 * 0.4 ** 2) - 1) < 0.06, `${variance}`);
  });
});

describe("noise on conditions", () => {
  const dims = 16;
  type Given = Batch["conditions"][number];
  const codes = new Float32Array(rows * dims).fill(0.5);
  const own = Array.from({ length: rows }, (_, row) => [row]);
  const pictures = {
    ...set,
    conditions: [
      { name: "caption", kind: "words" as const, dims, table: denseTable(codes, dims), options: own },
      { name: "sketch", kind: "picture" as const, dims, table: denseTable(codes, dims), options: own },
      { name: "layout", kind: "picture" as const, dims: rows, table: labelTable(rows), options: own },
    ],
  };

  it("noise on conditions reaches given picture codes alone, with the standard deviation that was requested, the same each time", () => {
    const options = { batch, rehearsed: 0, seed: 7, firstCaptionRate: 1, conditionNoise: 0.2 };
    const [draws, again] = [new BatchSampler(pictures, options), new BatchSampler(pictures, options)];
    const [target, repeated] = [createBatchBuffers(pictures, batch), createBatchBuffers(pictures, batch)];
    const noise: number[] = [];
    for (let step = 0; step < 300; step += 1) {
      draws.fill(target, step);
      again.fill(repeated, step);
      assert.deepEqual(target, repeated);
      const [caption, sketch, layout] = target.conditions as [Given, Given, Given];
      for (let row = 0; row < batch; row += 1) {
        const valuesOf = ({ values }: Given, width = dims) => values.slice(row * width, (row + 1) * width);
        assert.ok(valuesOf(caption).every((value) => value === (caption.present[row] ? 0.5 : 0)));
        assert.equal(
          valuesOf(layout, rows).reduce((sum, value) => sum + value, 0),
          layout.present[row],
        );
        if (sketch.present[row]) noise.push(...valuesOf(sketch).map((value) => value - 0.5));
        else assert.ok(valuesOf(sketch).every((value) => value === 0));
      }
    }
    const std = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length);
    assert.ok(Math.abs(std / (0.2 / Math.sqrt(dims)) - 1) < 0.05, `${std}`);
  });
});

describe("held-out batches", () => {
  it("held-out batches are the same at each evaluation: first caption, everything given", () => {
    const [a, b] = [createBatchBuffers(set, 12), createBatchBuffers(set, 12)];
    fillHeldOut(set, a, set.heldOutRows);
    fillHeldOut(set, b, set.heldOutRows);
    assert.deepEqual(a, b);
    assert.deepEqual(
      [...a.conditions[0]!.values],
      Array.from(set.heldOutRows, (row) => 3 * row),
    );
    assert.ok(a.conditions[0]!.present.every((value) => value === 1));
  });

  it("held-out batches change the conditions and nothing else when shifted", () => {
    const [plain, shifted] = [createBatchBuffers(set, 12), createBatchBuffers(set, 12)];
    fillHeldOut(set, plain, set.heldOutRows);
    fillHeldOut(set, shifted, set.heldOutRows, { shift: 6 });
    assert.deepEqual(shifted.latents, plain.latents);
    const captions = [...plain.conditions[0]!.values];
    assert.deepEqual([...shifted.conditions[0]!.values], [...captions.slice(6), ...captions.slice(0, 6)]);
  });

  it("held-out batches give the named conditions alone when asked", () => {
    const bare = createBatchBuffers(set, 12);
    fillHeldOut(set, bare, set.heldOutRows, { given: new Set(["style"]) });
    assert.ok(bare.conditions[0]!.present.every((value) => value === 0));
    assert.ok(bare.conditions[0]!.values.every((value) => value === 0));
  });

  it("held-out batches come in whole batches, so that what is measured is what is counted", () => {
    const heldOut = (count: number): number => measuredRows({ ...set, heldOutRows: new Int32Array(count) }).length;
    assert.deepEqual([8, 127, 128, 200, 256, 1024, 5000].map(heldOut), [8, 127, 128, 128, 256, 1024, 1024]);
  });

  it("held-out batches are refused below eight images, by number", () =>
    assert.throws(
      () => checkTrainingSet({ ...set, heldOutRows: set.heldOutRows.slice(0, 7) }, { batch, rehearsed: 0 }),
      {
        code: "dataset_invalid",
        message: /expected at least 8 held-out images for early stopping, got 7/,
      },
    ));
});
