/** How unlike others a drawing is, by which four images of a caption are chosen. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { unlikeness } from "../../../server/inference/drawings/unlikeness.ts";

const [black, white, left, right] = [
  [1, 1],
  [0, 0],
  [1, 0],
  [0, 1],
].map((alphas) => Float32Array.from(alphas)) as [Float32Array, Float32Array, Float32Array, Float32Array];

it("a drawing is unlike one other by their difference", () => {
  assert.equal(unlikeness(black, [white]), 1);
  assert.equal(unlikeness(black, [left]), 0.5);
  assert.equal(unlikeness(black, [black]), 0);
});

it("of drawings that differ as much from their nearest, the one that differs more from all is more unlike", () => {
  assert.ok(unlikeness(left, [black, right]) > unlikeness(left, [black, white]));
});

it("one that repeats another is less unlike than one that differs from all, as their mean alone does not tell", () => {
  assert.ok(unlikeness(black, [black, white]) < unlikeness(left, [black, white]));
});
