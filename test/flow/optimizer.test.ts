/** Clipping, AdamW and the moving average, step by step against the same rules in plain float64; the norm of gradients, against its definition. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AdamW, gradientNorm, type OptimizerOptions, stateNames } from "../../server/flow/optimizer.ts";
import { Graph } from "../../server/onnx/graph.ts";
import { toModelBytes } from "../../server/onnx/model-file.ts";
import { Session } from "../../server/onnx/session.ts";

const options: OptimizerOptions = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 };
/** Matrices, which decay, one of them larger than the optimiser's room, and a bias row, which does not; none of a multiple of four values. */
const shapes: Readonly<Record<string, readonly [number, number]>> = {
  matrix: [2, 3],
  large: [211, 83],
  bias: [1, 2],
};
const names = Object.keys(shapes);
const sizeOf = (name: string): number => shapes[name]![0] * shapes[name]![1];

interface Plain {
  w: number[];
  m: number[];
  v: number[];
  average: number[];
}

/** Loshchilov & Hutter 2019, algorithm 2, after clipping by the norm of all gradients. */
function plainStep(
  state: Record<string, Plain>,
  gradients: Record<string, number[]>,
  t: number,
  rate: number,
  decay: number,
) {
  const norm = Math.sqrt(names.flatMap((name) => gradients[name]!).reduce((sum, value) => sum + value * value, 0));
  const clip = Math.min(1, options.clipNorm / norm);
  for (const name of names) {
    const s = state[name]!;
    for (const [i, raw] of gradients[name]!.entries()) {
      const g = raw * clip;
      s.m[i] = options.beta1 * s.m[i]! + (1 - options.beta1) * g;
      s.v[i] = options.beta2 * s.v[i]! + (1 - options.beta2) * g * g;
      const [mHat, vHat] = [s.m[i]! / (1 - options.beta1 ** t), s.v[i]! / (1 - options.beta2 ** t)];
      const shrink = name === "bias" ? 0 : rate * options.weightDecay * s.w[i]!;
      s.w[i] = s.w[i]! - shrink - (rate * mHat) / (Math.sqrt(vHat) + options.epsilon);
      s.average[i] = decay * s.average[i]! + (1 - decay) * s.w[i]!;
    }
  }
  return norm;
}

const wave = (name: string, phase: number, size: number): number[] =>
  Array.from({ length: sizeOf(name) }, (_, index) => size * Math.sin(1.3 * index + phase));
/** Whether a value differs from float64 by roundings alone; squares of small gradients are small. */
const isNear = (got: number, expected: number): boolean => Math.abs(got - expected) < 1e-5 * Math.abs(expected) + 1e-12;
/** The same of sums of what is larger. */
const isNearSum = (got: number, expected: number): boolean => Math.abs(got - expected) < 1e-5;

describe("the optimiser", () => {
  const trained = names.map((name) => ({ name, shape: shapes[name]! }));
  const start = new Map(names.map((name, at) => [name, Float32Array.from(wave(name, at, 0.5))]));

  it("the optimiser takes the steps of AdamW with clipping and averaging, large gradients and small", () => {
    const optimizer = new AdamW(trained, start, options);
    const state: Record<string, Plain> = Object.fromEntries(
      names.map((name) => {
        const w = [...start.get(name)!];
        return [name, { w, m: w.map(() => 0), v: w.map(() => 0), average: [...w] }];
      }),
    );
    const sizes = [3, 1e-3, 10, 0.4, 1e-4];
    const norms = sizes.map((size, step) => {
      const [learningRate, averageDecay] = [0.01 * (step + 1), Math.min(0.998, (1 + step) / (10 + step))];
      const given = Object.fromEntries(names.map((name, at) => [name, wave(name, 3 * step + at, size)]));
      const norm = plainStep(state, given, step + 1, learningRate, averageDecay);
      const gradients = names.map((name) => Float32Array.from(given[name]!));
      optimizer.step(gradients, norm, { step, learningRate, averageDecay });
      const got = optimizer.state();
      for (const name of names) {
        const { weight, firstMoment, secondMoment, average } = stateNames(name);
        const { w, m, v, average: mean } = state[name]!;
        for (const [key, expected, passes] of [
          [weight, w, isNearSum],
          [firstMoment, m, isNearSum],
          [secondMoment, v, isNear],
          [average, mean, isNearSum],
        ] as const)
          for (const [at, value] of expected.entries())
            assert.ok(
              passes(got.get(key)![at]!, value),
              `step ${step}, ${key}[${at}]: expected ${value}, got ${got.get(key)![at]}`,
            );
      }
      return norm;
    });
    assert.deepEqual(
      norms.map((norm) => norm > options.clipNorm),
      [true, false, true, true, false],
      "gradients above and below the clip",
    );
  });

  it("the optimiser starts from the weights that it is given, moments from zero, and shows its state live", () => {
    const optimizer = new AdamW(trained, start, options);
    assert.deepEqual(optimizer.values("weight"), start);
    assert.deepEqual(optimizer.values("average"), start);
    for (const name of names) {
      const { firstMoment, secondMoment } = stateNames(name);
      for (const moment of [firstMoment, secondMoment])
        assert.deepEqual(optimizer.state().get(moment), new Float32Array(sizeOf(name)));
    }
    const live = optimizer.values("weight").get("bias")!;
    const gradients = names.map((name) => new Float32Array(sizeOf(name)).fill(1));
    optimizer.step(gradients, 1, { step: 0, learningRate: 0.1, averageDecay: 0 });
    assert.notDeepEqual(live, start.get("bias"));
    assert.equal(optimizer.state().get("bias")![1], live[1]);
  });

  it("the optimiser refuses a start that is none of its weight, and a gradient of another length, by what was expected and what came", () => {
    assert.throws(() => new AdamW(trained, new Map([...start, ["large", new Float32Array(7)]]), options), {
      code: "tensor_mismatch",
      message: "large: expected 17513 values to start from, got 7",
    });
    const optimizer = new AdamW(trained, start, options);
    const gradients = [6, 17_513, 3].map((length) => new Float32Array(length));
    assert.throws(() => optimizer.step(gradients, 1, { step: 0, learningRate: 0.1, averageDecay: 0 }), {
      name: "RangeError",
      message: "gradient 2: expected 2 values, got 3",
    });
  });

  it("the optimiser says so when the state has no room", () => {
    // 2³¹ bytes a tensor of the state, and four of them.
    assert.throws(() => new AdamW([{ name: "vast", shape: [2 ** 15, 2 ** 14] }], new Map(), options), {
      code: "training_failed",
      message: "training: expected memory for 16 bytes a weight, at most 4 GiB, got too little for 536870912 weights",
    });
  });
});

it("the norm is that of all gradients", async () => {
  const graph = new Graph("norm");
  const gradients = names.map((name) => graph.input(name, shapes[name]!));
  graph.output("norm", gradientNorm(gradients));
  const session = await Session.create(toModelBytes(graph, { kind: "inputs" }), { label: "norm", threads: 1 });
  const values = names.map((name, at) => Float32Array.from(wave(name, at, 2)));
  const feeds = names.map((name, at) => [name, { data: values[at]!, dims: shapes[name]! }] as const);
  const [got] = (await session.run(Object.fromEntries(feeds)))["norm"]!.data as Float32Array;
  await session.dispose();
  const wanted = Math.hypot(...values.flatMap((part) => [...part]));
  assert.ok(Math.abs(got! - wanted) < 1e-5 * wanted);
});
