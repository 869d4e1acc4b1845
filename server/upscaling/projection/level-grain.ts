/**
 * Takes grain of a level or two off a picture, which would show on lettering and flat graphics as dither once it is rounded. Each value
 * moves to the mean of those around it that are about as large, so edges stay, and slopes stay slopes (a robust mean with the influence
 * of Tukey's biweight, along rows and then along columns). Where a picture is drawn, more is grain, and rims of flat areas join them. Pure.
 */

import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import { levelPlane } from "../../wasm/planes.ts";
import { joinReachPx } from "./join-flat-areas.ts";

/** Pixels of the result to each side that a round can see. */
const aroundPx = 3;

interface Grain {
  /** Whether a round sees all `aroundPx`, or one fewer. */
  readonly isWide: boolean;
  /** By round, the difference in levels from which a value has no influence. */
  readonly levels: readonly number[];
  /** The same where the picture is drawn. */
  readonly drawnLevels: readonly number[];
}

/** By factor. At x2 photographs have details of a level; wider rounds cost them 0.1 dB. */
const grains: Readonly<Record<NetworkScale, Grain>> = {
  2: { isWide: false, levels: [1], drawnLevels: [4] },
  4: { isWide: true, levels: [3, 1.5], drawnLevels: [8, 1.5] },
};

/** Pixels of the input to each side that a result depends on. */
export const grainReachPx = (factor: NetworkScale): number =>
  Math.ceil((grains[factor].levels.length * aroundPx + joinReachPx(factor)) / factor);

/**
 * @param picture enlarged, [planes, factor · heightPx, factor · widthPx] in [0, 1], changed in place
 * @param isDrawn where the input is drawn (drawn-places.ts), [heightPx, widthPx]
 */
export function takeOffGrain(picture: Float32Array, isDrawn: Uint8Array, widthPx: number, factor: NetworkScale): void {
  const { isWide, levels, drawnLevels } = grains[factor];
  const rounds = levels.map((level, at) => ({ usual: steepnessOf(level), drawn: steepnessOf(drawnLevels[at]!) }));
  const how = { rounds, isWide, joins: isDrawn.includes(1) };
  const pixels = factor ** 2 * isDrawn.length;
  for (let from = 0; from < picture.length; from += pixels)
    levelPlane(picture.subarray(from, from + pixels), { factor, widthPx, isDrawn }, how);
}

/** @param level difference in levels from which a value has no influence */
const steepnessOf = (level: number): number => (255 / level) ** 2;
