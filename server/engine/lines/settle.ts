/**
 * Pictures without smears: each pixel belongs to one of a few phases, such as ink and nothing, and what lies between them is settled by threshold
 * dynamics, which make edges short (Merriman, Bence & Osher 1992; Esedoglu & Otto 2015), held to what was drawn. Where a part is
 * settled, edges go on from its rim. Pure.
 */

import { skeletonOf } from "../pixels/strokes.ts";
import { distancesTo } from "./distances.ts";
import { labelAreas } from "./label-areas.ts";

/** How often edges are made shorter. */
const rounds = 12;
/** Deviation of the first blur, by which grey places get the phase of what is around them, of the side. */
const firstBlur = 0.0156;
/** Share of the first phase from which on a pixel may have it, at least and at most. */
const [shareLeast, shareMost] = [0.3, 0.55] as const;
/** How much what was drawn counts beside what is around. */
const drawnCounts = 0.35;
/** Smaller areas are specks, of the picture. */
const specks = 0.0015;
/** Deviation of the blur by which lines of one width get even, of the side. */
const lineBlur = 0.0117;

/** Shares of each phase in each pixel, [phases][sizePx, sizePx], from 0 to 1; all together 1. */
export type Shares = readonly Float32Array[];

/**
 * @param drawn as it was drawn
 * @param free pixels that are settled; others keep their shares
 * @param blurPx deviation of the blur that makes edges shorter: what is much thinner goes
 * @param isUnsure whether the first phase is not to be lost where nothing is likely
 */
export function settled(
  drawn: Shares,
  free: readonly number[],
  sizePx: number,
  blurPx: number,
  isUnsure: boolean,
): Shares {
  const shares = drawn.map((own) => own.slice());
  let blurred = shares.map((share) => blur(share, sizePx, firstBlur * sizePx));
  if (isUnsure) keepShare(blurred, free);
  const held = blurred;
  for (let round = 0; round <= rounds; round += 1) {
    for (const at of free) {
      let best = 0;
      let most = Number.NEGATIVE_INFINITY;
      for (let phase = 0; phase < shares.length; phase += 1) {
        const score = blurred[phase]![at]! + drawnCounts * held[phase]![at]!;
        if (score > most) [best, most] = [phase, score];
      }
      for (let phase = 0; phase < shares.length; phase += 1) shares[phase]![at] = phase === best ? 1 : 0;
    }
    blurred = shares.map((share) => blur(share, sizePx, blurPx));
  }
  withoutSpecks(shares, free, sizePx);
  return edged(shares, free, sizePx, blurPx);
}

/**
 * The first phase as lines of one width, in the middle of what has it.
 * @param free pixels that are changed
 */
export function inOneWidth(shares: Shares, free: readonly number[], sizePx: number, widthPx: number): Shares {
  const [ink, ...others] = shares;
  const away = distancesTo(1, Uint8Array.from(skeletonOf(ink!, sizePx)), sizePx, widthPx);
  const lines = ink!.slice();
  for (const at of free) lines[at] = Math.min(1, Math.max(0, 0.5 + widthPx / 2 - away[at]!));
  const [even] = edged([lines, lines.map((share) => 1 - share)], free, sizePx, lineBlur * sizePx);
  const made = others.map((share) => share.slice());
  for (const at of free) {
    const left = others.reduce((sum, share) => sum + share[at]!, 0);
    const last = others.length - 1;
    for (const [phase, share] of made.entries()) {
      const part = left > 0 ? share[at]! / left : Number(phase === last);
      share[at] = part * (1 - even![at]!);
    }
  }
  return [even!, ...made];
}

/** Moves shares so that the first phase gets as many pixels as it has shares: else what is nowhere likely goes, as lines do whose place is unsure. */
function keepShare(blurred: Shares, free: readonly number[]): void {
  const [own, last] = [blurred[0]!, blurred.at(-1)!];
  const shares = Float32Array.from(free, (at) => own[at]!).sort();
  const count = Math.floor(shares.reduce((sum, share) => sum + share, 0));
  const by = 0.5 - Math.min(shareMost, Math.max(shareLeast, shares[Math.max(0, shares.length - 1 - count)] ?? 0.5));
  for (const at of free) {
    own[at]! += by;
    last[at]! -= by;
  }
}

