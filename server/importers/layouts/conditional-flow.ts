/**
 * The conditional flows of net2net and of CompVis/invariances: blocks of ActNorm, a double coupling and a shuffle. Written in both
 * directions over one file of weights: data → residual with log |det|, and back. ActNorm becomes one scale and shift, the order that a
 * coupling leaves and the shuffle after it one gather, batch norms of the embedder go into its matrices.
 */

import type { Checkpoint } from "../../checkpoints/checkpoint.ts";
import { checkpointFault } from "../../checkpoints/checkpoint.ts";
import { Network, type Tensor } from "../../onnx/network.ts";
import { type Imported, type ImportOptions, weightsFileOf } from "../importer.ts";
import { actNorm, folded, type Linear, scaleAndShift } from "../layers/folding.ts";
import { fullyConnected, inputsOf } from "../layers/fully-connected.ts";
import { add, concat, convolution, leakyRelu, multiply, reshape, slice } from "../layers/layers.ts";
import { derived, type Weights } from "../weights.ts";

/** PyTorch's LeakyReLU, which the nets of couplings use. */
const conditionerSlope = 0.01;

/** Turns the condition into what every block is given. */
export interface Embedder {
  /** Of the condition, without the batch. */
  readonly shape: readonly number[];
  embed(network: Network, condition: Tensor): Tensor;
}

/** @throws AppError `pack_corrupt` when a permutation is none */
export async function importFlow(
  checkpoint: Checkpoint,
  flow: Weights,
  embedder: Embedder,
  options: ImportOptions,
): Promise<Imported> {
  const blocks = flow.count("sub_layers");
  const [, dims = 0] = flow.shapeOf("sub_layers.0.norm_layer.loc");
  const orders: number[][] = [];
  for (let at = 0; at < blocks; at += 1)
    orders.push(await permutation(checkpoint, flow.within(`sub_layers.${at}.`), dims));
  const forward = new Network(`${options.name}, data to residual`);
  const inverse = new Network(`${options.name}, residual to data`);
  const parts = orders.map((order, at) => ({ weights: flow.within(`sub_layers.${at}.`), order, dims }));
  encode(forward, parts, embedder, dims);
  decode(inverse, parts, embedder, dims);
  return {
    networks: [
      { file: `${options.name}-forward.onnx`, network: forward },
      { file: `${options.name}-inverse.onnx`, network: inverse },
    ],
    declarations: {},
    flow: {
      forward: `${options.name}-forward.onnx`,
      inverse: `${options.name}-inverse.onnx`,
      data: weightsFileOf(options),
    },
    notes: [
      `${blocks} blocks, z of ${dims}, condition [${embedder.shape.join(", ")}]; weights of both directions lie in ${weightsFileOf(options)}`,
    ],
    unused: flow.unused(),
  };
}

interface Block {
  readonly weights: Weights;
  readonly order: readonly number[];
  readonly dims: number;
}

function encode(network: Network, blocks: readonly Block[], embedder: Embedder, dims: number): void {
  let x = network.input("data", [1, dims]);
  const condition = embedder.embed(network, network.input("condition", [1, ...embedder.shape]));
  const logDets: Tensor[] = [];
  for (const { weights, order } of blocks) {
    const { factor, offset } = normOf(weights, "");
    logDets.push(network.weight(logDetOf(weights)));
    x = add(network, multiply(network, x, network.weight(factor)), network.weight(offset));
    const [a, b] = halves(network, x, dims);
    const first = conditioner(network, weights, 0, a, condition);
    const b2 = add(network, multiply(network, b, network.node("Exp", [first.logScale])), first.shift);
    const second = conditioner(network, weights, 1, b2, condition);
    const a2 = add(network, multiply(network, a, network.node("Exp", [second.logScale])), second.shift);
    logDets.push(sum(network, first.logScale), sum(network, second.logScale));
    x = gather(network, concat(network, [b2, a2], 1), order);
  }
  network.output("residual", x, [1, dims]);
  network.output("logDet", network.node("Sum", logDets), [1, 1]);
}

function decode(network: Network, blocks: readonly Block[], embedder: Embedder, dims: number): void {
  let x = network.input("residual", [1, dims]);
  const condition = embedder.embed(network, network.input("condition", [1, ...embedder.shape]));
  const logDets: Tensor[] = [];
  for (const { weights, order } of [...blocks].reverse()) {
    const [b2, a2] = halves(network, gather(network, x, inverseOf(order)), dims);
    const second = conditioner(network, weights, 1, b2, condition);
    const a = undone(network, a2, second);
    const first = conditioner(network, weights, 0, a, condition);
    const b = undone(network, b2, first);
    logDets.push(network.weight(logDetOf(weights)), sum(network, first.logScale), sum(network, second.logScale));
    const { factor, offset } = normOf(weights, "inverse ");
    x = add(network, multiply(network, concat(network, [a, b], 1), network.weight(factor)), network.weight(offset));
  }
  network.output("data", x, [1, dims]);
  network.output("logDet", network.node("Neg", [network.node("Sum", logDets)]), [1, 1]);
}

