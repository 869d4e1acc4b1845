/**
 * torchvision's DeepLabV3 (Chen et al. 2017) on ResNet-50 or 101: logits of classes at every place. Beside them it gives the label map, one-hot
 * at the resolution of its features, which is the paper's condition of high diversity; the logits themselves follow appearance.
 */

import { OnnxExpertSchema } from "../../manifest/declared-manifest.ts";
import { Network, type Tensor } from "../../onnx/network.ts";
import { type Imported, type Importer, weightsFileOf } from "../importer.ts";
import { batchNorm, folded, type Linear } from "../layers/folding.ts";
import { concat, convolution, relu } from "../layers/layers.ts";
import { resnetLayers } from "../layers/resnet-layers.ts";
import { Weights } from "../weights.ts";
import { imageNet } from "./resnet.ts";

const marker = "classifier.0.convs.0.0.weight";

/** Spacing of the kernels of the three parallel convolutions, which their weights do not show. */
const rates = [12, 24, 36] as const;
/** Areas to each side that a label map is averaged over to make a condition. */
const gridSide = 8;

export const deeplab: Importer = {
  summary: "DeepLabV3 on ResNet-50 or 101, as torchvision stores it",
  fits: (checkpoint) => Weights.isIn(checkpoint, marker) && Weights.isIn(checkpoint, "backbone.layer4.0.conv3.weight"),
  async build(checkpoint, options): Promise<Imported> {
    const weights = Weights.holding(checkpoint, marker, "deeplabv3");
    const sizePx = options.imageSizePx ?? 256;
    const network = new Network(options.name);
    const image = network.input("image", [1, 3, sizePx, sizePx]);
    const features = resnetLayers(network, weights.within("backbone."), image, { dilated: new Set([3, 4]) });
    const logits = classify(network, weights.within("classifier."), features);
    const [classes = 0] = weights.shapeOf("classifier.4.weight");
    network.output("label-map", labelMap(network, logits, classes), [1, classes, "height", "width"]);
    network.output("out", enlarged(network, logits, [1, classes, sizePx, sizePx]), [1, classes, sizePx, sizePx]);
    const declare = (layer: string) =>
      OnnxExpertSchema.parse({
        kind: "onnx",
        model: `${options.name}.onnx`,
        data: [weightsFileOf(options)],
        input: { kind: "image", name: "image", sizePx, channels: "rgb", range: [0, 1], ...imageNet },
        layer,
        pooling: { grid: gridSide },
        dims: classes * gridSide ** 2,
      });
    return {
      networks: [{ file: `${options.name}.onnx`, network }],
      declarations: { [`${options.name}-labels`]: declare("label-map"), [`${options.name}-logits`]: declare("logits") },
      notes: [
        `label-map says which of ${classes} classes wins at each place, logits by how much; out is logits at ${sizePx} px`,
      ],
      unused: weights.unused().filter((name) => !name.startsWith("aux_classifier.")),
    };
  },
};

/** Parallel convolutions of several spacings and the mean of all places, joined, then two convolutions. */
function classify(network: Network, weights: Weights, features: Tensor): Tensor {
  const normed = (conv: string, norm: string): Linear =>
    folded(
      { weight: weights.get(`${conv}.weight`), bias: weights.find(`${conv}.bias`) },
      batchNorm(weights.within(`${norm}.`), 1e-5),
    );
  const branches = [relu(network, convolution(network, features, normed("0.convs.0.0", "0.convs.0.1")))];
  for (const [at, rate] of rates.entries()) {
    const map = normed(`0.convs.${at + 1}.0`, `0.convs.${at + 1}.1`);
    branches.push(relu(network, convolution(network, features, map, { padding: rate, dilation: rate })));
  }
  const mean = network.node("GlobalAveragePool", [features]);
  const whole = relu(network, convolution(network, mean, normed("0.convs.4.1", "0.convs.4.2")));
  const places = network.node("Shape", [branches[0]!]);
  branches.push(network.node("Expand", [whole, places]));
  let x = relu(network, convolution(network, concat(network, branches, 1), normed("0.project.0", "0.project.1")));
  x = relu(network, convolution(network, x, normed("1", "2"), { padding: 1 }));
  return convolution(network, x, { weight: weights.get("4.weight"), bias: weights.find("4.bias") }, { name: "logits" });
}

/** 1 at the class that wins, 0 at the others. */
function labelMap(network: Network, logits: Tensor, classes: number): Tensor {
  const winners = network.node("ArgMax", [logits], { axis: 1, keepdims: 0 });
  const zeroAndOne = network.constant(Float32Array.of(0, 1), [2]);
  return network.node("OneHot", [winners, network.integers(classes), zeroAndOne], { axis: 1 });
}

const enlarged = (network: Network, x: Tensor, shape: readonly number[]): Tensor =>
  network.node("Resize", [x, "", "", network.integers(...shape)], {
    mode: "linear",
    coordinate_transformation_mode: "half_pixel",
  });
