/**
 * net2net's plain autoencoder of small images: strided convolutions to a code and transposed ones back. Its encoder is the paper's Φ of
 * super-resolution. A layer with a norm ends in a leaky ReLU, the layers at the code have neither.
 */

import { OnnxAutoencoderSchema, OnnxExpertSchema } from "../../manifest/declared-manifest.ts";
import { Network, type Tensor } from "../../onnx/network.ts";
import { type Imported, type Importer, weightsFileOf } from "../importer.ts";
import { actNorm, folded, scaleAndShift } from "../layers/folding.ts";
import { add, convolution, leakyRelu, multiply, reshape, slice } from "../layers/layers.ts";
import { Weights } from "../weights.ts";

const marker = "dense_decode.sub_layers.0.weight";
const slope = 0.2;

export const basicAutoencoder: Importer = {
  summary: "net2net's plain autoencoder of 32 pixels, encoder and decoder",
  fits: (checkpoint) => Weights.isIn(checkpoint, marker) && Weights.isIn(checkpoint, "image_layer.sub_layers.0.weight"),
  async build(checkpoint, options): Promise<Imported> {
    const weights = Weights.holding(checkpoint, marker, "basicae");
    const [latentDims = 0, , size = 0] = weights.shapeOf(marker);
    const imageSizePx = size * 2 ** weights.count("feature_layers");
    const encoder = new Network(`${options.name}, encoder`);
    encode(encoder, weights, latentDims, imageSizePx);
    const decoder = new Network(`${options.name}, decoder`);
    decode(decoder, weights, latentDims, imageSizePx);
    const data = [weightsFileOf(options)];
    const input = { kind: "image", name: "image", sizePx: imageSizePx, channels: "rgb", range: [-1, 1] } as const;
    const [model, target] = [`${options.name}-encoder.onnx`, `${options.name}-decoder.onnx`];
    return {
      networks: [
        { file: model, network: encoder },
        { file: target, network: decoder },
      ],
      declarations: {
        [`${options.name}-code`]: OnnxExpertSchema.parse({
          kind: "onnx",
          model,
          data,
          input,
          layer: "mean",
          dims: latentDims,
        }),
        [options.name]: OnnxAutoencoderSchema.parse({
          kind: "onnx-autoencoder",
          encoder: model,
          decoder: target,
          data,
          input,
          latent: { encoderOutput: "mean", decoderInput: "z", shape: [latentDims] },
          image: { name: "image", channels: "rgb", range: [-1, 1] },
          imageSizePx,
          posteriorStd: 0.1,
        }),
      },
      notes: [
        `images of ${imageSizePx} px, z of ${latentDims}; ${options.name}-code reads small images as a condition`,
      ],
      unused: weights.unused().filter((name) => /^(feature_layers|decoder_layers|dense_|image_layer)/.test(name)),
    };
  },
};

function encode(network: Network, weights: Weights, latentDims: number, imageSizePx: number): void {
  let x = network.input("image", [1, 3, imageSizePx, imageSizePx]);
  for (let at = 0; at < weights.count("feature_layers"); at += 1) {
    const layer = weights.within(`feature_layers.${at}.sub_layers.`);
    const map = folded({ weight: layer.get("0.weight"), bias: layer.find("0.bias") }, actNorm(layer.within("1.")));
    x = leakyRelu(network, convolution(network, x, map, { stride: 2, padding: 1 }), slope);
  }
  const last = weights.within("dense_encode.sub_layers.0.");
  const map = { weight: last.get("weight", [2 * latentDims, null, null, null]), bias: last.find("bias") };
  const both = reshape(network, convolution(network, x, map), [0, 2 * latentDims]);
  network.output("mean", slice(network, both, 1, 0, latentDims), [1, latentDims]);
  network.output("log-variance", slice(network, both, 1, latentDims, 2 * latentDims), [1, latentDims]);
}

function decode(network: Network, weights: Weights, latentDims: number, imageSizePx: number): void {
  const z = reshape(network, network.input("z", [1, latentDims]), [0, latentDims, 1, 1]);
  let x = enlarging(network, weights.within("dense_decode.sub_layers."), z, 1, 0);
  // They are numbered from the image inwards.
  for (let at = weights.count("decoder_layers") - 1; at >= 0; at -= 1)
    x = enlarging(network, weights.within(`decoder_layers.${at}.sub_layers.`), x, 2, 1);
  x = enlarging(network, weights.within("image_layer.sub_layers."), x, 2, 1);
  network.output("image", network.node("Tanh", [x]), [1, 3, imageSizePx, imageSizePx]);
}

function enlarging(network: Network, layer: Weights, x: Tensor, stride: number, padding: number): Tensor {
  const [weight, bias] = [layer.get("0.weight"), layer.find("0.bias")];
  const operands = [x, network.weight(weight), ...(bias ? [network.weight(bias)] : [])];
  const y = network.node("ConvTranspose", operands, {
    kernel_shape: weight.shape.slice(2),
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
  if (!layer.has("1.loc")) return y;
  const norm = actNorm(layer.within("1."));
  const { factor, offset } = scaleAndShift(weight.name, norm, [1, norm.channels, 1, 1]);
  return leakyRelu(network, add(network, multiply(network, y, network.weight(factor)), network.weight(offset)), slope);
}