/** Shift and log-scale, which a tanh keeps within ±1, of one step of a coupling. */
function conditioner(network: Network, weights: Weights, step: number, half: Tensor, condition: Tensor) {
  const given = concat(network, [half, condition], 1);
  const run = (net: "s" | "t"): Tensor =>
    fullyConnected(network, given, weights.within(`coupling.${net}.${step}.main.`), conditionerSlope);
  return { logScale: network.node("Tanh", [run("s")]), shift: run("t") };
}

const undone = (network: Network, x: Tensor, { logScale, shift }: { logScale: Tensor; shift: Tensor }): Tensor =>
  multiply(network, network.node("Sub", [x, shift]), network.node("Exp", [network.node("Neg", [logScale])]));

const halves = (network: Network, x: Tensor, dims: number): [Tensor, Tensor] => [
  slice(network, x, 1, 0, dims / 2),
  slice(network, x, 1, dims / 2, dims),
];

const gather = (network: Network, x: Tensor, order: readonly number[]): Tensor =>
  network.node("Gather", [x, network.integers(...order)], { axis: 1 });

const sum = (network: Network, x: Tensor): Tensor =>
  network.node("ReduceSum", [x, network.integers(1)], { keepdims: 1 });

/** ActNorm as factor and offset of a row, or its inverse x / scale − loc. */
function normOf(weights: Weights, direction: "" | "inverse ") {
  const norm = actNorm(weights.within("norm_layer."));
  const name = `${norm.sources[0]!.name}:${direction}`;
  if (direction === "") return scaleAndShift(name, norm, [1, norm.channels]);
  const inverted = {
    ...norm,
    at(values: readonly Float32Array[], channel: number) {
      const { factor, offset } = norm.at(values, channel);
      return { factor: 1 / factor, offset: -offset / factor };
    },
  };
  return scaleAndShift(name, inverted, [1, norm.channels]);
}

/** log |det| of an ActNorm, [1, 1]. */
function logDetOf(weights: Weights) {
  const scale = weights.get("norm_layer.scale");
  return derived(`${scale.name}:log-det`, [1, 1], [scale], (values) =>
    Float32Array.of(values.reduce((total, value) => total + Math.log(Math.abs(value)), 0)),
  );
}

async function permutation(checkpoint: Checkpoint, weights: Weights, dims: number): Promise<number[]> {
  const stored = weights.get("shuffle.forward_shuffle_idx", [dims]);
  weights.find("shuffle.backward_shuffle_idx", [dims]);
  const order = [...(await stored.load())];
  const isPermutation = order.every((value) => Number.isInteger(value) && value >= 0 && value < dims);
  if (!isPermutation || new Set(order).size !== dims)
    throw checkpointFault(`${checkpoint.path}: ${stored.name}`, `a permutation of ${dims} places`, "other numbers");
  return order;
}

function inverseOf(order: readonly number[]): number[] {
  const inverse: number[] = [];
  for (const [to, from] of order.entries()) inverse[from] = to;
  return inverse;
}

/** A stack of linear maps. @param slope of its leaky ReLUs */
export function denseEmbedder(weights: Weights, slope: number): Embedder {
  return {
    shape: [inputsOf(weights)],
    embed: (network, condition) => fullyConnected(network, condition, weights, slope),
  };
}

/** Convolutions of 4 × 4 that halve a map of features, then one over all that is left (CompVis/invariances). */
export function spatialEmbedder(weights: Weights): Embedder {
  const halvings = weights.count("feature_layers");
  const last = weights.within("dense_encode.sub_layers.0.");
  const [dims = 0, , size = 0] = last.shapeOf("weight");
  const channels =
    halvings > 0 ? weights.shapeOf("feature_layers.0.sub_layers.0.weight")[1]! : last.shapeOf("weight")[1]!;
  const sidePx = size * 2 ** halvings;
  return {
    shape: [channels, sidePx, sidePx],
    embed(network, condition) {
      let x = condition;
      for (let at = 0; at < halvings; at += 1) {
        const layer = weights.within(`feature_layers.${at}.sub_layers.`);
        const map = { weight: layer.get("0.weight"), bias: layer.find("0.bias") };
        const whole = layer.has("1.loc") ? foldedConvolution(layer, map) : map;
        x = leakyRelu(network, convolution(network, x, whole, { stride: 2, padding: 1 }), 0.2);
      }
      const map = { weight: last.get("weight"), bias: last.find("bias") };
      return reshape(network, convolution(network, x, map), [0, dims]);
    },
  };
}

const foldedConvolution = (layer: Weights, map: Linear): Linear => folded(map, actNorm(layer.within("1.")));
