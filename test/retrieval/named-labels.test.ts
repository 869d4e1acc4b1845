/** How near words are to labels: by the nearest of their names, and further where a name joins two things. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { quantizeInt4 } from "../../server/retrieval/int4.ts";
import { NamedLabels } from "../../server/retrieval/named-labels.ts";

const width = 2;
const rows = (...values: readonly (readonly [number, number])[]) =>
  quantizeInt4(
    values.map((value) => Float32Array.from(value)),
    width,
  );
const labels = ["arrow", "bow-and-arrow", "arrow-with-bow", "band-aid"];
const keys = rows([0, 1], [1, 0], [1, 0], [1, 0]);
const words = Float32Array.of(1, 0);
const rounded = (values: Float32Array): number[] => [...values].map((value) => Number(value.toFixed(3)));

test("a label is as near as the nearest of its names", () => {
  const others = { labels: [0, 0, 3], keys: rows([1, 0], [0, 1], [0, 1]) };
  assert.deepEqual(rounded(new NamedLabels(labels, keys, width).cosinesTo(words)), [0, 0.8, 0.8, 1]);
  assert.deepEqual(rounded(new NamedLabels(labels, keys, width, others).cosinesTo(words)), [1, 0.8, 0.8, 1]);
});

test("a name of two things is further than it seems, but for the thing that it begins with", () => {
  const named = new NamedLabels(labels, keys, width);
  assert.deepEqual(rounded(named.cosinesTo(words, "arrow")), [0, 0.8, 1, 1]);
  assert.deepEqual(rounded(named.nameOf(0)), [0, 1]);
});
