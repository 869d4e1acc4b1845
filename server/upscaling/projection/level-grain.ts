/**
 * Takes grain of a level or two off a picture, which would show on lettering and flat graphics as dither once it is rounded. Each value
 * moves to the mean of those around it that are about as large, so edges stay, and slopes stay slopes (a robust mean with the influence
 * of Tukey's biweight, along rows and then along columns). Pure.
 */

import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";

/** By factor: pixels of the result to each side that count, and by round the difference in levels from which a value has no influence. */
const rounds: Readonly<Record<NetworkScale, { readonly aroundPx: number; readonly levels: readonly number[] }>> = {
  2: { aroundPx: 2, levels: [1] },
  4: { aroundPx: 3, levels: [3, 1.5] },
};

/** Pixels of the input to each side that a result depends on. */
export const grainReachPx = (factor: NetworkScale): number =>
  Math.ceil((rounds[factor].levels.length * rounds[factor].aroundPx) / factor);

/** @param picture enlarged, [3, heightPx, widthPx] in [0, 1], changed in place */
export function takeOffGrain(picture: Float32Array, widthPx: number, factor: NetworkScale): void {
  const { aroundPx, levels } = rounds[factor];
  const pixels = picture.length / 3;
  const moves = new Float32Array(pixels);
  for (let channel = 0; channel < 3; channel += 1) {
    const plane = picture.subarray(channel * pixels, (channel + 1) * pixels);
    for (const level of levels) {
      moveToMeans(plane, moves, widthPx, { step: 1, aroundPx, reach: level / 255 });
      moveToMeans(plane, moves, widthPx, { step: widthPx, aroundPx, reach: level / 255 });
    }
  }
}

interface Round {
  /** 1 along rows, the width along columns. */
  readonly step: number;
  readonly aroundPx: number;
  /** Difference from which a value has no influence. */
  readonly reach: number;
}

/**
 * One round in one direction. Every pair of values is met once: what it adds to one it takes from the other.
 * @param moves as long as the plane; its values do not matter
 */
function moveToMeans(
  plane: Float32Array,
  moves: Float32Array,
  widthPx: number,
  { step, aroundPx, reach }: Round,
): void {
  moves.fill(0);
  const steepness = 1 / reach ** 2;
  for (let start = 0; start < plane.length; start += widthPx)
    for (let shift = 1; shift <= aroundPx; shift += 1) {
      const away = shift * step;
      // Along a row, none beyond its end; along columns, none beyond the last row.
      const end = step === 1 ? start + widthPx - away : start + away < plane.length ? start + widthPx : start;
      for (let at = start; at < end; at += 1) {
        const difference = plane[at + away]! - plane[at]!;
        const nearness = 1 - difference * difference * steepness;
        if (nearness <= 0) continue;
        const pull = difference * nearness * nearness;
        moves[at]! += pull;
        moves[at + away]! -= pull;
      }
    }
  const share = 1 / (2 * aroundPx + 1);
  for (let at = 0; at < plane.length; at += 1) plane[at]! += share * moves[at]!;
}
