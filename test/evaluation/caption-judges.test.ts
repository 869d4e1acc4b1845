/** The judge of captions in the report on styles: what it is fitted on, and ridge regression on wide features. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fitRidge } from "../../server/evaluation/metrics/ridge.ts";
import { pickRows, type Vectors } from "../../server/evaluation/metrics/vectors.ts";
import { forCaptionJudge, showsOneOf } from "../../server/evaluation/styles/judge-drawings.ts";
import type { StyleDrawing } from "../../server/evaluation/styles/style-drawings.ts";
import { openWideRidge } from "../../server/evaluation/styles/wide-ridge.ts";
import { TrainingRandom } from "../../server/flow/random.ts";

function drawing(family: string, base: string, more: Partial<StyleDrawing> = {}): StyleDrawing {
  const named = { family, variant: family, set: family, base, concept: base, words: base.replaceAll("-", " ") };
  return { row: 0, ...named, split: "train", look: "flat", isColour: false, isProcedural: false, ...more };
}

describe("drawings for the judge of captions", () => {
  const large = Array.from({ length: 90 }, (_, at) => drawing("large", `thing-${at % 30}`, { row: at }));
  const small = Array.from({ length: 10 }, (_, at) => drawing("small", `thing-${at}`, { row: 100 + at }));
  const held = small.map((one) => ({ ...one, family: "held", split: "heldOutFamily" as const, row: one.row + 100 }));

  it("every wording is drawn once before one is drawn twice", () => {
    const words = forCaptionJudge([...large, ...small], 100, 1).map((one) => one.words);
    assert.equal(new Set(words.slice(0, 30)).size, 30);
    assert.equal(words.length, 100);
  });

  it("a small family is chosen like a large one, and one that the pack never saw more often", () => {
    const own = [...large, ...small, ...held].map((one) => ({ ...one, words: `${one.family} ${one.row}` }));
    const families = forCaptionJudge(own, 15, 1).map(({ family }) => family);
    const countOf = (family: string): number => families.filter((one) => one === family).length;
    assert.ok(Math.abs(countOf("large") - countOf("small")) <= 1, `${families}`);
    assert.ok(countOf("held") > 2 * countOf("large"), `${families}`);
  });

  it("the seed fixes which are chosen", () => {
    const rows = (seed: number): number[] => forCaptionJudge(large, 20, seed).map(({ row }) => row);
    assert.deepEqual(rows(1), rows(1));
    assert.notDeepEqual(rows(1), rows(2));
  });

  it("a drawing shows a thing of its family, by its base or by its name", () => {
    const things = new Set(["ri|ship"]);
    assert.ok(showsOneOf(drawing("ri", "ship"), things));
    assert.ok(showsOneOf(drawing("ri", "ship-2", { words: "ship" }), things));
    assert.ok(!showsOneOf(drawing("ri", "ship-wheel"), things));
    assert.ok(!showsOneOf(drawing("tabler", "ship"), things));
  });
});

describe("ridge regression on wide features", () => {
  const [count, dimsIn, dimsOut] = [1500, 6, 2];
  const options = { dimsIn, dimsOut, units: 64, penalty: 1e-4, threads: 1 };
  const inputs: Vectors = {
    values: new TrainingRandom(3, 0, "evaluation").fillNormal(new Float32Array(count * dimsIn)),
    dims: dimsIn,
  };
  /** One that is linear in the direction of an input, and one that is not. */
  const outputs: Vectors = { values: new Float32Array(count * dimsOut), dims: dimsOut };
  for (let row = 0; row < count; row += 1) {
    const [a, b, ...others] = inputs.values.subarray(row * dimsIn, (row + 1) * dimsIn);
    const length = Math.hypot(a!, b!, ...others);
    outputs.values.set([3 + a! / length, (a! * b!) / length ** 2], row * dimsOut);
  }
  const rows = Array.from({ length: count }, (_, row) => row);
  const [fitted, fresh] = [rows.slice(0, 1300), rows.slice(1300)];
  const errors = (predicted: Vectors): number[] =>
    [0, 1].map((axis) => {
      const squares = fresh.map(
        (row, at) => (predicted.values[at * dimsOut + axis]! - outputs.values[row * dimsOut + axis]!) ** 2,
      );
      return squares.reduce((sum, square) => sum + square, 0) / fresh.length;
    });

  it("wide ridge regression finds what is bent as well as what is straight", async () => {
    const ridge = await openWideRidge(options);
    await ridge.add(pickRows(inputs, fitted), pickRows(outputs, fitted));
    const [straight, bent] = errors(await ridge.fit()(pickRows(inputs, fresh)));
    const plain = fitRidge(pickRows(inputs, fitted), pickRows(outputs, fitted), 1e-4);
    const [, missed] = errors(plain.predict(pickRows(inputs, fresh)));
    assert.ok(straight! < 1e-4, `${straight}`);
    assert.ok(bent! < 0.1 * missed!, `${bent} against ${missed}`);
  });

  it("wide ridge regression is the same however its pairs are divided, and a fit keeps what it was fitted on", async () => {
    const [whole, parts] = [await openWideRidge(options), await openWideRidge(options)];
    await whole.add(pickRows(inputs, fitted), pickRows(outputs, fitted));
    const [first, rest] = [fitted.slice(0, 400), fitted.slice(400)];
    await parts.add(pickRows(inputs, first), pickRows(outputs, first));
    const early = parts.fit();
    const before = await early(pickRows(inputs, fresh));
    await parts.add(pickRows(inputs, rest), pickRows(outputs, rest));
    assert.deepEqual(await early(pickRows(inputs, fresh)), before);
    const [one, other] = [whole.fit(), parts.fit()];
    const [expected, got] = [await one(pickRows(inputs, fresh)), await other(pickRows(inputs, fresh))];
    for (const [at, value] of got.values.entries()) assert.ok(Math.abs(value - expected.values[at]!) < 1e-3);
  });

  it("wide ridge regression refuses a single picture", async () => {
    const ridge = await openWideRidge(options);
    await ridge.add(pickRows(inputs, [0]), pickRows(outputs, [0]));
    assert.throws(() => ridge.fit(), { code: "dataset_invalid" });
  });
});
