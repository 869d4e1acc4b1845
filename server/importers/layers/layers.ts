/** Layers that several networks share, as nodes of a network: one function each, named after what it computes. */
import type { Network, Tensor } from "../../onnx/network.ts";
import type { Linear } from "./folding.ts";

export interface ConvolutionOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  /** Names the output, so that it can be found as a layer. */
  readonly name?: string;
}

/** Convolution of [1, channels, height, width] with W [out, channels, k, k]. */
export function convolution(
  network: Network,
  x: Tensor,
  { weight, bias }: Linear,
  { stride = 1, padding = 0, dilation = 1, name }: ConvolutionOptions = {},
): Tensor {
  const operands = [x, network.weight(weight), ...(bias ? [network.weight(bias)] : [])];
  const attributes = {
    kernel_shape: weight.shape.slice(2),
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    dilations: [dilation, dilation],
  };
  return network.node("Conv", operands, attributes, name);
}

/** x·Wᵀ + b of x [rows, in] and W [out, in], as PyTorch stores it. */
export function linear(network: Network, x: Tensor, { weight, bias }: Linear, name?: string): Tensor {
  const operands = [x, network.weight(weight), ...(bias ? [network.weight(bias)] : [])];
  return network.node("Gemm", operands, { transB: 1 }, name);
}

export const relu = (network: Network, x: Tensor, name?: string): Tensor => network.node("Relu", [x], {}, name);

/** x where positive, slope · x else. */
export const leakyRelu = (network: Network, x: Tensor, slope: number): Tensor =>
  network.node("LeakyRelu", [x], { alpha: { float: slope } });

export const add = (network: Network, a: Tensor, b: Tensor, name?: string): Tensor =>
  network.node("Add", [a, b], {}, name);

export const multiply = (network: Network, a: Tensor, b: Tensor): Tensor => network.node("Mul", [a, b]);

export const concat = (network: Network, parts: readonly Tensor[], axis: number): Tensor =>
  network.node("Concat", parts, { axis });

/** A 0 keeps the size of that axis, a −1 takes what is left. */
export const reshape = (network: Network, x: Tensor, shape: readonly number[]): Tensor =>
  network.node("Reshape", [x, network.integers(...shape)]);

export const transpose = (network: Network, x: Tensor, permutation: readonly number[]): Tensor =>
  network.node("Transpose", [x], { perm: permutation });

/** Elements `start` (inclusive) to `end` (exclusive) along `axis`. */
export const slice = (network: Network, x: Tensor, axis: number, start: number, end: number): Tensor =>
  network.node("Slice", [x, network.integers(start), network.integers(end), network.integers(axis)]);

/** Every pixel as a square of 2 × 2 of its own value. */
export function doubled(network: Network, x: Tensor): Tensor {
  const scales = network.constant(Float32Array.of(1, 1, 2, 2), [4]);
  return network.node("Resize", [x, "", scales], {
    mode: "nearest",
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  });
}
