/** torchvision's ResNets as conditioning experts, read at any layer: early layers separate pictures, late ones ideas. */
import { type Checkpoint, checkpointFault } from "../../checkpoints/checkpoint.ts";
import { OnnxExpertSchema } from "../../manifest/declared-manifest.ts";
import { Network } from "../../onnx/network.ts";
import { type Imported, type Importer, type ImportOptions, weightsFileOf } from "../importer.ts";
import { linear, reshape } from "../layers/layers.ts";
import { resnetLayers } from "../layers/resnet-layers.ts";
import { Weights } from "../weights.ts";

const [marker, head] = ["layer4.0.conv1.weight", "fc.weight"];

/** Mean and deviation of ImageNet's pixels, by which torchvision's networks were trained. */
export const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

export const resnet: Importer = {
  summary: "ResNet-18 to 152 of torchvision, at any layer",
  fits: (checkpoint) =>
    Weights.isIn(checkpoint, marker) &&
    Weights.isIn(checkpoint, head) &&
    !Weights.isIn(checkpoint, "classifier.4.weight"),
  async build(checkpoint, options): Promise<Imported> {
    const weights = Weights.holding(checkpoint, marker, "resnet");
    const sizePx = options.imageSizePx ?? 224;
    const network = new Network(options.name);
    const last = resnetLayers(network, weights, network.input("image", [1, 3, sizePx, sizePx]));
    const pooled = network.node("GlobalAveragePool", [last], {}, "avgpool");
    const features = weights.shapeOf(head)[1]!;
    const classes = weights.shapeOf(head)[0]!;
    const map = { weight: weights.get(head, [classes, features]), bias: weights.find("fc.bias", [classes]) };
    network.output("logits", linear(network, reshape(network, pooled, [0, features]), map), [1, classes]);
    return {
      networks: [{ file: `${options.name}.onnx`, network }],
      declarations: { [options.name]: declare(checkpoint, weights, options, sizePx, { features, classes }) },
      notes: ["layers by name: relu, maxpool, layer1.0 … layer4.2, avgpool, logits"],
      unused: weights.unused(),
    };
  },
};

function declare(
  checkpoint: Checkpoint,
  weights: Weights,
  options: ImportOptions,
  sizePx: number,
  { features, classes }: { features: number; classes: number },
) {
  const layer = options.layer ?? "avgpool";
  const block = /^layer[1-4]\.\d+$/.test(layer) ? layer : undefined;
  const dims: Readonly<Record<string, number | undefined>> = {
    avgpool: features,
    logits: classes,
    relu: weights.shapeOf("conv1.weight")[0],
    maxpool: weights.shapeOf("conv1.weight")[0],
  };
  const last = block && [`${block}.conv3.weight`, `${block}.conv2.weight`].find((name) => weights.has(name));
  const width = last ? weights.shapeOf(last)[0] : dims[layer];
  if (width === undefined)
    throw checkpointFault(checkpoint.path, "a layer as layer3.5, avgpool or logits", `"${layer}"`);
  return OnnxExpertSchema.parse({
    kind: "onnx",
    model: `${options.name}.onnx`,
    data: [weightsFileOf(options)],
    input: { kind: "image", name: "image", sizePx, channels: "rgb", range: [0, 1], ...imageNet },
    layer,
    pooling: layer === "logits" ? "none" : "mean",
    dims: width,
  });
}
