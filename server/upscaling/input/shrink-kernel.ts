/**
 * Estimates how a photograph was brought to its size: from the spectrum of its lines, which each kernel bends in its own way near the
 * highest frequencies, while photographs of every subject fall off about alike; and from its edges (edge-profile.ts). A linear discriminant (Fisher 1936) whose
 * weights server/pretrain/super-resolution/fit/fit-kernel.mts fitted. Pure.
 */
import type { ShrinkKernel } from "../../../shared/contract/upscaling.ts";
import type { Pixels } from "../../engine/interfaces.ts";
import { edgeProfileOf } from "./edge-profile.ts";
import { kernelWeights, usualEdges } from "./kernel-weights.ts";

/** Pixels of a piece of a line, and frequencies that are looked at: 1 to 16 cycles a piece. */
const piecePx = 32;
const spectrumDims = piecePx / 2;
/** Side of the part that is looked at, and pieces that are needed. */
const [seenPx, piecesMin] = [512, 60];
/** Standard deviation of a piece, levels, below which it says nothing. */
const deviationMin = 4;
/** Probability from which a kernel is named. */
const surenessMin = 0.6;

const hann = Float64Array.from(
  { length: piecePx },
  (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / piecePx),
);
const turns = Float64Array.from({ length: piecePx }, (_, at) => Math.cos((2 * Math.PI * at) / piecePx));

/**
 * What the estimate follows from: the logarithm of the mean power at each frequency over pieces of rows and columns of luma, each
 * piece of equal weight, less their mean; then the profile of edges, or `edges` where there are too few.
 * @returns [spectrumDims + edgeDims]; undefined where too few pieces have any structure
 */
export function kernelFeatures(
  { rgba, widthPx, heightPx }: Pixels,
  edges: readonly number[],
): Float64Array | undefined {
  const [width, height] = [Math.min(seenPx, widthPx), Math.min(seenPx, heightPx)];
  const [left, top] = [(widthPx - width) >> 1, (heightPx - height) >> 1];
  const luma = Float32Array.from({ length: width * height }, (_, at) => {
    const from = 4 * ((top + Math.floor(at / width)) * widthPx + left + (at % width));
    return 0.299 * rgba[from]! + 0.587 * rgba[from + 1]! + 0.114 * rgba[from + 2]!;
  });
  const sums = new Float64Array(spectrumDims);
  let pieces = 0;
  for (const [lines, length, step, next] of [
    [height, width, 1, width],
    [width, height, width, 1],
  ] as const)
    for (let line = 0; line < lines; line += 2)
      for (let start = 0; start + piecePx <= length; start += piecePx)
        pieces += addPiece(sums, luma, line * next + start * step, step) ? 1 : 0;
  if (pieces < piecesMin) return undefined;
  const logs = sums.map((sum) => Math.log(sum / pieces + 1e-6));
  const mean = logs.reduce((sum, value) => sum + value, 0) / spectrumDims;
  return Float64Array.from([...logs.map((value) => value - mean), ...(edgeProfileOf(luma, width, height) ?? edges)]);
}

/** Adds the shares of a piece's power; false for a piece without structure. */
function addPiece(sums: Float64Array, luma: Float32Array, from: number, step: number): boolean {
  let [sum, squares] = [0, 0];
  for (let at = 0; at < piecePx; at += 1) {
    const value = luma[from + at * step]!;
    sum += value;
    squares += value ** 2;
  }
  const mean = sum / piecePx;
  if (squares / piecePx - mean ** 2 < deviationMin ** 2) return false;
  const powers = new Float64Array(spectrumDims);
  let total = 0;
  for (let frequency = 1; frequency <= spectrumDims; frequency += 1) {
    let [real, imaginary] = [0, 0];
    for (let at = 0; at < piecePx; at += 1) {
      const value = hann[at]! * (luma[from + at * step]! - mean);
      real += value * turns[(frequency * at) % piecePx]!;
      imaginary += value * turns[(frequency * at + (3 * piecePx) / 4) % piecePx]!;
    }
    powers[frequency - 1] = real ** 2 + imaginary ** 2;
    total += powers[frequency - 1]!;
  }
  for (const [at, power] of powers.entries()) sums[at]! += power / total;
  return true;
}

export interface KernelEstimate {
  /** The likeliest, if it is likely enough; bicubic stands for Lanczos, too, which looks alike. */
  readonly shrunkBy?: ShrinkKernel;
  /** Of each kernel, 0 to 1. */
  readonly probabilities: Readonly<Record<ShrinkKernel, number>>;
}

/** @returns undefined for a picture too small or too flat to say anything */
export function estimateKernel(image: Pixels): KernelEstimate | undefined {
  const features = kernelFeatures(image, usualEdges);
  if (!features) return undefined;
  const scores = Object.entries(kernelWeights).map(([kernel, [bias, ...weights]]) => {
    const score = weights.reduce((sum, weight, at) => sum + weight * features[at]!, bias);
    return [kernel as ShrinkKernel, score] as const;
  });
  const most = Math.max(...scores.map(([, score]) => score));
  const powers = scores.map(([kernel, score]) => [kernel, Math.exp(score - most)] as const);
  const total = powers.reduce((sum, [, power]) => sum + power, 0);
  const probabilities = Object.fromEntries(powers.map(([kernel, power]) => [kernel, power / total])) as Record<
    ShrinkKernel,
    number
  >;
  const { lanczos, ...others } = probabilities;
  const named = { ...others, bicubic: others.bicubic + lanczos };
  const [likeliest] = (Object.keys(named) as (keyof typeof named)[]).sort((a, b) => named[b] - named[a]);
  return { ...(named[likeliest!] >= surenessMin ? { shrunkBy: likeliest! } : {}), probabilities };
}
