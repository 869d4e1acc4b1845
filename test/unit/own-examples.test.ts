/** Examples for a style of one's own, computed by hand: its middle, its captions, and all else as the base has it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ExamplesContent } from "../../server/experts/examples.ts";
import type { TrainingSet } from "../../server/flow/training-set.ts";
import { denseTable } from "../../server/flow/vector-table.ts";
import { addFourBits, toFourBits } from "../../server/onnx/four-bits.ts";
import { examplesInOwnStyle } from "../../server/training/own-examples.ts";
import { near } from "../fixtures/near.ts";

const [dims, keyDims] = [2, 4];
const base: ExamplesContent = {
  dims,
  keyDims,
  labels: ["apple"],
  styles: ["flat", "round"],
  middles: Float32Array.of(1, 2, 3, 4, 5, 6),
  keys: toFourBits([Float32Array.of(1, 0, 0, 0)], keyDims),
  examples: [{ label: 0, style: 1 }],
  values: toFourBits([Float32Array.of(7, -7)], dims),
  affinities: Float32Array.of(0, 1, 2, 3),
};

/** Three images under two captions each; the last is held out, and so is its second caption. */
const set: TrainingSet = {
  dims,
  latents: Float32Array.of(10, 20, 30, 60, 500, 500),
  posteriorStd: 0.1,
  conditions: [
    { name: "sketch", kind: "picture", dims: 1, table: denseTable(Float32Array.of(1), 1), options: [[0], [0], [0]] },
    {
      name: "caption",
      kind: "words",
      dims: keyDims,
      table: denseTable(Float32Array.of(7, 0, 0, 0, 0, 7, 0, 0, 0, 0, 7, 0, 0, 0, 0, 7), keyDims),
      options: [
        [0, 2],
        [1, 2],
        [2, 3],
      ],
    },
  ],
  trainRows: Int32Array.of(0, 1),
  heldOutRows: Int32Array.of(2),
};

describe("examples in a style of one's own", () => {
  const own = examplesInOwnStyle(base, set);

  it("lie around the mean of its training images where no style is asked for", () => {
    near(own.middles, [1, 2, 3, 4, 20, 40]);
    near(base.middles, [1, 2, 3, 4, 5, 6]);
  });

  it("know each caption of its training images once, and none of those held out", () => {
    const rows = [...own.ownKeys!.steps.keys()].map((row) => {
      const caption = new Float32Array(keyDims);
      addFourBits(own.ownKeys!, row, keyDims, 1, caption);
      return [...caption];
    });
    assert.deepEqual(rows, [
      [7, 0, 0, 0],
      [0, 0, 7, 0],
      [0, 7, 0, 0],
    ]);
  });

  it("are those of the base otherwise, and replace what an own style had before", () => {
    const { middles: _, ownKeys: __, ...rest } = own;
    const { middles: ___, ...kept } = base;
    assert.deepEqual(rest, kept);
    assert.deepEqual(examplesInOwnStyle(own, set), own);
  });
});
