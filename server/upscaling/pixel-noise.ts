/**
 * The residual of an upscale as a function of seed, stage and pixel position, so that the same seed gives the same picture
 * however it is divided into tiles. Philox4x32-10 of the counter [x, y, stage, stream] under the key [seed, 0] gives four
 * words. Each group of ten bits selects one of 1,024 equally likely quantiles of N(0, 1), truncated at ±1.5; their spacing is
 * finer than 8-bit colours. Truncated, because pixels are drawn independently and larger values show as single specks
 * (truncation trick of Brock, Donahue, Simonyan 2019, section 3.1).
 */
import { philoxInto, streams } from "../engine/random.ts";
import type { Box } from "./picture-planes.ts";

/** Values of one pixel: 2 × 2 pixels of 3 colours. */
export const residualDims = 12;

const levels = 1024;
/** Standard deviations. */
const cutAt = 1.5;
let quantiles: Float32Array | undefined;

/**
 * v of a box's pixels, row by row, [box.heightPx · box.widthPx, 12], times `temperature`.
 * @param stage 0 for the first ×2, 1 for the second
 */
export function drawPixelResidual(seed: number, stage: number, box: Box, temperature: number): Float32Array {
  const values = new Float32Array(box.widthPx * box.heightPx * residualDims);
  if (temperature === 0) return values;
  quantiles ??= tabulateQuantiles();
  const scaled = quantiles.map((quantile) => temperature * quantile);
  const words = new Uint32Array(4);
  let at = 0;
  for (let y = box.top; y < box.top + box.heightPx; y += 1)
    for (let x = box.left; x < box.left + box.widthPx; x += 1) {
      philoxInto(words, x, y, stage, streams.pixels, seed);
      for (let index = 0; index < 4; index += 1, at += 3) {
        const word = words[index]!;
        values[at] = scaled[word & 1023]!;
        values[at + 1] = scaled[(word >>> 10) & 1023]!;
        values[at + 2] = scaled[(word >>> 20) & 1023]!;
      }
    }
  return values;
}

/** Quantiles at the centres of `levels` equal shares of the distribution within ±`cutAt`. */
function tabulateQuantiles(): Float32Array {
  const table = new Float32Array(levels);
  const outside = lowerTail(-cutAt);
  for (let level = 0; level < levels / 2; level += 1) {
    const value = quantileBelowMedian(outside + ((level + 0.5) / levels) * (1 - 2 * outside));
    table[level] = value;
    table[levels - 1 - level] = -value;
  }
  return table;
}

/**
 * Φ⁻¹(p) for p ≤ 1/2 by bisection. Φ's tail is a continued fraction (Abramowitz, Stegun 1964, 26.2.14) or a series (26.2.10).
 */
function quantileBelowMedian(p: number): number {
  let [low, high] = [-6, 0];
  for (let round = 0; round < 48; round += 1) {
    const middle = (low + high) / 2;
    if (lowerTail(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(N(0, 1) ≤ x) for x ≤ 0. */
function lowerTail(x: number): number {
  const size = -x;
  const density = Math.exp(-0.5 * size * size) / Math.sqrt(2 * Math.PI);
  if (size > 2.5) {
    let fraction = size;
    for (let term = 60; term > 0; term -= 1) fraction = size + term / fraction;
    return density / fraction;
  }
  let [term, sum] = [size, size];
  for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) {
    term *= (size * size) / odd;
    sum += term;
  }
  return 0.5 - density * sum;
}
