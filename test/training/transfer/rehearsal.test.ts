/** Two sets joined: rows of the second come after those of the first, with conditions of their own, and are drawn beside them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { digestSet } from "../../../server/flow/checkpoint.ts";
import { BatchSampler, createBatchBuffers, type TrainingSet } from "../../../server/flow/training-set.ts";
import { denseTable, type VectorTable } from "../../../server/flow/vector-table.ts";
import { withRehearsal } from "../../../server/training/transfer/rehearsal.ts";

const ones = (...places: number[]): VectorTable => ({
  kind: "ones",
  dims: 4,
  places: Uint16Array.from(places),
  perEntry: 2,
});

/** Rows whose latents are `first`, `first` + 1 …; their captions and label maps say the same. */
function setOf(first: number, rows: number, heldOut: readonly number[]): TrainingSet {
  const numbers = Array.from({ length: rows }, (_, row) => first + row);
  const own = numbers.map((_, row) => [row]);
  return {
    dims: 2,
    latents: Float32Array.from(numbers.flatMap((value) => [value, -value])),
    posteriorStd: 1e-6,
    conditions: [
      { name: "caption", kind: "words", dims: 1, table: denseTable(Float32Array.from(numbers), 1), options: own },
      {
        name: "layout",
        kind: "picture",
        dims: 4,
        table: ones(...numbers.flatMap((value) => [value % 2, 2 + (value % 2)])),
        options: own,
      },
    ],
    trainRows: Int32Array.from(numbers.keys()).filter((row) => !heldOut.includes(row)),
    heldOutRows: Int32Array.from(heldOut),
  };
}

const [own, other] = [setOf(10, 6, [1, 4]), setOf(101, 5, [2])];
const joined = withRehearsal(own, other);

describe("rehearsal", () => {
  it("rehearsal puts the training rows of another set beside a set that stays as it is", () => {
    assert.deepEqual([joined.trainRows, joined.heldOutRows], [own.trainRows, own.heldOutRows]);
    assert.deepEqual([...joined.rehearsedRows!], [6, 7, 9, 10]);
    assert.deepEqual(
      [...joined.latents].filter((_, at) => at % 2 === 0),
      [10, 11, 12, 13, 14, 15, 101, 102, 103, 104, 105],
    );
    assert.equal(own.rehearsedRows, undefined);
    assert.equal(own.conditions[0]!.options.length, 6);
  });

  it("rehearsal changes what names a run's data", () => {
    assert.notEqual(digestSet(joined), digestSet(own));
    assert.notEqual(digestSet(joined), digestSet({ ...joined, rehearsedRows: Int32Array.of(6) }));
  });

  it("rehearsal is drawn beside the images, each with what describes it", () => {
    const [batch, rehearsed] = [6, 4];
    const sampler = new BatchSampler(joined, { batch, rehearsed, seed: 3, firstCaptionRate: 1, conditionNoise: 0 });
    assert.equal(sampler.stepsPerEpoch, 2);
    const buffers = createBatchBuffers(joined, batch);
    const drawn = Array.from({ length: 40 }, (_, step) =>
      [...sampler.fill(buffers, step)].map((row, index) => {
        const value = Math.round(buffers.latents[2 * index]!);
        assert.equal(value, row < 6 ? 10 + row : 101 + row - 6);
        const [caption, layout] = buffers.conditions as [
          (typeof buffers.conditions)[0],
          (typeof buffers.conditions)[0],
        ];
        if (caption.present[index] === 1) assert.equal(caption.values[index], value);
        if (layout.present[index] === 1)
          assert.deepEqual(
            [...layout.values.subarray(4 * index, 4 * index + 4)].map(Math.ceil),
            value % 2 === 0 ? [1, 0, 1, 0] : [0, 1, 0, 1],
          );
        return row;
      }),
    );
    // Each image once an epoch, and rows of the other by chance, all of them now and then.
    for (let step = 0; step < drawn.length; step += 2)
      assert.deepEqual([...drawn[step]!.slice(0, 2), ...drawn[step + 1]!.slice(0, 2)].sort(), [0, 2, 3, 5]);
    const others = drawn.flatMap((rows) => rows.slice(2));
    for (const row of [6, 7, 9, 10])
      assert.ok(Math.abs(others.filter((one) => one === row).length - 40) < 20, `row ${row}`);
    assert.equal(others.length, others.filter((row) => [6, 7, 9, 10].includes(row)).length);
    const again = new BatchSampler(joined, { batch, rehearsed, seed: 3, firstCaptionRate: 1, conditionNoise: 0 });
    assert.deepEqual([...again.fill(buffers, 17)], drawn[17]);
  });
});
