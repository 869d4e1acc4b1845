/** Codes of pictures: vectors of four bits a value and label maps, added up and compared as the vectors that they stand for, and made from encoded sets. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cosine } from "../../server/engine/edits/sphere.ts";
import { TrainingRandom } from "../../server/flow/random.ts";
import type { ConditionTable } from "../../server/flow/training-set.ts";
import { copyEntry, denseTable, type VectorTable } from "../../server/flow/vector-table.ts";
import { quantizeInt4 } from "../../server/retrieval/int4.ts";
import { addCode, cosinesOf, type QuantizedCodes } from "../../server/retrieval/quantized-codes.ts";
import { codePictures } from "../../server/training/transfer/code-pictures.ts";
import { near } from "../fixtures/near.ts";

const random = new TrainingRandom(5, 0, "evaluation");
const vectors = (count: number, dims: number): Float32Array[] =>
  Array.from({ length: count }, () => random.fillNormal(new Float32Array(dims)));

const tableOf = (name: string, table: VectorTable): ConditionTable => ({
  name,
  kind: "picture",
  dims: table.dims,
  table,
  options: [],
});
const maps = (cells: number, classes: number, rows: readonly (readonly number[])[]): VectorTable => ({
  kind: "ones",
  dims: cells * classes,
  perEntry: cells,
  places: Uint16Array.from(rows.flatMap((row) => row.map((of, cell) => cell * classes + of))),
});
const codeOf = (codes: QuantizedCodes, row: number): Float32Array => {
  const vector = new Float32Array(codes.dims);
  addCode(codes, row, 1, vector);
  return vector;
};

describe("codes of pictures", () => {
  const dense: QuantizedCodes = { kind: "dense", dims: 64, ...quantizeInt4(vectors(7, 64), 64) };
  const rows = [
    [0, 15, 3, 9],
    [1, 15, 3, 8],
    [2, 0, 0, 0],
  ];
  const table = maps(4, 16, rows);
  const cells = codePictures([tableOf("layout", table)], [[0], [1], [2]]).get("layout")!;

  it("codes of pictures are compared as the vectors that they stand for", () => {
    for (const codes of [dense, cells]) {
      const [requested] = vectors(1, codes.dims);
      const cosines = cosinesOf(codes, requested!);
      assert.equal(cosines.length, codes === dense ? 7 : 3);
      for (const [row, value] of cosines.entries())
        assert.ok(Math.abs(value - cosine(codeOf(codes, row), requested!)) < 1e-6, `${codes.kind} ${row}: ${value}`);
    }
  });

  it("codes of pictures of label maps are those maps, of length 1, and alike by the share of equal cells", () => {
    for (const row of rows.keys()) {
      const map = new Float32Array(64);
      copyEntry(table, row, map, 0);
      near(codeOf(cells, row), [...map]);
    }
    near(cosinesOf(cells, codeOf(cells, 0)), [1, 0.5, 0]);
  });

  it("codes of pictures are like nothing where they or what is requested is blank", () => {
    const blank: QuantizedCodes = {
      kind: "dense",
      dims: 4,
      ...quantizeInt4([new Float32Array(4), Float32Array.of(1, 0, 0, 0)], 4),
    };
    near(cosinesOf(blank, Float32Array.of(1, 0, 0, 0)), [0, 1]);
    near(cosinesOf(blank, new Float32Array(4)), [0, 0]);
  });

  it("codes of pictures are added by a share", () => {
    const sum = new Float32Array(64).fill(1);
    addCode(cells, 0, 0.25, sum);
    addCode(cells, 2, 0.75, sum);
    const [first, last] = [codeOf(cells, 0), codeOf(cells, 2)];
    near(
      sum,
      [...sum.keys()].map((axis) => 1 + 0.25 * first[axis]! + 0.75 * last[axis]!),
    );
  });
});

describe("coding the pictures of a set", () => {
  it("coding the pictures of a set takes the mean of an example's rows, and the first row's map, of conditions that entries are found by", () => {
    const sketches = denseTable(Float32Array.of(7, 0, 0, 7, 0, -7), 2);
    const layouts = maps(2, 3, [
      [0, 1],
      [2, 2],
      [1, 0],
    ]);
    const tables = [tableOf("image-early", sketches), tableOf("sketch", sketches), tableOf("layout", layouts)];
    const codes = codePictures(tables, [[0, 1], [2]]);
    assert.deepEqual([...codes.keys()], ["sketch", "layout"]);
    near(codeOf(codes.get("sketch")!, 0), [3.5, 3.5]);
    near(codeOf(codes.get("sketch")!, 1), [0, -7]);
    near(cosinesOf(codes.get("layout")!, codeOf(codes.get("layout")!, 0)), [1, 0]);
    near(codeOf(codes.get("layout")!, 1), [0, Math.SQRT1_2, 0, Math.SQRT1_2, 0, 0]);
  });

  it("coding the pictures of a set leaves out maps that do not fit in half a byte a cell, and vectors of an odd width", () => {
    for (const table of [maps(2, 17, [[0, 16]]), maps(3, 4, [[0, 1, 2]]), denseTable(new Float32Array(3), 3)])
      assert.deepEqual([...codePictures([tableOf("layout", table)], [[0]]).keys()], []);
  });
});
