/**
 * net2net's BigAE: a ResNet-101 with ActNorms that reads pictures, and a generator shaped as BigGAN's that draws them. Its encoder normalises
 * by ImageNet's mean and deviation twice, each time from [−1, 1], and its weights expect that.
 */

import { OnnxAutoencoderSchema } from "../../manifest/declared-manifest.ts";
import { Network, type Tensor } from "../../onnx/network.ts";
import { type Imported, type Importer, weightsFileOf } from "../importer.ts";
import { drawBigGan, shapeOfBigGan } from "../layers/biggan-blocks.ts";
import { fullyConnected } from "../layers/fully-connected.ts";
import { add, convolution, linear, multiply, reshape, slice } from "../layers/layers.ts";
import { resnetLayers } from "../layers/resnet-layers.ts";
import { Weights } from "../weights.ts";
import { imageNet } from "./resnet.ts";

const marker = "decoder.map_to_class_embedding.main.0.weight";

export const bigAutoencoder: Importer = {
  summary: "net2net's BigAE, encoder and decoder",
  fits: (checkpoint) => Weights.isIn(checkpoint, marker),
  async build(checkpoint, options): Promise<Imported> {
    const weights = Weights.holding(checkpoint, marker, "bigae");
    const [, latentDims = 0] = weights.shapeOf(marker);
    const decoder = new Network(`${options.name}, decoder`);
    const imageSizePx = decode(decoder, weights.within("decoder."), latentDims);
    const encoder = new Network(`${options.name}, encoder`);
    encode(encoder, weights.within("encoder.model."), latentDims, imageSizePx);
    const declaration = OnnxAutoencoderSchema.parse({
      kind: "onnx-autoencoder",
      encoder: `${options.name}-encoder.onnx`,
      decoder: `${options.name}-decoder.onnx`,
      data: [weightsFileOf(options)],
      input: { kind: "image", name: "image", sizePx: imageSizePx, channels: "rgb", range: [-1, 1] },
      latent: { encoderOutput: "mean", decoderInput: "z", shape: [latentDims] },
      image: { name: "image", channels: "rgb", range: [-1, 1] },
      imageSizePx,
      posteriorStd: 0.1,
    });
    return {
      networks: [
        { file: `${options.name}-encoder.onnx`, network: encoder },
        { file: `${options.name}-decoder.onnx`, network: decoder },
      ],
      declarations: { [options.name]: declaration },
      notes: [
        "the encoder also gives log-variance, the spread of z that net2net's flows were trained with; the declaration takes 0.1 for all",
      ],
      unused: weights.unused().filter((name) => /^(encoder|decoder)\./.test(name)),
    };
  },
};

function encode(network: Network, weights: Weights, latentDims: number, imageSizePx: number): void {
  const image = network.input("image", [1, 3, imageSizePx, imageSizePx]);
  const x = resnetLayers(network, weights, normalised(network, normalised(network, image)));
  const map = {
    weight: weights.get("fc.sub_layers.0.weight", [2 * latentDims, null, 1, 1]),
    bias: weights.find("fc.sub_layers.0.bias", [2 * latentDims]),
  };
  const both = convolution(network, network.node("GlobalAveragePool", [x]), map);
  const rows = reshape(network, both, [0, 2 * latentDims]);
  network.output("mean", slice(network, rows, 1, 0, latentDims), [1, latentDims]);
  network.output("log-variance", slice(network, rows, 1, latentDims, 2 * latentDims), [1, latentDims]);
}

/** (½(x + 1) − mean) / std as one scale and shift of each channel. */
function normalised(network: Network, x: Tensor): Tensor {
  const { mean, std } = imageNet;
  const factor = network.constant(
    Float32Array.from(std, (value) => 0.5 / value),
    [1, 3, 1, 1],
  );
  const offset = network.constant(
    Float32Array.from(std, (value, at) => (0.5 - mean[at]!) / value),
    [1, 3, 1, 1],
  );
  return add(network, multiply(network, x, factor), offset);
}

/** What is left of z after a chunk for each block makes the first map. @returns side of the image in pixels */
function decode(network: Network, weights: Weights, latentDims: number): number {
  const generator = weights.within("decoder.");
  const table = generator.get("linear.weight", [null, null]);
  const shape = shapeOfBigGan(generator, table.shape[0]!);
  const { firstDims, chunkDims, blocks, imageSizePx } = shape;
  const z = network.input("z", [1, latentDims]);
  const classes = fullyConnected(network, z, weights.within("map_to_class_embedding.main."), 0.01);
  const embedding = linear(network, network.node("Softmax", [classes], { axis: 1 }), { weight: table });
  const chunks = Array.from({ length: blocks }, (_, at) =>
    slice(network, z, 1, firstDims + at * chunkDims, firstDims + (at + 1) * chunkDims),
  );
  const image = drawBigGan(network, generator, { first: slice(network, z, 1, 0, firstDims), chunks, embedding });
  network.output("image", image, [1, 3, imageSizePx, imageSizePx]);
  return imageSizePx;
}
