/**
 * Finds out from pixels alone whether a picture was a JPEG before, as pasted and re-saved ones were, and with which quality: its
 * DCT coefficients lie near multiples of the quantisation steps (Fan, de Queiroz 2003). Tries libjpeg's tables only. Pure.
 */
import type { Pixels } from "../../engine/interfaces.ts";
import type { BlockGrid } from "./clean-plane.ts";
import { forwardDct, tableAt, usualTables } from "./dct.ts";

export interface JpegTraces {
  /** libjpeg's, 1 to 100. */
  readonly quality: number;
  readonly grid: BlockGrid;
  /** 0 = none, 1 = every coefficient is a multiple. */
  readonly sureness: number;
}

/** Side of the part that is looked at. */
const seenPx = 768;
/** Above it, steps of 1 and 2 look like the rounding of pixels. */
const qualityMax = 92;
const [qualityMin, qualityStep] = [10, 2];
/** Frequencies that are looked at, `8 · row + column`: low ones, which are seldom zero. */
const places = [1, 8, 16, 9, 2, 3, 10, 17, 24, 25, 18, 11, 4];
/** Coefficients that are needed. */
const evidenceMin = 40;
/** Coefficients of pictures without traces reach 0.2. */
const surenessMin = 0.45;
/** Finer steps fit as well where coarse ones do: among about equal scores the coarsest is true. */
const aboutEqual = 0.06;

/** @returns undefined where there are no traces */
export function findJpegTraces(image: Pixels): JpegTraces | undefined {
  const luma = lumaOf(image);
  if (luma.widthPx < 24 || luma.heightPx < 24) return undefined;
  const grid = { left: borderOf(luma, 1), top: borderOf(luma, luma.widthPx) };
  const blocks = coefficientsOf(luma, grid);
  let best: JpegTraces | undefined;
  for (let quality = qualityMin; quality <= qualityMax; quality += qualityStep) {
    const sureness = scoreOf(blocks, tableAt(usualTables.luma, quality));
    if (best === undefined || sureness > best.sureness + aboutEqual)
      best = { quality, grid: luma.shift(grid), sureness };
  }
  return best && best.sureness >= surenessMin ? best : undefined;
}

interface Luma {
  readonly values: Float32Array;
  readonly widthPx: number;
  readonly heightPx: number;
  /** A grid of the part as one of the whole picture. */
  shift(grid: BlockGrid): BlockGrid;
}

function lumaOf({ rgba, widthPx, heightPx }: Pixels): Luma {
  const [width, height] = [Math.min(seenPx, widthPx), Math.min(seenPx, heightPx)];
  const [left, top] = [(widthPx - width) >> 1, (heightPx - height) >> 1];
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = 4 * ((top + y) * widthPx + left + x);
      values[y * width + x] = 0.299 * rgba[at]! + 0.587 * rgba[at + 1]! + 0.114 * rgba[at + 2]!;
    }
  const shift = (grid: BlockGrid): BlockGrid => ({ left: (grid.left + left) & 7, top: (grid.top + top) & 7 });
  return { values, widthPx: width, heightPx: height, shift };
}

/**
 * The phase of 8 at which neighbours differ most beyond what those beside them do.
 * @param step 1 along rows, the width along columns
 */
function borderOf({ values, widthPx, heightPx }: Luma, step: number): number {
  const sums = new Float64Array(8);
  const isAcross = step === 1;
  for (let y = isAcross ? 0 : 2; y < heightPx - (isAcross ? 0 : 1); y += 1)
    for (let x = isAcross ? 2 : 0; x < widthPx - (isAcross ? 1 : 0); x += 1) {
      const at = y * widthPx + x;
      const own = Math.abs(values[at]! - values[at - step]!);
      const beside = Math.abs(values[at - step]! - values[at - 2 * step]!) + Math.abs(values[at + step]! - values[at]!);
      sums[(isAcross ? x : y) & 7]! += Math.max(-6, Math.min(6, own - beside / 2));
    }
  return sums.indexOf(Math.max(...sums));
}

/** Coefficients of `places` of every whole block. */
function coefficientsOf({ values, widthPx, heightPx }: Luma, { left, top }: BlockGrid): Float64Array[] {
  const found: Float64Array[] = [];
  const block = new Float64Array(64);
  for (let y = top; y + 8 <= heightPx; y += 8)
    for (let x = left; x + 8 <= widthPx; x += 8) {
      for (let at = 0; at < 64; at += 1) block[at] = values[(y + (at >> 3)) * widthPx + x + (at & 7)]!;
      forwardDct(block);
      found.push(Float64Array.from(places, (place) => block[place]!));
    }
  return found;
}

/** Mean of cos 2π c / q over coefficients that are not zero: 1 for multiples, 0 for any values. */
function scoreOf(blocks: readonly Float64Array[], table: readonly number[]): number {
  let [sum, count] = [0, 0];
  for (const [index, place] of places.entries()) {
    const step = table[place]!;
    if (step < 2) continue;
    for (const block of blocks) {
      const value = Math.abs(block[index]!);
      if (value < 0.6 * step) continue;
      sum += Math.cos((2 * Math.PI * value) / step);
      count += 1;
    }
  }
  return count < evidenceMin ? 0 : sum / count;
}