/** Small areas of one phase get the phase beside them, unless they go on in what stays. @param shares changed in place */
function withoutSpecks(shares: Shares, free: readonly number[], sizePx: number): void {
  const isFree = new Uint8Array(sizePx ** 2);
  for (const at of free) isFree[at] = 1;
  for (const share of shares) {
    const labels = labelAreas(
      Uint8Array.from(share, (own) => (own >= 0.5 ? 1 : 0)),
      1,
      sizePx,
    );
    const [sizes, isKept]: [number[], boolean[]] = [[], []];
    for (let at = 0; at < labels.length; at += 1) {
      sizes[labels[at]!] = (sizes[labels[at]!] ?? 0) + 1;
      if (isFree[at] === 0) isKept[labels[at]!] = true;
    }
    const isSpeck = (at: number): boolean =>
      labels[at]! > 0 && !isKept[labels[at]!] && sizes[labels[at]!]! < specks * sizePx ** 2;
    for (const at of free) {
      if (!isSpeck(at)) continue;
      let near = at;
      while (near % sizePx > 0 && isSpeck(near)) near -= 1;
      for (const other of shares) other[at] = other[near]!;
    }
  }
}

/** Shares with edges as sharp as pixels can show. */
function edged(shares: Shares, free: readonly number[], sizePx: number, blurPx: number): Shares {
  const blurred = shares.map((share) => blur(share, sizePx, blurPx));
  const made = shares.map((share) => share.slice());
  for (const at of free) {
    let [first, second] = [0, 1];
    if (blurred[1]![at]! > blurred[0]![at]!) [first, second] = [1, 0];
    for (let phase = 2; phase < blurred.length; phase += 1) {
      const own = blurred[phase]![at]!;
      if (own > blurred[first]![at]!) [first, second] = [phase, first];
      else if (own > blurred[second]![at]!) second = phase;
    }
    const [more, less] = [blurred[first]![at]!, blurred[second]![at]!];
    const share = Math.min(1, 0.5 + Math.max(1, blurPx) * quantile(more / (more + less)));
    for (let phase = 0; phase < made.length; phase += 1)
      made[phase]![at] = phase === first ? share : phase === second ? 1 - share : 0;
  }
  return made;
}

/** Of the normal distribution, near its middle: how far from a straight edge a blurred share is, in deviations. */
function quantile(share: number): number {
  const from = share - 0.5;
  // The first terms of its series: sqrt(2 pi) x + (2 pi)^(3/2) / 6 x^3.
  return 2.5066 * from + 2.6249 * from ** 3;
}

/** By a normal distribution, one axis after the other; the border repeats. */
function blur(plane: Float32Array, sizePx: number, deviationPx: number): Float32Array {
  const reach = Math.ceil(3 * deviationPx);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, at) =>
    Math.exp(-0.5 * ((at - reach) / deviationPx) ** 2),
  );
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const [across, down] = [new Float32Array(plane.length), new Float32Array(plane.length)];
  const row = new Float32Array(sizePx + 2 * reach);
  const within = (at: number): number => Math.min(sizePx - 1, Math.max(0, at));
  for (let y = 0; y < sizePx; y += 1) {
    for (let x = 0; x < row.length; x += 1) row[x] = plane[y * sizePx + within(x - reach)]!;
    for (let x = 0; x < sizePx; x += 1) {
      let value = 0;
      for (let tap = 0; tap < weights.length; tap += 1) value += weights[tap]! * row[x + tap]!;
      across[y * sizePx + x] = value / sum;
    }
  }
  for (let y = 0; y < sizePx; y += 1)
    for (let tap = 0; tap < weights.length; tap += 1) {
      const [from, to, weight] = [within(y + tap - reach) * sizePx, y * sizePx, weights[tap]! / sum];
      for (let x = 0; x < sizePx; x += 1) down[to + x]! += weight * across[from + x]!;
    }
  return down;
}
