/**
 * A picture as another hand draws it: bent by a smooth field of displacements, which leaves lines whole and apart, with lines that get
 * thinner and broader along them. Each seed is another hand; the same seed is the same. Pure.
 */

import { type LayeredImage, oddsPerPx } from "../pixels/layered-image.ts";
import { normals, streams } from "../random.ts";
import type { Hand } from "./hand-of-style.ts";

/** Waves of which the field is made. */
const waveCount = 12;
/** Their lengths, of the hand's, the shortest and the longest. */
const [shortest, longest] = [0.6, 1.6] as const;
/** How steep the field may be, so that it never folds: stray in lengths of its waves. */
const steepMost = 0.07;
/** How much of half a line's width may come and go. */
const unevenMost = 0.5;

/**
 * @param width of its lines, of the side; without it their width stays
 * @returns the same layers with other memberships
 */
export function bent(image: LayeredImage, hand: Hand, seed: number, width = 0): LayeredImage {
  const { logits, paints, sizePx } = image;
  const { right, down, swell } = fieldOf(hand, seed, sizePx);
  const pixels = sizePx ** 2;
  const moved = new Float32Array(logits.length);
  const half = (oddsPerPx * width * sizePx) / 2;
  const last = sizePx - 1;
  for (let y = 0, at = 0; y < sizePx; y += 1)
    for (let x = 0; x < sizePx; x += 1, at += 1) {
      const left = Math.min(last, Math.max(0, x + right[at]!));
      const top = Math.min(last, Math.max(0, y + down[at]!));
      const [column, row] = [Math.min(last - 1, Math.floor(left)), Math.min(last - 1, Math.floor(top))];
      const [u, v] = [left - column, top - row];
      const broader = half * Math.min(unevenMost, Math.max(-unevenMost, swell[at]!));
      for (let from = row * sizePx + column, to = at; to < logits.length; from += pixels, to += pixels) {
        const above = logits[from]! + u * (logits[from + 1]! - logits[from]!);
        const below = logits[from + sizePx]! + u * (logits[from + sizePx + 1]! - logits[from + sizePx]!);
        moved[to] = above + v * (below - above) + (to < pixels ? 0 : broader);
      }
    }
  return { logits: moved, paints, sizePx };
}

/** Displacements in pixels, and how much broader lines get, of half their width; each [sizePx, sizePx]. */
function fieldOf({ stray, wave, uneven }: Hand, seed: number, sizePx: number) {
  const noise = normals(seed, streams.hand, 6 * waveCount);
  const size = Math.min(stray, steepMost * wave) * sizePx * Math.sqrt(2 / waveCount);
  const [right, down, swell] = [0, 1, 2].map(() => new Float32Array(sizePx ** 2)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [sines, cosines] = [new Float32Array(sizePx), new Float32Array(sizePx)];
  for (let number = 0; number < waveCount; number += 1) {
    const [a, b, c, d, e, f] = noise.subarray(6 * number, 6 * number + 6) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const long = wave * sizePx * (shortest + ((longest - shortest) * (number + 0.5)) / waveCount);
    const [turn, away, phase] = [Math.atan2(a, b), Math.atan2(c, d), Math.atan2(e, f)];
    const [along, across] = [(2 * Math.PI * Math.cos(turn)) / long, (2 * Math.PI * Math.sin(turn)) / long];
    const [x1, y1] = [size * Math.SQRT2 * Math.cos(away), size * Math.SQRT2 * Math.sin(away)];
    const w1 = uneven * Math.sqrt(2 / waveCount);
    for (let x = 0; x < sizePx; x += 1) {
      sines[x] = Math.sin(along * x + phase);
      cosines[x] = Math.cos(along * x + phase);
    }
    for (let y = 0, at = 0; y < sizePx; y += 1) {
      const [sine, cosine] = [Math.sin(across * y), Math.cos(across * y)];
      for (let x = 0; x < sizePx; x += 1, at += 1) {
        const value = sines[x]! * cosine + cosines[x]! * sine;
        right[at]! += x1 * value;
        down[at]! += y1 * value;
        // A quarter of a wave off, so that what swells is not what turns.
        swell[at]! += w1 * (cosines[x]! * cosine - sines[x]! * sine);
      }
    }
  }
  return { right, down, swell };
}
