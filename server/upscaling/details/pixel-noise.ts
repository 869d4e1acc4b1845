/**
 * The residual of an upscale as a function of seed, factor and pixel position, so that the same seed gives the same picture
 * however it is divided into tiles. Philox4x32-10 of the counter [x, y, part, stream] under the key [seed, 0] gives four
 * words. Each group of ten bits selects one of 1,024 equally likely quantiles of N(0, 1), truncated at ±1.5; their spacing is
 * finer than 8-bit colours. Truncated, because larger values show as single specks (truncation trick of Brock, Donahue,
 * Simonyan 2019, section 3.1). v has two scales: coarse noise, interpolated between places some pixels apart, decides alike where an edge
 * or a stroke lies along its way; fine noise decides at each pixel. Their sum has the same variance everywhere, so that at each pixel
 * alone v keeps about the distribution that τ was trained for.
 */
import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import { philoxInto, streams } from "../../engine/random.ts";
import type { Box } from "../picture-planes.ts";

/** Values of one pixel: factor × factor pixels of 3 colours. */
export const residualDimsOf = (factor: NetworkScale): number => 3 * factor ** 2;

/** Values of one run of Philox. */
const valuesARun = 12;
/** Runs of Philox of a pixel; those of coarse places come after. */
const fineParts = 4;
/** Pixels between the places of coarse noise by factor, and its share of the variance. */
const coarsePx: Readonly<Record<NetworkScale, number>> = { 2: 4, 4: 12 };
const coarseShare = 0.5;

const levels = 1024;
/** Standard deviations. */
const cutAt = 1.5;
let quantiles: Float32Array | undefined;

/** v of a box's pixels, row by row, [box.heightPx · box.widthPx, 3 · factor²], times `temperature`. */
export function drawPixelResidual(seed: number, factor: NetworkScale, box: Box, temperature: number): Float32Array {
  const dims = residualDimsOf(factor);
  const { left, top, widthPx, heightPx } = box;
  if (temperature === 0) return new Float32Array(widthPx * heightPx * dims);
  const fine = drawWhite(seed, dims, box, 0);
  const [columns, rows] = [placesOf(left, widthPx, coarsePx[factor]), placesOf(top, heightPx, coarsePx[factor])];
  const coarse = drawWhite(seed, dims, coarseBox(columns, rows), fineParts);
  const line = (columns.at(-1)!.below - columns[0]!.below + 2) * dims;
  const [gain, fineGain] = [temperature * Math.sqrt(coarseShare), temperature * Math.sqrt(1 - coarseShare)];
  const most = temperature * cutAt;
  let to = 0;
  for (const row of rows)
    for (const column of columns) {
      const above = (row.below - rows[0]!.below) * line + (column.below - columns[0]!.below) * dims;
      const [nearNear, nearFar] = [gain * row.near * column.near, gain * row.near * column.far];
      const [farNear, farFar] = [gain * row.far * column.near, gain * row.far * column.far];
      for (let at = above; at < above + dims; at += 1, to += 1) {
        const shared =
          nearNear * coarse[at]! +
          nearFar * coarse[at + dims]! +
          farNear * coarse[at + line]! +
          farFar * coarse[at + line + dims]!;
        fine[to] = Math.max(-most, Math.min(most, shared + fineGain * fine[to]!));
      }
    }
  return fine;
}

/** A pixel between two coarse places: the lower one, and the shares of both, whose squares sum up to 1. */
interface Between {
  readonly below: number;
  readonly near: number;
  readonly far: number;
}

const placesOf = (start: number, length: number, apartPx: number): Between[] =>
  Array.from({ length }, (_, at) => {
    const place = (start + at + 0.5) / apartPx - 0.5;
    const below = Math.floor(place);
    const beyond = place - below;
    const size = Math.hypot(beyond, 1 - beyond);
    return { below, near: (1 - beyond) / size, far: beyond / size };
  });

const coarseBox = (columns: readonly Between[], rows: readonly Between[]): Box => ({
  left: columns[0]!.below,
  top: rows[0]!.below,
  widthPx: columns.at(-1)!.below - columns[0]!.below + 2,
  heightPx: rows.at(-1)!.below - rows[0]!.below + 2,
});

/** Values of each pixel that follow from no other's, [box.heightPx · box.widthPx, dims]; `firstPart` tells the scales apart. */
function drawWhite(seed: number, dims: number, box: Box, firstPart: number): Float32Array {
  const values = new Float32Array(box.widthPx * box.heightPx * dims);
  quantiles ??= tabulateQuantiles();
  const words = new Uint32Array(4);
  let at = 0;
  for (let y = box.top; y < box.top + box.heightPx; y += 1)
    for (let x = box.left; x < box.left + box.widthPx; x += 1)
      for (let part = 0; part < dims / valuesARun; part += 1) {
        philoxInto(words, x, y, firstPart + part, streams.pixels, seed);
        for (let index = 0; index < 4; index += 1, at += 3) {
          const word = words[index]!;
          values[at] = quantiles[word & 1023]!;
          values[at + 1] = quantiles[(word >>> 10) & 1023]!;
          values[at + 2] = quantiles[(word >>> 20) & 1023]!;
        }
      }
  return values;
}

/** Quantiles at the centres of `levels` equal shares of the distribution within ±`cutAt`. */
function tabulateQuantiles(): Float32Array {
  const table = new Float32Array(levels);
  const outside = lowerTail(-cutAt);
  for (let level = 0; level < levels / 2; level += 1) {
    const value = quantileBelowMedian(outside + ((level + 0.5) / levels) * (1 - 2 * outside));
    table[level] = value;
    table[levels - 1 - level] = -value;
  }
  return table;
}

/**
 * Φ⁻¹(p) for p ≤ 1/2 by bisection. Φ's tail is a continued fraction (Abramowitz, Stegun 1964, 26.2.14) or a series (26.2.10).
 */
function quantileBelowMedian(p: number): number {
  let [low, high] = [-6, 0];
  for (let round = 0; round < 48; round += 1) {
    const middle = (low + high) / 2;
    if (lowerTail(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(N(0, 1) ≤ x) for x ≤ 0. */
function lowerTail(x: number): number {
  const size = -x;
  const density = Math.exp(-0.5 * size * size) / Math.sqrt(2 * Math.PI);
  if (size > 2.5) {
    let fraction = size;
    for (let term = 60; term > 0; term -= 1) fraction = size + term / fraction;
    return density / fraction;
  }
  let [term, sum] = [size, size];
  for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) {
    term *= (size * size) / odd;
    sum += term;
  }
  return 0.5 - density * sum;
}
