/** Examples for a style of one's own, computed by hand: its middle, its captions, and what it leaves to the flow. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TrainingSet } from "../../../server/flow/training-set.ts";
import { denseTable } from "../../../server/flow/vector-table.ts";
import type { IndexContent } from "../../../server/retrieval/index-file.ts";
import { accumulateInt4, type Int4Rows, quantizeInt4 } from "../../../server/retrieval/int4.ts";
import { addCode, cosinesOf } from "../../../server/retrieval/quantized-codes.ts";
import { RetrievalIndex } from "../../../server/retrieval/retrieval-index.ts";
import { codePictures } from "../../../server/training/transfer/code-pictures.ts";
import { buildUserStyleIndex } from "../../../server/training/transfer/user-style-index.ts";
import { near } from "../../fixtures/near.ts";

const [dims, keyDims] = [2, 4];
const vectors = (...rows: number[][]): Float32Array[] => rows.map((row) => Float32Array.from(row));
const base: IndexContent = {
  dims,
  keyDims,
  labels: ["apple", "house", "key"],
  styles: ["flat", "round"],
  styleMeans: Float32Array.of(1, 2, 3, 4, 5, 6),
  keys: quantizeInt4(vectors([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]), keyDims),
  entries: [
    { label: 0, style: 1 },
    { label: 1, style: 0 },
    { label: 1, style: 1 },
    { label: 2, style: 0 },
  ],
  values: quantizeInt4(vectors([7, -7], [1, 2], [3, 4], [-5, 5]), dims),
  affinities: Float32Array.of(0, 1, 2, 3),
};

/**
 * Captions: "house icon"; something without a name, and "a key" for the same image; "apple". The last image is held out, so that nobody learned "apple".
 */
const captions = [
  [0, 7, 4, 0],
  [3, 3, 7, 3],
  [0, 0, 1, 7],
  [7, 0, 0, 0],
];
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
      table: denseTable(Float32Array.from(captions.flat()), keyDims),
      options: [[0], [1, 2], [3]],
    },
  ],
  trainRows: Int32Array.of(0, 1, 0),
  heldOutRows: Int32Array.of(2),
};

const rowsOf = (rows: Int4Rows, width: number): number[][] =>
  [...rows.steps.keys()].map((row) => {
    const values = new Float32Array(width);
    accumulateInt4(rows, row, width, 1, values);
    return [...values].map((value) => Math.round(value * 100) / 100);
  });

