/**
 * BigGAN-deep for 128, 256 and 512 pixels, in the layout of pytorch-pretrained-biggan: latent and class embedding joined condition every
 * block. Batch norms store statistics for 51 truncations from 0 to 1; one of them is taken at import, on its grid point, since the
 * statistics between grid points are weighted the wrong way round there.
 */
import { AppError } from "../../../shared/problem.ts";
import { OnnxGeneratorSchema } from "../../manifest/declared-manifest.ts";
import { Network, type Tensor } from "../../onnx/network.ts";
import { type Imported, type Importer, weightsFileOf } from "../importer.ts";
import { selfAttention } from "../layers/attention.ts";
import { conditionalNorm } from "../layers/biggan-blocks.ts";
import { type Affine, type Linear, scaleAndShift, storedSpectralNorm } from "../layers/folding.ts";
import {
  add,
  concat,
  convolution,
  doubled,
  linear,
  multiply,
  relu,
  reshape,
  slice,
  transpose,
} from "../layers/layers.ts";
import { Weights } from "../weights.ts";

const [marker, eps, firstSidePx] = ["generator.gen_z.weight_orig", 1e-4, 4];

export const bigganDeep: Importer = {
  summary: "BigGAN-deep 128, 256 or 512, as pytorch-pretrained-biggan stores it",
  fits: (checkpoint) => Weights.isIn(checkpoint, marker),
  async build(checkpoint, options): Promise<Imported> {
    const weights = Weights.holding(checkpoint, marker, "biggan-deep");
    const table = weights.get("embeddings.weight", [null, null]);
    const [embeddingDims = 0, classes = 0] = table.shape;
    const generator = weights.within("generator.");
    const latentDims = generator.shapeOf("gen_z.weight_orig")[1]! - embeddingDims;
    const network = new Network(options.name);
    const z = network.input("z", [1, latentDims]);
    const embedding = linear(network, network.input("class", [1, classes]), { weight: table });
    const { image, imageSizePx } = draw(network, generator, concat(network, [z, embedding], 1), options.truncation);
    network.output("image", image, [1, 3, imageSizePx, imageSizePx]);
    return {
      networks: [{ file: `${options.name}.onnx`, network }],
      declarations: {
        [options.name]: OnnxGeneratorSchema.parse({
          kind: "onnx-generator",
          model: `${options.name}.onnx`,
          data: [weightsFileOf(options)],
          latent: { name: "z", shape: [latentDims] },
          class: { name: "class", count: classes, encoding: "one-hot" },
          image: { name: "image", channels: "rgb", range: [-1, 1] },
          imageSizePx,
        }),
      },
      notes: [
        `statistics of truncation ${options.truncation}: latents are expected from a normal distribution cut at ±2, times ${options.truncation}`,
      ],
      unused: weights.unused(),
    };
  },
};

function draw(network: Network, weights: Weights, condition: Tensor, truncation: number) {
  const normed = (part: Weights, name: string): Linear => storedSpectralNorm(part.within(`${name}.`), eps);
  const toMap = normed(weights, "gen_z");
  const channels = toMap.weight.shape[0]! / firstSidePx ** 2;
  // The first map has its channels last, as in TensorFlow.
  const rows = reshape(network, linear(network, condition, toMap), [-1, firstSidePx, firstSidePx, channels]);
  let x = transpose(network, rows, [0, 3, 1, 2]);
  let [sidePx, blocks] = [firstSidePx, 0];
  for (let at = 0; at < weights.count("layers"); at += 1) {
    const layer = weights.within(`layers.${at}.`);
    if (layer.has("gamma")) {
      x = selfAttention(network, x, sidePx, {
        theta: normed(layer, "snconv1x1_theta"),
        phi: normed(layer, "snconv1x1_phi"),
        g: normed(layer, "snconv1x1_g"),
        out: normed(layer, "snconv1x1_o_conv"),
        gamma: layer.get("gamma", [1]),
      });
      continue;
    }
    // Every second block doubles, which its weights do not show.
    const doubles = blocks % 2 === 1;
    x = block(network, layer, x, condition, doubles, truncation);
    if (doubles) sidePx *= 2;
    blocks += 1;
  }
  const norm = statistics(weights.within("bn."), truncation);
  const { factor, offset } = scaleAndShift("generator.bn", norm, [1, norm.channels, 1, 1]);
  x = relu(network, add(network, multiply(network, x, network.weight(factor)), network.weight(offset)));
  const rgb = slice(network, convolution(network, x, normed(weights, "conv_to_rgb"), { padding: 1 }), 1, 0, 3);
  return { image: network.node("Tanh", [rgb]), imageSizePx: sidePx };
}

/** A bottleneck of four convolutions; where a block has fewer channels out, its skip drops the last ones. */
function block(
  network: Network,
  weights: Weights,
  x: Tensor,
  condition: Tensor,
  doubles: boolean,
  truncation: number,
): Tensor {
  let inner = x;
  for (const at of [0, 1, 2, 3]) {
    inner = relu(network, conditioned(network, weights.within(`bn_${at}.`), inner, condition, truncation));
    if (at === 1 && doubles) inner = doubled(network, inner);
    const padding = at === 1 || at === 2 ? 1 : 0;
    inner = convolution(network, inner, storedSpectralNorm(weights.within(`conv_${at}.`), eps), { padding });
  }
  const [channelsOut] = weights.shapeOf("conv_3.weight_orig");
  const [, channelsIn] = weights.shapeOf("conv_0.weight_orig");
  const kept = channelsIn === channelsOut ? x : slice(network, x, 1, 0, channelsOut!);
  return add(network, inner, doubles ? doubled(network, kept) : kept);
}

function conditioned(network: Network, weights: Weights, x: Tensor, condition: Tensor, truncation: number): Tensor {
  const gamma = storedSpectralNorm(weights.within("scale."), eps);
  const beta = storedSpectralNorm(weights.within("offset."), eps);
  const norm = statistics(weights, truncation);
  const { factor, offset } = conditionalNorm(gamma, beta, norm);
  const perChannel = (map: Linear): Tensor =>
    reshape(network, linear(network, condition, map), [0, norm.channels, 1, 1]);
  return add(network, multiply(network, x, perChannel(factor)), perChannel(offset));
}

/** Batch norm by the statistics of one truncation. @throws AppError `config_invalid` between grid points */
function statistics(weights: Weights, truncation: number): Affine {
  const means = weights.get("running_means", [null, null]);
  const [rows = 0, channels = 0] = means.shape;
  const variances = weights.get("running_vars", [rows, channels]);
  const row = Math.round(truncation * (rows - 1));
  if (Math.abs(row / (rows - 1) - truncation) > 1e-6 || row < 0 || row >= rows)
    throw new AppError(
      "config_invalid",
      `truncation: expected a multiple of ${1 / (rows - 1)} from 0 to 1, got ${truncation}`,
    );
  const weight = weights.find("weight", [channels]);
  const bias = weights.find("bias", [channels]);
  return {
    sources: [means, variances, ...(weight && bias ? [weight, bias] : [])],
    channels,
    at([mean, variance, gains, biases], channel) {
      const factor = (gains?.[channel] ?? 1) / Math.sqrt(variance![row * channels + channel]! + eps);
      return { factor, offset: (biases?.[channel] ?? 0) - factor * mean![row * channels + channel]! };
    },
  };
}
