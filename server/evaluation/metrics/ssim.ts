/**
 * Structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004, equation 13, windows of section III.C): luma, a Gaussian
 * window of 11 × 11 with σ = 1.5 inside the picture, K₁ = 0.01, K₂ = 0.03 and 255 levels; the mean over all windows.
 */
import type { Pixels } from "../../engine/interfaces.ts";
import { lumaOf } from "./luma.ts";

const [windowPx, sigma] = [11, 1.5];
const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];

const weights = ((): Float64Array => {
  const raw = Float64Array.from({ length: windowPx }, (_, at) => Math.exp(-((at - 5) ** 2) / (2 * sigma ** 2)));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
})();

interface Plane {
  readonly data: Float64Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** 1 for equal pictures. @param borderPx pixels that are left out at each side; at least 11 × 11 must remain */
export function ssim(picture: Pixels, truth: Pixels, borderPx = 0): number {
  const [a, b] = [innerLuma(picture, borderPx), innerLuma(truth, borderPx)];
  const meanA = blur(a);
  const meanB = blur(b);
  const squareA = blur(productOf(a, a));
  const squareB = blur(productOf(b, b));
  const both = blur(productOf(a, b));
  let sum = 0;
  for (let at = 0; at < meanA.length; at += 1) {
    const [x, y] = [meanA[at]!, meanB[at]!];
    const [varianceA, varianceB, covariance] = [squareA[at]! - x * x, squareB[at]! - y * y, both[at]! - x * y];
    sum += ((2 * x * y + c1) * (2 * covariance + c2)) / ((x * x + y * y + c1) * (varianceA + varianceB + c2));
  }
  return sum / meanA.length;
}

function innerLuma(pixels: Pixels, borderPx: number): Plane {
  const luma = lumaOf(pixels);
  const [widthPx, heightPx] = [pixels.widthPx - 2 * borderPx, pixels.heightPx - 2 * borderPx];
  const data = Float64Array.from(
    { length: widthPx * heightPx },
    (_, at) => luma[(Math.floor(at / widthPx) + borderPx) * pixels.widthPx + (at % widthPx) + borderPx]!,
  );
  return { data, widthPx, heightPx };
}

const productOf = (a: Plane, b: Plane): Plane => ({ ...a, data: a.data.map((value, at) => value * b.data[at]!) });

/** Values of all windows inside the picture, row by row. */
function blur({ data, widthPx, heightPx }: Plane): Float64Array {
  const [across, down] = [widthPx - windowPx + 1, heightPx - windowPx + 1];
  const narrow = new Float64Array(across * heightPx);
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < across; x += 1) {
      let sum = 0;
      for (let tap = 0; tap < windowPx; tap += 1) sum += weights[tap]! * data[y * widthPx + x + tap]!;
      narrow[y * across + x] = sum;
    }
  const small = new Float64Array(across * down);
  for (let y = 0; y < down; y += 1)
    for (let x = 0; x < across; x += 1) {
      let sum = 0;
      for (let tap = 0; tap < windowPx; tap += 1) sum += weights[tap]! * narrow[(y + tap) * across + x]!;
      small[y * across + x] = sum;
    }
  return small;
}
