/**
 * How much of every pixel belongs to every ink. Inside areas that is all or nothing. At a border the pixel's own colour decides: the pair
 * of inks there that mixes to it, and their shares. That places the border to a tenth of a pixel in clean pictures. Where inks differ
 * little or pixels are noisy, shares of the area around count instead.
 */
import { bitsOfLab, type Lab } from "../../shared/colour/oklab.ts";
import { insideFrom, type Picture } from "./picture.ts";

/** [height · width] a plane: one for each ink, and the last for what is outside. Shares of a pixel add up to 1. */
export type Memberships = readonly Float32Array[];

/** The colour of an ink at a pixel. */
export type ColourAt = (ink: number, x: number, y: number, at: number) => Lab;

const channelsOf = (bits: number): readonly [number, number, number] => [
  (bits >> 16) / 255,
  ((bits >> 8) & 255) / 255,
  (bits & 255) / 255,
];

/**
 * @param labels [height · width]; index of the ink, −1 outside
 * @param noise standard deviation of colours inside areas, in OKLab
 */
export function membershipsOf(
  picture: Picture,
  labels: ArrayLike<number>,
  inks: number,
  colourAt: ColourAt,
  noise: number,
): Memberships {
  const { widthPx, heightPx, alpha, bits } = picture;
  const planes = Array.from({ length: inks + 1 }, () => new Float32Array(labels.length));
  const reach = 1;
  const wide = 2;
  const shares = new Float64Array(inks);
  for (let y = 0, at = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1, at += 1) {
      // Counted over 5 × 5 pixels, near ones more: what the area says of the border.
      shares.fill(0);
      const near: number[] = [];
      let [isOutsideNear, isInsideNear] = [false, false];
      for (let v = Math.max(0, y - wide); v <= Math.min(heightPx - 1, y + wide); v += 1)
        for (let u = Math.max(0, x - wide); u <= Math.min(widthPx - 1, x + wide); u += 1) {
          const label = labels[v * widthPx + u]!;
          const distance = Math.max(Math.abs(u - x), Math.abs(v - y));
          if (label < 0) {
            if (distance <= reach) isOutsideNear = true;
            continue;
          }
          if (distance <= reach) isInsideNear = true;
          shares[label]! += smoothing[Math.abs(u - x)]! * smoothing[Math.abs(v - y)]!;
          if (distance <= wide && !near.includes(label)) near.push(label);
        }
      const own = labels[at]!;
      // Faint alpha far from everything is no part of it, and a hole that was filled none either.
      const inside = isOutsideNear && isInsideNear ? coverageOf(alpha[at]!, own >= 0) : Number(own >= 0);
      planes[inks]![at] = 1 - inside;
      if (inside === 0 || near.length === 0) continue;
      if (near.length === 1) {
        planes[near[0]!]![at] = inside;
        continue;
      }
      const total = near.reduce((sum, label) => sum + shares[label]!, 0);
      const pixel = channelsOf(bits[at]!);
      const mixed = alpha[at]! >= 0.3 ? bestMixture(pixel, near, own, (ink) => colourAt(ink, x, y, at)) : undefined;
      const trust = mixed ? mixed.contrast ** 2 / (mixed.contrast ** 2 + (12 * noise) ** 2 + 0.03 ** 2) : 0;
      for (const label of near) {
        const byColour = mixed
          ? label === mixed.first
            ? 1 - mixed.share
            : label === mixed.second
              ? mixed.share
              : 0
          : 0;
        planes[label]![at] = inside * (trust * byColour + (1 - trust) * (shares[label]! / total));
      }
    }
  return planes;
}

const smoothing = [1, 0.72, 0.27];

/** Half-covered stays where its label put it, so that both agree about what is inside. */
const coverageOf = (alpha: number, isInside: boolean): number =>
  isInside ? Math.max(insideFrom, alpha) : Math.min(insideFrom - 0.01, alpha);

/** The pair of inks, one of them the pixel's own where it has one, that mixes nearest to a pixel. */
function bestMixture(
  pixel: readonly [number, number, number],
  near: readonly number[],
  own: number,
  colourOf: (ink: number) => Lab,
): { first: number; second: number; share: number; contrast: number } | undefined {
  const colours = near.map((ink) => channelsOf(bitsOfLab(colourOf(ink))));
  let best: { first: number; second: number; share: number; contrast: number } | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, first] of colours.entries())
    for (const [j, second] of colours.entries()) {
      if (j <= i || (own >= 0 && near[i] !== own && near[j] !== own)) continue;
      let [length, along, off] = [0, 0, 0];
      for (let channel = 0; channel < 3; channel += 1) {
        const line = second[channel]! - first[channel]!;
        length += line * line;
        along += line * (pixel[channel]! - first[channel]!);
      }
      const share = length === 0 ? 0.5 : Math.min(1, Math.max(0, along / length));
      for (let channel = 0; channel < 3; channel += 1)
        off += (pixel[channel]! - first[channel]! - share * (second[channel]! - first[channel]!)) ** 2;
      if (off < least - 1e-9) {
        least = off;
        best = { first: near[i]!, second: near[j]!, share, contrast: Math.sqrt(length) };
      }
    }
  return best;
}

/** The plane with the largest share of each pixel, the first of several; −1 for the last, which is nothing. */
export function strongestOf(memberships: Memberships): Int16Array {
  const strongest = new Int16Array(memberships[0]!.length);
  for (let at = 0; at < strongest.length; at += 1) {
    let most = 0;
    for (let plane = 1; plane < memberships.length; plane += 1)
      if (memberships[plane]![at]! > memberships[most]![at]!) most = plane;
    strongest[at] = most === memberships.length - 1 ? -1 : most;
  }
  return strongest;
}
