/**
 * Residual networks (He et al. 2016) in torchvision's layout, norms folded into convolutions. Every layer's output has the layer's
 * name (`layer3.5`), so that an expert can be read at any depth. Shared by the classifier, DeepLab's backbone and BigAE's encoder.
 */
import type { Network, Tensor } from "../../onnx/network.ts";
import type { Weights } from "../weights.ts";
import { anyNorm, folded, type Linear } from "./folding.ts";
import { add, convolution, relu } from "./layers.ts";

const eps = 1e-5;

export interface ResNetOptions {
  /** Layers 2 to 4 that keep the size of their maps and space their kernels instead (DeepLab: the last two). */
  readonly dilated?: ReadonlySet<number>;
}

/** x [1, 3, height, width] → the output of `layer4`. */
export function resnetLayers(
  network: Network,
  weights: Weights,
  x: Tensor,
  { dilated = new Set() }: ResNetOptions = {},
): Tensor {
  let value = relu(
    network,
    convolution(network, x, normed(weights, "conv1", "bn1"), { stride: 2, padding: 3 }),
    "relu",
  );
  value = network.node("MaxPool", [value], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, "maxpool");
  let dilation = 1;
  for (const layer of [1, 2, 3, 4]) {
    const before = dilation;
    const halves = layer > 1 && !dilated.has(layer);
    if (dilated.has(layer)) dilation *= 2;
    const count = weights.count(`layer${layer}`);
    for (let at = 0; at < count; at += 1) {
      const isFirst = at === 0;
      value = residualBlock(network, weights.within(`layer${layer}.${at}.`), value, {
        stride: isFirst && halves ? 2 : 1,
        // The first block of a layer keeps the spacing of the layer before.
        dilation: isFirst ? before : dilation,
        name: `layer${layer}.${at}`,
      });
    }
  }
  return value;
}

const normed = (weights: Weights, conv: string, norm: string): Linear =>
  folded(
    { weight: weights.get(`${conv}.weight`), bias: weights.find(`${conv}.bias`) },
    anyNorm(weights.within(`${norm}.`), eps),
  );

interface BlockOptions {
  readonly stride: number;
  readonly dilation: number;
  readonly name: string;
}

/** Three convolutions of which the middle one sees neighbours (ResNet-50 and up), or two that both do. */
function residualBlock(
  network: Network,
  weights: Weights,
  x: Tensor,
  { stride, dilation, name }: BlockOptions,
): Tensor {
  const around = { stride, padding: dilation, dilation };
  let inner: Tensor;
  if (weights.has("conv3.weight")) {
    inner = relu(network, convolution(network, x, normed(weights, "conv1", "bn1")));
    inner = relu(network, convolution(network, inner, normed(weights, "conv2", "bn2"), around));
    inner = convolution(network, inner, normed(weights, "conv3", "bn3"));
  } else {
    inner = relu(network, convolution(network, x, normed(weights, "conv1", "bn1"), around));
    inner = convolution(network, inner, normed(weights, "conv2", "bn2"), { padding: 1 });
  }
  const skip = weights.hasPart("downsample.")
    ? convolution(network, x, normed(weights, "downsample.0", "downsample.1"), { stride })
    : x;
  return relu(network, add(network, inner, skip), name);
}
