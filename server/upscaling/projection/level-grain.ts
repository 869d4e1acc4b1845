/**
 * Takes grain of a level or two off a picture, which would show on lettering and flat graphics as dither once it is rounded. Each value
 * moves to the mean of those around it that are about as large, so edges stay, and slopes stay slopes (a robust mean with the influence
 * of Tukey's biweight, along rows and then along columns). Where a picture is drawn, more is grain, and rims of flat areas join them. Pure.
 */

import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import { createJoinRoom, joinFlatAreas, joinReachPx } from "./join-flat-areas.ts";

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
 * @param picture enlarged, [3, factor · heightPx, factor · widthPx] in [0, 1], changed in place
 * @param isDrawn where the input is drawn (drawn-places.ts), [heightPx, widthPx]
 */
export function takeOffGrain(picture: Float32Array, isDrawn: Uint8Array, widthPx: number, factor: NetworkScale): void {
  const { isWide, levels, drawnLevels } = grains[factor];
  const pixels = picture.length / 3;
  const [moves, steepness] = [new Float32Array(pixels), new Float32Array(isDrawn.length)];
  const line = factor * widthPx;
  const room = isDrawn.includes(1) ? createJoinRoom(pixels) : undefined;
  for (let channel = 0; channel < 3; channel += 1) {
    const plane = picture.subarray(channel * pixels, (channel + 1) * pixels);
    for (const [at, level] of levels.entries()) {
      const [usual, drawn] = [(255 / level) ** 2, (255 / drawnLevels[at]!) ** 2];
      for (let cell = 0; cell < isDrawn.length; cell += 1) steepness[cell] = isDrawn[cell] === 1 ? drawn : usual;
      for (const step of [1, line]) moveToMeans(plane, moves, { factor, widthPx: line, step, isWide, steepness });
    }
    if (room) joinFlatAreas(plane, isDrawn, widthPx, factor, room);
  }
}

interface Round extends Pick<Grain, "isWide"> {
  readonly factor: NetworkScale;
  readonly widthPx: number;
  /** 1 along rows, the width along columns. */
  readonly step: number;
  /** By pixel of the input: 1 / d², d the difference from which a value has no influence. */
  readonly steepness: Float32Array;
}

/** Four times what a difference adds to a move: a branch less takes a third of the time. */
function pullOf(difference: number, steepness: number): number {
  const nearness = 1 - difference * difference * steepness;
  const twice = nearness + Math.abs(nearness);
  return difference * twice * twice;
}

/**
 * One round in one direction. Every pair of values is met once: what it adds to one it takes from the other.
 * @param moves as long as the plane; its values do not matter
 */
function moveToMeans(plane: Float32Array, moves: Float32Array, round: Round): void {
  const { factor, widthPx, step, isWide, steepness } = round;
  moves.fill(0);
  const [second, third, farthest] = [2 * step, 3 * step, isWide ? 1 : 0];
  for (let start = 0; start < plane.length; start += widthPx) {
    const last = step === 1 ? start + widthPx : plane.length;
    const end = Math.max(start, Math.min(start + widthPx, last - third));
    const cells = (Math.floor(start / widthPx / factor) * widthPx) / factor;
    for (let at = start, cell = cells; at < end; ) {
      const steep = steepness[cell]!;
      let next = at;
      for (; next < end && steepness[cell] === steep; cell += 1) next += factor;
      for (next = Math.min(end, next); at < next; at += 1) {
        const value = plane[at]!;
        const one = pullOf(plane[at + step]! - value, steep);
        const two = pullOf(plane[at + second]! - value, steep);
        const three = farthest * pullOf(plane[at + third]! - value, steep);
        moves[at]! += one + two + three;
        moves[at + step]! -= one;
        moves[at + second]! -= two;
        moves[at + third]! -= three;
      }
    }
    // Those at a border, which have fewer beyond them.
    for (let at = end; at < start + widthPx; at += 1)
      for (let other = at + step; other < Math.min(last, at + third + farthest); other += step) {
        const pull = pullOf(plane[other]! - plane[at]!, steepness[cells + Math.floor((at - start) / factor)]!);
        moves[at]! += pull;
        moves[other]! -= pull;
      }
  }
  const share = 0.25 / (2 * (aroundPx - 1 + farthest) + 1);
  for (let at = 0; at < plane.length; at += 1) plane[at]! += share * moves[at]!;
}