describe("entries in a style of one's own", () => {
  const own = buildUserStyleIndex(base, set);

  it("entries in a style of one's own lie around the mean of its training images where no style is requested", () => {
    near(own.styleMeans, [1, 2, 3, 4, 50 / 3, 100 / 3]);
    near(base.styleMeans, [1, 2, 3, 4, 5, 6]);
  });

  it("entries in a style of one's own know each caption of a training image once, and none of those held out", () => {
    assert.deepEqual(rowsOf(own.ownKeys!, keyDims), captions.slice(0, 3));
  });

  it("entries in a style of one's own are those of the base otherwise", () => {
    const { styleMeans: _, ownKeys: __, ...rest } = own;
    for (const [name, value] of Object.entries(rest)) assert.equal(value, base[name as keyof IndexContent], name);
  });

  it("entries in a style of one's own leave what was learned to the flow, by its plain name too, and start what is unlike it", () => {
    const store = new RetrievalIndex(own);
    const startsFrom = (...caption: number[]): Float32Array | undefined => {
      const length = Math.hypot(...caption);
      const unit = Float32Array.from(caption, (value) => value / length);
      return store.retrieve({ caption: unit, noise: (count) => new Float32Array(count) })?.latent;
    };
    for (const learned of [
      [0, 7, 4, 0],
      [0, 1, 0, 0],
      [1, 1, 2, 1],
      [0, 0, 0, 1],
    ])
      assert.equal(startsFrom(...learned), undefined, learned.join());
    near(startsFrom(1, 0, 0, 0)!, [50 / 3 + 7, 100 / 3 - 7]);
  });

  it("entries in a style of one's own are the drawings composited like its images, where there are any", () => {
    const entries = [
      { label: 2, style: 1 },
      { label: 0, style: 0 },
    ];
    const composited = buildUserStyleIndex(base, set, {
      transferred: { entries, similarity: [1.5, 2.25] },
      set: {
        latents: Float32Array.of(10, 20, 30, 60),
        conditions: [
          {
            name: "sketch",
            kind: "picture",
            dims: 2,
            table: denseTable(Float32Array.of(7, -7, 0, 1), 2),
            options: [[0], [1]],
          },
          {
            name: "lowResolution",
            kind: "picture",
            dims: 2,
            table: denseTable(Float32Array.of(1, 2, 3, 4), 2),
            options: [[0], [1]],
          },
        ],
      },
    });
    // Found by what the drawings show now, by pictures that entries are found by alone.
    assert.deepEqual([...composited.pictures!.keys()], ["sketch"]);
    assert.deepEqual(
      [...cosinesOf(composited.pictures!.get("sketch")!, Float32Array.of(0, -2))].map((cosine) => cosine.toFixed(3)),
      ["0.707", "-1.000"],
    );
    assert.deepEqual([composited.entries, [...composited.ownAffinities!]], [entries, [15, 22.5]]);
    assert.deepEqual([composited.styleMeans, composited.ownKeys], [own.styleMeans, own.ownKeys]);
    // Less the middle, in seven steps to either side.
    for (const [row, expected] of [
      [10 - 50 / 3, 20 - 100 / 3],
      [30 - 50 / 3, 60 - 100 / 3],
    ].entries())
      for (const [axis, value] of rowsOf(composited.values, dims)[row]!.entries())
        assert.ok(
          Math.abs(value - expected[axis]!) <= composited.values.steps[row]! / 2 + 0.01,
          `${row} ${axis}: ${value}`,
        );
  });

  it("entries in a style of one's own are found by sketches of the things alone, without the ground, where the base knows them so", () => {
    const tableOf = (...rows: number[][]) => denseTable(Float32Array.from(rows.flat()), 2);
    const picture = { kind: "picture", dims: 2, options: [] } as const;
    const onNothing = [
      [1, 7],
      [7, 0],
      [0, 7],
      [-7, 7],
    ];
    const pictures = codePictures([{ ...picture, name: "sketch", table: tableOf(...onNothing) }], [[0], [1], [2], [3]]);
    const entries = [base.entries[3]!, base.entries[1]!, base.entries[2]!];
    const { pictures: own } = buildUserStyleIndex({ ...base, pictures }, set, {
      transferred: { entries, similarity: [1, 1] },
      set: {
        latents: new Float32Array(6),
        conditions: [{ ...picture, name: "sketch", table: tableOf([7, 0], [0, 7], [7, 0]) }],
      },
    });
    const vectors = entries.map((_, row) => {
      const vector = new Float32Array(2);
      addCode(own!.get("sketch")!, row, 1, vector);
      return [...vector].map(Math.round);
    });
    assert.deepEqual(vectors, [
      [-7, 7],
      [7, 0],
      [0, 7],
    ]);
  });

  it("entries in a style of one's own are found by no picture where the base's drawings are not composited: those don't look as this style draws", () => {
    const pictures = codePictures(
      [{ name: "sketch", kind: "picture", dims: 2, table: denseTable(new Float32Array(8), 2), options: [] }],
      [[0], [1], [2], [3]],
    );
    assert.equal(buildUserStyleIndex({ ...base, pictures }, set).pictures, undefined);
  });

  it("entries in a style of one's own replace what an own style had before, where the base is one, and lie on no ground of its", () => {
    assert.deepEqual(buildUserStyleIndex(own, set), own);
    assert.deepEqual(buildUserStyleIndex({ ...own, ownAffinities: Float32Array.of(1, 2) }, set), own);
  });
});
