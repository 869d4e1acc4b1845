/** One sum shows whether all of many values are numbers, wherever one is not. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { sumOf } from "../../server/platform/sum.ts";

it("a sum is that of all values, whatever their number", () => {
  for (const length of [0, 1, 2, 3, 4, 5, 6, 7, 8, 17])
    assert.equal(sumOf(Float32Array.from({ length }, (_, at) => at + 1)), (length * (length + 1)) / 2);
});

it("a sum is no finite number when one of the values is none", () => {
  for (const length of [1, 2, 3, 4, 7, 8])
    for (let at = 0; at < length; at += 1)
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
        assert.ok(!Number.isFinite(sumOf(new Float32Array(length).fill(1).fill(value, at, at + 1))));
  assert.ok(!Number.isFinite(sumOf(Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY))));
});
