/**
 * Fills transparent pixels with the colours of the nearest visible ones: pull-push over an image pyramid (Gortler et al. 1996,
 * "The Lumigraph", section 3.4). Colour and alpha can then be enlarged separately, without halos at edges.
 */
import type { Pixels } from "../engine/interfaces.ts";
import { emptyPlanes, type Planes, toSixteenBits } from "./picture-planes.ts";

/** Colours times weight, and weights, [4, heightPx, widthPx] interleaved by pixel. */
interface Level {
  readonly values: Float32Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Below this alpha, 8-bit colours are too coarse and fade into the surrounding ones. */
const faintAlpha = 16;

/**
 * The colours of a picture with alpha, extended into its transparent parts. At least one pixel must not be fully transparent.
 */
export function fillColour({ rgba, widthPx, heightPx }: Pixels): Planes {
  const values = new Float32Array(4 * widthPx * heightPx);
  for (let at = 0; at < values.length; at += 4) {
    const alpha = rgba[at + 3]! / 255;
    for (let channel = 0; channel < 3; channel += 1) values[at + channel] = (rgba[at + channel]! / 255) * alpha;
    values[at + 3] = alpha;
  }
  const filled = pullPush({ values, widthPx, heightPx });
  const planes = emptyPlanes(widthPx, heightPx);
  const pixels = widthPx * heightPx;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const at = 4 * pixel;
    const own = Math.min(1, rgba[at + 3]! / faintAlpha);
    for (let channel = 0; channel < 3; channel += 1) {
      const around = filled[at + channel]! / filled[at + 3]!;
      planes.data[channel * pixels + pixel] = toSixteenBits(own * (rgba[at + channel]! / 255) + (1 - own) * around);
    }
  }
  return planes;
}

/** Weighted colours with all weights above 0; missing weight comes from the coarser level. */
function pullPush(level: Level): Float32Array {
  const { values, widthPx, heightPx } = level;
  if (widthPx === 1 && heightPx === 1) return values;
  const coarse = halve(level);
  const below = pullPush(coarse);
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      const at = 4 * (y * widthPx + x);
      const missing = 1 - values[at + 3]!;
      if (missing <= 0) continue;
      const from = 4 * ((y >> 1) * coarse.widthPx + (x >> 1));
      const share = missing / below[from + 3]!;
      for (let channel = 0; channel < 3; channel += 1) values[at + channel]! += share * below[from + channel]!;
      values[at + 3] = 1;
    }
  return values;
}

/** Sums over 2 × 2 pixels, with weights clipped at 1. */
function halve({ values, widthPx, heightPx }: Level): Level {
  const [width, height] = [(widthPx + 1) >> 1, (heightPx + 1) >> 1];
  const half = new Float32Array(4 * width * height);
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      const from = 4 * (y * widthPx + x);
      const to = 4 * ((y >> 1) * width + (x >> 1));
      for (let part = 0; part < 4; part += 1) half[to + part]! += values[from + part]!;
    }
  for (let at = 0; at < half.length; at += 4) {
    const excess = Math.max(1, half[at + 3]!);
    for (let part = 0; part < 4; part += 1) half[at + part]! /= excess;
  }
  return { values: half, widthPx: width, heightPx: height };
}
