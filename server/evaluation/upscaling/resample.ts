/**
 * Resampling by separable kernels aligned to pixel centres, for opaque pictures: makes ground truth and the simplest baselines.
 * sharp can't: it always enlarges bicubically, and shifted by (scale − 1) / 2 pixels
 * (test/evaluation/upscaling/resample.test.ts shows both).
 */

import type { Pixels } from "../../engine/interfaces.ts";
import { cubic } from "../../engine/pixels/cubic.ts";
import { shrinkBicubic } from "../../upscaling/bicubic.ts";

export interface Kernel {
  /** Radius of the kernel in pixels, at scale 1. */
  readonly reachPx: number;
  weight(distance: number): number;
}

export const bicubic: Kernel = { reachPx: 2, weight: cubic };

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** sinc(x) · sinc(x / 3). */
export const lanczos: Kernel = {
  reachPx: 3,
  weight: (distance) => (Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0),
};

/**
 * Resizes a picture. Kernels widen when they shrink, and weights are normalised at the border. The result is rounded to 8 bits
 * and opaque.
 */
export function resample(
  { rgba, widthPx, heightPx }: Pixels,
  toWidthPx: number,
  toHeightPx: number,
  kernel: Kernel,
): Pixels {
  const [columns, rows] = [tapsOf(widthPx, toWidthPx, kernel), tapsOf(heightPx, toHeightPx, kernel)];
  const narrow = new Float32Array(3 * toWidthPx * heightPx);
  for (let y = 0; y < heightPx; y += 1)
    for (const [x, { first, weights }] of columns.entries())
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (let tap = 0, at = 4 * (y * widthPx + first) + channel; tap < weights.length; tap += 1, at += 4)
          sum += weights[tap]! * rgba[at]!;
        narrow[3 * (y * toWidthPx + x) + channel] = sum;
      }
  const out = new Uint8ClampedArray(4 * toWidthPx * toHeightPx).fill(255);
  const stride = 3 * toWidthPx;
  for (const [y, { first, weights }] of rows.entries())
    for (let column = 0; column < stride; column += 1) {
      let sum = 0;
      for (let tap = 0, at = first * stride + column; tap < weights.length; tap += 1, at += stride)
        sum += weights[tap]! * narrow[at]!;
      // Storing into clamped bytes rounds to nearest.
      out[4 * (y * toWidthPx + Math.floor(column / 3)) + (column % 3)] = sum;
    }
  return { rgba: new Uint8Array(out.buffer), widthPx: toWidthPx, heightPx: toHeightPx };
}

interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** The source pixels and weights of each pixel of the result. */
function tapsOf(from: number, to: number, { reachPx, weight }: Kernel): Taps[] {
  const step = from / to;
  const widening = Math.max(1, step);
  return Array.from({ length: to }, (_, at) => {
    const centre = (at + 0.5) * step - 0.5;
    const first = Math.max(0, Math.ceil(centre - reachPx * widening));
    const last = Math.min(from - 1, Math.floor(centre + reachPx * widening));
    const raw = Float64Array.from({ length: last - first + 1 }, (_, tap) => weight((first + tap - centre) / widening));
    const sum = raw.reduce((total, value) => total + value, 0);
    return { first, weights: raw.map((value) => value / sum) };
  });
}

/**
 * The low-resolution version of a ground truth: antialiased bicubic, rounded to 8 bits, opaque. Both sides must be multiples of
 * the scale.
 */
export function shrinkTruth({ rgba, widthPx, heightPx }: Pixels, scale: 2 | 4): Pixels {
  const small = new Uint8ClampedArray((4 * widthPx * heightPx) / scale ** 2).fill(255);
  for (let channel = 0; channel < 3; channel += 1) {
    const plane = Float32Array.from({ length: widthPx * heightPx }, (_, pixel) => rgba[4 * pixel + channel]!);
    for (const [pixel, value] of shrinkBicubic(plane, widthPx, heightPx, scale).entries())
      small[4 * pixel + channel] = value;
  }
  return { rgba: new Uint8Array(small.buffer), widthPx: widthPx / scale, heightPx: heightPx / scale };
}
