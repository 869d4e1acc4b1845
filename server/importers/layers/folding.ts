/**
 * What training needs and inference does not, folded into the weights beside it: batch norm and ActNorm into a convolution or matrix product
 * (an affine map after a linear one is a linear one), spectral norm into a division. Pure arithmetic on weights, in double precision.
 */
import type { Weight } from "../../onnx/network.ts";
import { derived, type Weights } from "../weights.ts";

/** y = factor · x + offset of every channel, in double precision. */
export interface Affine {
  /** Tensors that it is made of. */
  readonly sources: readonly Weight[];
  readonly channels: number;
  at(values: readonly Float32Array[], channel: number): { readonly factor: number; readonly offset: number };
}

/** Batch norm with its stored statistics, with or without an affine part. */
export function batchNorm(weights: Weights, eps: number): Affine {
  const mean = weights.get("running_mean", [null]);
  const [channels = 0] = mean.shape;
  const variance = weights.get("running_var", [channels]);
  const weight = weights.find("weight", [channels]);
  const bias = weights.find("bias", [channels]);
  return {
    sources: [mean, variance, ...(weight && bias ? [weight, bias] : [])],
    channels,
    at([means, variances, gains, biases], channel) {
      const factor = (gains?.[channel] ?? 1) / Math.sqrt(variances![channel]! + eps);
      return { factor, offset: (biases?.[channel] ?? 0) - factor * means![channel]! };
    },
  };
}

/** ActNorm (Kingma & Dhariwal 2018) as net2net writes it: y = scale · (x + loc). */
export function actNorm(weights: Weights): Affine {
  const loc = weights.get("loc", [1, null, 1, 1]);
  const channels = loc.shape[1]!;
  return {
    sources: [loc, weights.get("scale", [1, channels, 1, 1])],
    channels,
    at: ([locs, scales], channel) => ({ factor: scales![channel]!, offset: scales![channel]! * locs![channel]! }),
  };
}

/** The norm at this place, whichever it is. */
export const anyNorm = (weights: Weights, eps: number): Affine =>
  weights.has("loc") ? actNorm(weights) : batchNorm(weights, eps);

/** W and b of a linear map with channels along its first axis, and of what follows it. */
export interface Linear {
  readonly weight: Weight;
  readonly bias?: Weight | undefined;
}

/** The linear map, then the affine one, as one linear map. */
export function folded({ weight, bias }: Linear, { sources, channels, at }: Affine): Required<Linear> {
  const biases = bias ? [bias] : [];
  return {
    weight: derived(`${weight.name}:folded`, weight.shape, [weight, ...sources], (values, ...norm) => {
      const width = values.length / channels;
      const factors = Float64Array.from({ length: channels }, (_, channel) => at(norm, channel).factor);
      return values.map((value, index) => value * factors[Math.floor(index / width)]!);
    }),
    bias: derived(`${weight.name}:folded-bias`, [channels], [...sources, ...biases], (...values) => {
      const norm = values.slice(0, sources.length);
      const own = values[sources.length];
      return Float32Array.from({ length: channels }, (_, channel) => {
        const { factor, offset } = at(norm, channel);
        return offset + factor * (own?.[channel] ?? 0);
      });
    }),
  };
}

/** Factor and offset as two weights of a shape that broadcasts over a layer's output. */
export function scaleAndShift(
  name: string,
  { sources, channels, at }: Affine,
  shape: readonly number[],
): { factor: Weight; offset: Weight } {
  const part = (which: "factor" | "offset"): Weight =>
    derived(`${name}:${which}`, shape, sources, (...values) =>
      Float32Array.from({ length: channels }, (_, channel) => at(values, channel)[which]),
    );
  return { factor: part("factor"), offset: part("offset") };
}

/**
 * Spectral norm of GANalyze's BigGAN, which net2net took over: each call takes one step of power iteration from the stored u, with 1e-4 added to
 * every length, and forgets it: v = Wᵀu, u' = Wv, σ = u'·Wv.
 */
export function steppedSpectralNorm(weights: Weights): Linear {
  const weight = weights.get("weight_bar");
  const u = weights.get("weight_u", [weight.shape[0]!]);
  // Stored, but worked out anew from u.
  weights.find("weight_v");
  return {
    bias: weights.find("bias", [weight.shape[0]!]),
    weight: derived(`${weight.name}:normed`, weight.shape, [weight, u], (values, start) => {
      const v = unit(transposedProduct(values, start), 1e-4);
      const product = matrixProduct(values, v);
      const sigma = dot(unit(product, 1e-4), product);
      return values.map((value) => value / sigma);
    }),
  };
}

/** PyTorch's own spectral norm after training: σ = u·Wv with both vectors stored; v from one step where an old file has none. */
export function storedSpectralNorm(weights: Weights, eps: number): Linear {
  const weight = weights.get("weight_orig");
  const u = weights.get("weight_u", [weight.shape[0]!]);
  const v = weights.find("weight_v");
  return {
    bias: weights.find("bias", [weight.shape[0]!]),
    weight: derived(`${weight.name}:normed`, weight.shape, v ? [weight, u, v] : [weight, u], (values, left, right) => {
      const sigma = dot(left, matrixProduct(values, right ?? unit(transposedProduct(values, left), eps)));
      return values.map((value) => value / sigma);
    }),
  };
}

type Numbers = Float32Array | Float64Array;

/** Wᵀu of W [u.length, width]. */
function transposedProduct(matrix: Float32Array, u: Numbers): Float64Array {
  const width = matrix.length / u.length;
  const sums = new Float64Array(width);
  for (let row = 0; row < u.length; row += 1)
    for (let column = 0; column < width; column += 1) sums[column]! += matrix[row * width + column]! * u[row]!;
  return sums;
}

/** Wv of W [height, v.length]. */
function matrixProduct(matrix: Float32Array, v: Numbers): Float64Array {
  const width = v.length;
  return Float64Array.from({ length: matrix.length / width }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < width; column += 1) sum += matrix[row * width + column]! * v[column]!;
    return sum;
  });
}

const dot = (a: Numbers, b: Numbers): number => {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += a[index]! * b[index]!;
  return sum;
};

function unit(values: Float64Array, eps: number): Float64Array {
  const length = Math.sqrt(dot(values, values)) + eps;
  return values.map((value) => value / length);
}
