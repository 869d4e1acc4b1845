/** Clipping, AdamW and the moving average inside the graph, step by step against the same rules in plain float64. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { appendAdamW, nextSuffix, type OptimizerOptions, stateNames } from "../../server/flow/optimizer.ts";
import { Graph } from "../../server/onnx/graph.ts";
import { toModelBytes } from "../../server/onnx/model-file.ts";
import { Session, type Tensor } from "../../server/onnx/session.ts";

const options: OptimizerOptions = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 };
/** A matrix, which decays, and a bias row, which does not. */
const shapes: Readonly<Record<string, readonly [number, number]>> = { matrix: [2, 3], bias: [1, 2] };
const names = Object.keys(shapes);

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

describe("the optimiser", () => {
  it("takes the steps of AdamW with clipping and averaging, large gradients and small", async () => {
    const graph = new Graph("optimiser");
    const weights = names.map((name) => graph.input(name, shapes[name]!));
    const gradients = names.map((name) => graph.input(`d:${name}`, shapes[name]!));
    graph.output("norm", appendAdamW(graph, weights, gradients, options));
    const session = await Session.create(toModelBytes(graph, { kind: "inputs" }), { label: "optimiser", threads: 1 });
    const wave = (name: string, phase: number, size: number): number[] =>
      Array.from({ length: shapes[name]![0] * shapes[name]![1] }, (_, index) => size * Math.sin(1.3 * index + phase));
    const state: Record<string, Plain> = Object.fromEntries(
      names.map((name, at) => {
        const w = wave(name, at, 0.5);
        return [name, { w, m: w.map(() => 0), v: w.map(() => 0), average: [...w] }];
      }),
    );
    let feeds: Record<string, Tensor> = {};
    for (const name of names) {
      const { weight, firstMoment, secondMoment, average } = stateNames(name);
      const tensor = (values: number[]): Tensor => ({ data: Float32Array.from(values), dims: shapes[name]! });
      const { w, m, v, average: mean } = state[name]!;
      feeds = {
        ...feeds,
        [weight]: tensor(w),
        [firstMoment]: tensor(m),
        [secondMoment]: tensor(v),
        [average]: tensor(mean),
      };
    }
    // Norms far above and far below the clip.
    for (const [index, size] of [3, 0.02, 10, 0.4, 1e-4].entries()) {
      const t = index + 1;
      const [rate, decay] = [0.01 * t, Math.min(0.998, t / (9 + t))];
      const given = Object.fromEntries(names.map((name, at) => [name, wave(name, 3 * t + at, size)]));
      const norm = plainStep(state, given, t, rate, decay);
      const scalar = (value: number): Tensor => ({ data: Float32Array.of(value), dims: [1] });
      const results = await session.run({
        ...feeds,
        ...Object.fromEntries(
          names.map((name) => [`d:${name}`, { data: Float32Array.from(given[name]!), dims: shapes[name]! }]),
        ),
        learningRate: scalar(rate),
        correction1: scalar(1 - options.beta1 ** t),
        correction2: scalar(1 - options.beta2 ** t),
        averageDecay: scalar(decay),
      });
      assert.ok(Math.abs((results["norm"]!.data[0] as number) - norm) < 1e-5 * Math.max(1, norm));
      for (const name of names) {
        const { weight, average } = stateNames(name);
        for (const [key, expected] of [
          [weight, state[name]!.w],
          [average, state[name]!.average],
        ] as const) {
          const got = results[`${key}${nextSuffix}`]!.data as Float32Array;
          for (const [at, value] of expected.entries())
            assert.ok(Math.abs(got[at]! - value) < 1e-5, `step ${t}, ${key}[${at}]: expected ${value}, got ${got[at]}`);
        }
      }
      feeds = Object.fromEntries(Object.keys(feeds).map((name) => [name, results[`${name}${nextSuffix}`]!]));
    }
    await session.dispose();
  });
});
