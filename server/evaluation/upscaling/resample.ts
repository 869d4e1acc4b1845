/**
 * Resampling by separable kernels that are aligned to pixel centres, for opaque pictures: the truths of the evaluation, and the rivals that
 * any enlargement must beat. sharp can't be them: it enlarges bicubically whatever kernel it is told, and shifted by (scale − 1) / 2 pixels
 * against the centres (test/evaluation/upscaling/resample.test.ts shows both).
 */
import type { Pixels } from "../../engine/interfaces.ts";
import { cubic, shrinkBicubic } from "../../upscaling/bicubic.ts";

export interface Kernel {
  /** Pixels to each side that count, at scale 1. */
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

/** A picture of another size: kernels widen as they shrink, weights are normalised at the border. Rounded to 8 bits, opaque. */
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
      // Stores into clamped bytes round to the nearest.
      out[4 * (y * toWidthPx + Math.floor(column / 3)) + (column % 3)] = sum;
    }
  return { rgba: new Uint8Array(out.buffer), widthPx: toWidthPx, heightPx: toHeightPx };
}

interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** What each pixel of the result is made of. */
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

/** The low-resolution picture of a truth: antialiased bicubic, rounded to 8 bits, opaque. Both sides must be multiples of the scale. */
export function shrinkTruth({ rgba, widthPx, heightPx }: Pixels, scale: 2 | 4): Pixels {
  const small = new Uint8ClampedArray((4 * widthPx * heightPx) / scale ** 2).fill(255);
  for (let channel = 0; channel < 3; channel += 1) {
    const plane = Float32Array.from({ length: widthPx * heightPx }, (_, pixel) => rgba[4 * pixel + channel]!);
    for (const [pixel, value] of shrinkBicubic(plane, widthPx, heightPx, scale).entries())
      small[4 * pixel + channel] = value;
  }
  return { rgba: new Uint8Array(small.buffer), widthPx: widthPx / scale, heightPx: heightPx / scale };
}
