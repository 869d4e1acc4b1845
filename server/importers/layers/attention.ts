/** Self-attention over places of an image (Zhang et al. 2018, as both BigGANs have it): keys and values at half resolution. */
import type { Network, Tensor, Weight } from "../../onnx/network.ts";
import type { Linear } from "./folding.ts";
import { add, convolution, multiply, reshape, transpose } from "./layers.ts";

export interface AttentionWeights {
  readonly theta: Linear;
  readonly phi: Linear;
  readonly g: Linear;
  readonly out: Linear;
  /** [1] */
  readonly gamma: Weight;
}

/** x + γ · attention(x) of x [1, channels, side, side]. */
export function selfAttention(network: Network, x: Tensor, side: number, weights: AttentionWeights): Tensor {
  const channels = weights.g.weight.shape[0]!;
  const pooled = (map: Tensor): Tensor => network.node("MaxPool", [map], { kernel_shape: [2, 2], strides: [2, 2] });
  const rows = (map: Tensor): Tensor => reshape(network, map, [0, 0, -1]);
  const queries = transpose(network, rows(convolution(network, x, weights.theta)), [0, 2, 1]);
  const keys = rows(pooled(convolution(network, x, weights.phi)));
  const values = rows(pooled(convolution(network, x, weights.g)));
  const shares = network.node("Softmax", [network.node("MatMul", [queries, keys])], { axis: -1 });
  // [places, shares] · [shares, channels], so that the large map is never transposed.
  const mixed = network.node("MatMul", [shares, transpose(network, values, [0, 2, 1])]);
  const map = reshape(network, transpose(network, mixed, [0, 2, 1]), [0, channels, side, side]);
  return add(network, x, multiply(network, convolution(network, map, weights.out), network.weight(weights.gamma)));
}
