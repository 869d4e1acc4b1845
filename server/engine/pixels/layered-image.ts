/**
 * A picture as layers: membership maps and a paint for each. Enlarged before the soft-max, edges stay crisp at any size, as glyphs
 * drawn from distance fields do (Green 2007). Layer 0 is nothing. The same arithmetic as the decoder's own composite
 * (server/pretrain/styles/layer_networks.py).
 */
import { tapsOfEnlarging } from "./cubic.ts";

/** Log-odds between two layers a pixel away from their edge: their logistic curve is nearest to the share of a pixel that an edge leaves. */
export const oddsPerPx = 5;

/** Values of a paint: red, green, blue, alpha, and the slopes of the three along x and along y. */
export const paintValues = 10;

export interface LayeredImage {
  /** [layers, sizePx, sizePx]; log-memberships, up to what all layers share. */
  readonly logits: Float32Array;
  /** [layers − 1, 10] */
  readonly paints: Float32Array;
  readonly sizePx: number;
}

/** Premultiplied RGBA planes [4, factor · sizePx, factor · sizePx] in [0, 1], colour at most alpha. */
export function drawLayers({ logits, paints, sizePx }: LayeredImage, factor: number): Float32Array {
  const side = factor * sizePx;
  const layers = paints.length / paintValues + 1;
  const large = Array.from({ length: layers }, (_, layer) =>
    enlarge(logits.subarray(layer * sizePx ** 2, (layer + 1) * sizePx ** 2), sizePx, factor),
  );
  const pixels = side ** 2;
  const planes = new Float32Array(4 * pixels);
  const shares = new Float64Array(layers);
  for (let y = 0, at = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1, at += 1) {
      memberships(large, at, shares);
      const [u, v] = [(x + 0.5) / side - 0.5, (y + 0.5) / side - 0.5];
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let layer = 1, paint = 0; layer < layers; layer += 1, paint += paintValues) {
        const weight = shares[layer]! * paints[paint + 3]!;
        red += weight * (paints[paint]! + u * paints[paint + 4]! + v * paints[paint + 7]!);
        green += weight * (paints[paint + 1]! + u * paints[paint + 5]! + v * paints[paint + 8]!);
        blue += weight * (paints[paint + 2]! + u * paints[paint + 6]! + v * paints[paint + 9]!);
        alpha += weight;
      }
      const cover = Math.min(1, alpha);
      planes[at] = Math.min(cover, Math.max(0, red));
      planes[pixels + at] = Math.min(cover, Math.max(0, green));
      planes[2 * pixels + at] = Math.min(cover, Math.max(0, blue));
      planes[3 * pixels + at] = cover;
    }
  return planes;
}

/** Alpha of each layer but nothing where no other lies, [factor · sizePx, factor · sizePx]. */
export function coversOf({ logits, paints, sizePx }: LayeredImage, factor: number): Float32Array[] {
  const layers = paints.length / paintValues + 1;
  const large = Array.from({ length: layers }, (_, layer) =>
    enlarge(logits.subarray(layer * sizePx ** 2, (layer + 1) * sizePx ** 2), sizePx, factor),
  );
  const covers = Array.from({ length: layers - 1 }, () => new Float32Array((factor * sizePx) ** 2));
  const shares = new Float64Array(layers);
  for (let at = 0; at < large[0]!.length; at += 1) {
    memberships(large, at, shares);
    for (const [layer, cover] of covers.entries()) cover[at] = shares[layer + 1]! * paints[layer * paintValues + 3]!;
  }
  return covers;
}

/** Writes the share of each layer in a pixel into `shares`: the soft-max of its plane's values there. */
export function memberships(planes: readonly Float32Array[], at: number, shares: Float64Array): void {
  let [most, total] = [Number.NEGATIVE_INFINITY, 0];
  for (const plane of planes) most = Math.max(most, plane[at]!);
  for (let layer = 0; layer < shares.length; layer += 1) {
    shares[layer] = Math.exp(planes[layer]![at]! - most);
    total += shares[layer]!;
  }
  for (let layer = 0; layer < shares.length; layer += 1) shares[layer]! /= total;
}

/** Bicubic, one axis after the other; the edge repeats. */
function enlarge(plane: Float32Array, sizePx: number, factor: number): Float32Array {
  if (factor === 1) return plane;
  const side = factor * sizePx;
  const taps = tapsOfEnlarging(sizePx, factor);
  const wide = new Float32Array(sizePx * side);
  for (let y = 0; y < sizePx; y += 1)
    for (let x = 0; x < side; x += 1) {
      let sum = 0;
      for (let tap = 0; tap < 4; tap += 1)
        sum += taps.weights[4 * x + tap]! * plane[y * sizePx + taps.places[4 * x + tap]!]!;
      wide[y * side + x] = sum;
    }
  const large = new Float32Array(side * side);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      let sum = 0;
      for (let tap = 0; tap < 4; tap += 1)
        sum += taps.weights[4 * y + tap]! * wide[taps.places[4 * y + tap]! * side + x]!;
      large[y * side + x] = sum;
    }
  return large;
}
