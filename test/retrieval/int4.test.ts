/** Rows in four bits: what comes back is within half a step of what went in, signs and zeros included, beside what was there. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  accumulateInt4,
  dotInt4,
  type Int4Rows,
  productsByTable,
  productTable,
  quantizeInt4,
} from "../../server/retrieval/int4.ts";
import { near } from "../fixtures/near.ts";

const read = (rows: Int4Rows, row: number, width: number): Float32Array => {
  const values = new Float32Array(width);
  accumulateInt4(rows, row, width, 1, values);
  return values;
};

describe("rows in four bits", () => {
  it("rows in four bits come back within half a step, which is a seventh of a row's largest size", () => {
    const value = fc.integer({ min: -99_999, max: 99_999 }).map((whole) => whole / 100);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(value, { minLength: 24, maxLength: 24 }),
        (pairs, values) => {
          const width = 2 * pairs;
          const rows = [0, 1].map((row) => Float32Array.from(values.slice(row * width, (row + 1) * width)));
          const packed = quantizeInt4(rows, width);
          assert.equal(packed.bytes.length, width);
          for (const [at, row] of rows.entries()) {
            const step = Math.max(...row.map(Math.abs)) / 7;
            for (const [axis, got] of read(packed, at, width).entries())
              assert.ok(Math.abs(got - row[axis]!) <= step * 0.5001, `${got}, expected about ${row[axis]}`);
          }
        },
      ),
      { seed: 20261125, numRuns: 200 },
    );
  });

  it("rows in four bits keep every whole number from −7 to 7, in the lower and in the upper half of a byte", () => {
    const wholes = Array.from({ length: 15 }, (_, index) => index - 7);
    for (const row of [
      [...wholes, 0],
      [0, ...wholes],
    ])
      assert.deepEqual([...read(quantizeInt4([Float32Array.from(row)], 16), 0, 16)], row);
  });

  it("rows in four bits keep the largest value of a row where it is negative", () => {
    const rows = quantizeInt4([Float32Array.of(-3.5, 0.5), Float32Array.of(0, -0.07)], 2);
    near(read(rows, 0, 2), [-3.5, 0.5]);
    near(read(rows, 1, 2), [0, -0.07]);
  });

  it("rows in four bits have the same product with a vector by its table, to the bit (property)", () => {
    // More rows than are taken side by side.
    const [width, value] = [24, fc.float({ min: -1, max: 1, noNaN: true })];
    const vector = fc.array(value, { minLength: width, maxLength: width });
    const wanted = Int32Array.of(5, 0, 3, 1, 4, 2, 0);
    fc.assert(
      fc.property(fc.array(vector, { minLength: 6, maxLength: 6 }), vector, (all, words) => {
        const rows = quantizeInt4(
          all.map((one) => Float32Array.from(one)),
          width,
        );
        const to = new Float64Array(wanted.length).fill(7);
        const given = { rows: wanted, count: 6 };
        productsByTable(new Uint8Array(rows.bytes.buffer), given, productTable(Float32Array.from(words)), to);
        for (const [at, product] of to.subarray(0, 6).entries())
          assert.equal(product + 0, dotInt4(rows, wanted[at]!, width, Float32Array.from(words)).product + 0);
        assert.equal(to[6], 7);
      }),
      { seed: 20261128, numRuns: 100 },
    );
  });

  it("rows in four bits give zeros for zeros, beside rows with values", () => {
    const rows = quantizeInt4([Float32Array.of(7, -7), new Float32Array(2), Float32Array.of(1, 1)], 2);
    assert.deepEqual([...read(rows, 1, 2)], [0, 0]);
    near(read(rows, 2, 2), [1, 1]);
  });

  it("rows in four bits are added to what is there, as many times as is asked", () => {
    const rows = quantizeInt4([Float32Array.of(7, -7, 0, 3)], 4);
    const to = Float32Array.of(1, 2, 3, 4);
    accumulateInt4(rows, 0, 4, 0.5, to);
    near(to, [4.5, -1.5, 3, 5.5]);
    accumulateInt4(rows, 0, 4, -0.5, to);
    near(to, [1, 2, 3, 4]);
  });
});
