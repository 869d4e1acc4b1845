/**
 * The generator of BigGAN (Brock et al. 2019) as GANalyze wrote it and net2net took it over: blocks whose batch norms are conditioned on a chunk of z
 * and a class embedding. Shared by the generator itself and by the decoder of net2net's BigAE, whose chunks come from elsewhere.
 */

import { checkpointFault } from "../../checkpoints/checkpoint.ts";
import type { Network, Tensor } from "../../onnx/network.ts";
import { derived, type Weights } from "../weights.ts";
import { selfAttention } from "./attention.ts";
import { type Affine, anyNorm, batchNorm, type Linear, scaleAndShift, steppedSpectralNorm } from "./folding.ts";
import { add, concat, convolution, doubled, linear, multiply, relu, reshape, transpose } from "./layers.ts";

/** Of every batch norm; the code overrides PyTorch's 1e-5. */
const eps = 1e-4;

/** Side of the first map in pixels. */
const firstSidePx = 4;

export interface BigGanShape {
  readonly blocks: number;
  readonly imageSizePx: number;
  /** Values of z that the first map is made of, and that each block gets. */
  readonly firstDims: number;
  readonly chunkDims: number;
  readonly embeddingDims: number;
}

/** @throws AppError `pack_corrupt` when blocks do not fit */
export function shapeOfBigGan(weights: Weights, embeddingDims: number): BigGanShape {
  const blocks = weights.count("GBlock");
  const firstDims = weights.shapeOf("G_linear.module.weight_bar")[1]!;
  const conditionDims = weights.shapeOf("GBlock.0.HyperBN.gamma_embed.module.weight_bar")[1]!;
  return {
    blocks,
    imageSizePx: firstSidePx * 2 ** blocks,
    firstDims,
    chunkDims: conditionDims - embeddingDims,
    embeddingDims,
  };
}

export interface BigGanInputs {
  /** [1, firstDims] */
  readonly first: Tensor;
  /** One [1, chunkDims] for each block. */
  readonly chunks: readonly Tensor[];
  /** [1, embeddingDims] */
  readonly embedding: Tensor;
}

/** The image [1, 3, imageSizePx, imageSizePx] in [−1, 1]. */
export function drawBigGan(network: Network, weights: Weights, { first, chunks, embedding }: BigGanInputs): Tensor {
  const normed = (name: string): Linear => steppedSpectralNorm(weights.within(`${name}.module.`));
  const blocks = weights.count("GBlock");
  const channels = weights.shapeOf("GBlock.0.conv0.module.weight_bar")[1]!;
  // The first map has its channels last, as in TensorFlow.
  const rows = reshape(network, linear(network, first, normed("G_linear")), [-1, firstSidePx, firstSidePx, channels]);
  let x = transpose(network, rows, [0, 3, 1, 2]);
  const attended = weights.shapeOf("attention.theta.module.weight_bar")[1]!;
  const attentionAt = Array.from({ length: blocks }, (_, at) => at).findLast(
    (at) => weights.shapeOf(`GBlock.${at}.conv0.module.weight_bar`)[1] === attended,
  );
  if (attentionAt === undefined)
    throw checkpointFault("attention", "a block with as many channels", `${attended} channels`);
  for (let at = 0; at < blocks; at += 1) {
    if (at === attentionAt)
      x = selfAttention(network, x, firstSidePx * 2 ** at, {
        theta: normed("attention.theta"),
        phi: normed("attention.phi"),
        g: normed("attention.g"),
        out: normed("attention.o_conv"),
        gamma: weights.get("attention.gamma", [1]),
      });
    const condition = concat(network, [chunks[at]!, embedding], 1);
    x = block(network, weights.within(`GBlock.${at}.`), x, condition);
  }
  const last = weights.within("ScaledCrossReplicaBN.");
  const norm = anyNorm(last, eps);
  const { factor, offset } = scaleAndShift("ScaledCrossReplicaBN", norm, [1, norm.channels, 1, 1]);
  x = add(network, multiply(network, x, network.weight(factor)), network.weight(offset));
  x = convolution(network, relu(network, x), normed("colorize"), { padding: 1 });
  return network.node("Tanh", [x]);
}

function block(network: Network, weights: Weights, x: Tensor, condition: Tensor): Tensor {
  const normed = (name: string): Linear => steppedSpectralNorm(weights.within(`${name}.module.`));
  let inner = relu(network, hyperNorm(network, weights.within("HyperBN."), x, condition));
  inner = convolution(network, doubled(network, inner), normed("conv0"), { padding: 1 });
  inner = relu(network, hyperNorm(network, weights.within("HyperBN_1."), inner, condition));
  inner = convolution(network, inner, normed("conv1"), { padding: 1 });
  // A convolution of single pixels gives the same before and after doubling, at a quarter of the work.
  const skip = weights.hasPart("conv_sc.") ? convolution(network, x, normed("conv_sc")) : x;
  return add(network, inner, doubled(network, skip));
}

/** Batch norm without an affine part, times 1 + γ(condition), plus β(condition): folded into two matrix products. */
function hyperNorm(network: Network, weights: Weights, x: Tensor, condition: Tensor): Tensor {
  const gamma = steppedSpectralNorm(weights.within("gamma_embed.module."));
  const beta = steppedSpectralNorm(weights.within("beta_embed.module."));
  const norm = batchNorm(weights.within("bn."), eps);
  const { factor, offset } = conditionalNorm(gamma, beta, norm);
  const perChannel = (map: Linear): Tensor =>
    reshape(network, linear(network, condition, map), [0, norm.channels, 1, 1]);
  return add(network, multiply(network, x, perChannel(factor)), perChannel(offset));
}

/**
 * (f·x + o)(1 + γ(c)) + β(c) = (f + f·γ(c))·x + (o + o·γ(c) + β(c)) for a norm f·x + o: factor and offset as linear maps of the condition.
 */
export function conditionalNorm(
  gamma: Linear,
  beta: Linear,
  { sources, channels, at }: Affine,
): { factor: Required<Linear>; offset: Required<Linear> } {
  const { shape } = gamma.weight;
  const width = shape[1]!;
  const gammaBias = gamma.bias ? [gamma.bias] : [];
  const betaBias = beta.bias ? [beta.bias] : [];
  const scaled = (which: "factor" | "offset"): Required<Linear> => ({
    weight: derived(`${gamma.weight.name}:${which}`, shape, [...sources, gamma.weight, beta.weight], (...values) => {
      const norm = values.slice(0, sources.length);
      const [gammas, betas] = values.slice(sources.length) as [Float32Array, Float32Array];
      return gammas.map((value, index) => {
        const own = at(norm, Math.floor(index / width))[which];
        return own * value + (which === "offset" ? betas[index]! : 0);
      });
    }),
    bias: derived(
      `${gamma.weight.name}:${which}-bias`,
      [channels],
      [...sources, ...gammaBias, ...betaBias],
      (...values) => {
        const norm = values.slice(0, sources.length);
        const gammas = gamma.bias && values[sources.length];
        const betas = beta.bias && values.at(-1);
        return Float32Array.from({ length: channels }, (_, channel) => {
          const own = at(norm, channel)[which] * (1 + (gammas?.[channel] ?? 0));
          return own + (which === "offset" ? (betas?.[channel] ?? 0) : 0);
        });
      },
    ),
  });
  return { factor: scaled("factor"), offset: scaled("offset") };
}
