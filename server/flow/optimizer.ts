/**
 * The optimiser inside the graph: global-norm clipping, AdamW (Loshchilov & Hutter 2019) and an exponential moving
 * average of the weights. One run of the step graph reads the state of step t and writes that of step t + 1.
 */
import type { Graph, Value } from "../onnx/graph.ts";
import { add, div, min, mul, scale, sqrt, sub, sumAll } from "../onnx/ops.ts";

/** Names of the four tensors kept for a trained weight. */
export const stateNames = (weight: string) =>
  ({ weight, firstMoment: `${weight}#m`, secondMoment: `${weight}#v`, average: `${weight}#ema` }) as const;

/** Suffix of a state tensor's output, the value after the step. */
export const nextSuffix = "#next";

export interface OptimizerOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
}

export const defaultOptimizer: OptimizerOptions = {
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
};

/** Scalars [1] fed at each step. */
export interface StepScalars {
  readonly learningRate: Value;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ, Adam's bias corrections. */
  readonly correction1: Value;
  readonly correction2: Value;
  /** Decay of the moving average at this step. */
  readonly averageDecay: Value;
}

export function stepScalars(graph: Graph): StepScalars {
  return {
    learningRate: graph.input("learningRate", [1]),
    correction1: graph.input("correction1", [1]),
    correction2: graph.input("correction2", [1]),
    averageDecay: graph.input("averageDecay", [1]),
  };
}

/**
 * Adds the update of every weight to the graph; outputs carry `nextSuffix`. Returns ‖all gradients‖₂ before clipping, shape []. Each
 * operator on a weight's shape is a pass through memory, so factors meet as scalars first: clipping and bias corrections cost no pass.
 */
export function appendAdamW(
  graph: Graph,
  weights: readonly Value[],
  gradients: readonly Value[],
  options: OptimizerOptions,
): Value {
  const scalars = stepScalars(graph);
  const squares = gradients.map((gradient) => mul(gradient, gradient));
  const norm = sqrt(squares.map(sumAll).reduce(add));
  const clip = min(graph.constant(1), div(graph.constant(options.clipNorm), add(norm, graph.constant(1e-12))));
  const keep = sub(graph.constant(1), scalars.averageDecay);
  const rootCorrection = sqrt(scalars.correction2);
  const stepSize = div(mul(scalars.learningRate, rootCorrection), scalars.correction1);
  const epsilon = scale(rootCorrection, options.epsilon);
  const gradientShare = scale(clip, 1 - options.beta1);
  const squareShare = scale(mul(clip, clip), 1 - options.beta2);
  for (const [index, weight] of weights.entries()) {
    const names = stateNames(weight.name);
    const m = graph.input(names.firstMoment, weight.shape);
    const v = graph.input(names.secondMoment, weight.shape);
    const average = graph.input(names.average, weight.shape);
    const nextM = add(scale(m, options.beta1), mul(gradients[index]!, gradientShare));
    const nextV = add(scale(v, options.beta2), mul(squares[index]!, squareShare));
    const direction = div(nextM, add(sqrt(nextV), epsilon));
    // Biases and absent vectors are rows; only matrices decay.
    const decays = weight.shape[0]! > 1;
    const decayed = decays
      ? mul(weight, sub(graph.constant(1), scale(scalars.learningRate, options.weightDecay)))
      : weight;
    const next = sub(decayed, mul(direction, stepSize));
    const nextAverage = add(mul(average, scalars.averageDecay), mul(next, keep));
    const outputs = {
      [names.weight]: next,
      [names.firstMoment]: nextM,
      [names.secondMoment]: nextV,
      [names.average]: nextAverage,
    };
    for (const [name, value] of Object.entries(outputs)) graph.output(`${name}${nextSuffix}`, value);
  }
  return norm;
}
