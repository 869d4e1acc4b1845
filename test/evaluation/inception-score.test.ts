/** The inception score on cases whose value is known. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { inceptionScore } from "../../server/evaluation/metrics/inception-score.ts";
import { stackRows } from "../../server/evaluation/metrics/vectors.ts";

const logitsOf = (classes: readonly number[], count: number, height: number) =>
  stackRows(
    classes.map((index) => new Float32Array(count).fill(height, index, index + 1)),
    count,
  );

it("An inception score is the number of classes when every class is sure and as frequent as the others", () => {
  const classes = Array.from({ length: 200 }, (_, at) => at % 4);
  const { mean, deviation } = inceptionScore(logitsOf(classes, 4, 60));
  assert.ok(Math.abs(mean - 4) < 1e-6 && deviation < 1e-6, `${mean} ± ${deviation}`);
});

it("An inception score is 1 when all samples are of one class, and when the classifier knows nothing", () => {
  assert.ok(Math.abs(inceptionScore(logitsOf(new Array(40).fill(2), 4, 60)).mean - 1) < 1e-9);
  const classes = Array.from({ length: 40 }, (_, at) => at % 4);
  assert.ok(Math.abs(inceptionScore(logitsOf(classes, 4, 0)).mean - 1) < 1e-9);
});
