/** Lengths, areas and tolerances of tracing, for both ways into it: pictures, and layers that are known. */

import type { Fit } from "./curves/fit.ts";

/** Side in pixels for which lengths are meant. */
export const usualPx = 128;
/** Share of the picture that the least thing has, and the least outline; things of four pixels and less are none. */
const [speckShare, speckLeastPx, outlineShare] = [0.0007, 4, 0.6];
/** Distance in pixels, at `usualPx`, that curves may have from outlines, growing with noise. */
const tolerance = { clean: 0.28, byNoise: 6, most: 0.9 };
/** From this noise on outlines are smoothed as much as those of a decoder need; how heavy the middle of that mean is, for others and for these. */
export const smoothing = { noiseFrom: 0.012, clean: 4, noisy: 2 };

/** How often points of a curve are evened out at most. */
const evenMost = 4;

/** Of sharp pictures: how much less of them the least thing has, and the distance that curves may have from outlines, in pixels. */
const sharp = { speckTimes: 0.25, tolerancePx: 0.35 };

/** Area of the least thing in a picture. @param areaPx of the picture */
export const speckPxOf = (areaPx: number, isSharp = false): number =>
  Math.min(areaPx, Math.max(speckLeastPx, (isSharp ? sharp.speckTimes : 1) * speckShare * areaPx));

/** Area of the least outline. */
export const leastOutlinePx = (speckPx: number): number => outlineShare * speckPx;

/** How near curves shall be. @param sidePx of the longer side @param noise standard deviation of colours inside areas, in OKLab */
export function fitFor(sidePx: number, noise = 0, isSharp = false): Fit {
  const unit = sidePx / usualPx;
  if (isSharp) {
    const tolerancePx = Math.min(tolerance.most, sharp.tolerancePx + tolerance.byNoise * noise);
    return { tolerancePx, evenTimes: noise < smoothing.noiseFrom ? 1 : evenMost };
  }
  const tolerancePx = Math.min(tolerance.most, tolerance.clean + tolerance.byNoise * noise) * Math.sqrt(unit);
  // The larger a picture, the longer the steps of its edges are in pixels: most large ones are enlarged.
  return { tolerancePx, evenTimes: Math.min(evenMost, Math.round(unit ** 2)) };
}
