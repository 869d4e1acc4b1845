/**
 * Antialiased bicubic shrinking: the map D of consistency and LR-PSNR. Keys' kernel with a = −1/2 (Keys 1981), widened by the
 * factor and renormalised at borders, as in MATLAB's imresize, PIL and libvips. Any factor, also a
 * fractional one. Written independently of the graphs of the pack
 * `super-resolution`, so that it can check them.
 */
import { cubic } from "../engine/pixels/cubic.ts";

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Rows of a small picture, from `top` up to `bottom`, and the row of the large one with which its plane begins. */
interface Band {
  readonly top: number;
  readonly bottom: number;
  readonly firstRow: number;
}

/**
 * Shrinks one channel [heightPx, widthPx], both multiples of `factor`, to [heightPx / factor, widthPx / factor]. Neither
 * rounded nor clamped.
 */
export function shrinkBicubic(plane: Float32Array, widthPx: number, heightPx: number, factor: number): Float32Array {
  const small = { widthPx: widthPx / factor, heightPx: heightPx / factor };
  return shrinkBand(plane, { widthPx, heightPx }, small, { top: 0, bottom: small.heightPx, firstRow: 0 });
}

/** Rows of the large picture that a band of the small one is made of: from the first, up to the second. */
export function rowsOfBand(large: Size, small: Size, top: number, bottom: number): [from: number, to: number] {
  const factor = large.heightPx / small.heightPx;
  const first = (row: number): number => Math.ceil((row + 0.5 - 2) * factor - 0.5);
  const last = (row: number): number => Math.floor((row + 0.5 + 2) * factor - 0.5);
  return [Math.max(0, first(top)), Math.min(large.heightPx, last(bottom - 1) + 1)];
}

/** A band of one channel; `plane` holds at least the rows of `rowsOfBand`, [rows, large.widthPx]. Gives [bottom − top, small.widthPx]. */
export function shrinkBand(plane: Float32Array, large: Size, small: Size, band: Band): Float32Array {
  const rows = plane.length / large.widthPx;
  const narrow = new Float32Array(small.widthPx * rows);
  shrinkLines(plane, narrow, {
    ...{ lines: rows, length: large.widthPx, offset: 0, cells: small.widthPx, from: 0, to: small.widthPx },
    ...{ lineStep: large.widthPx, step: 1, outLineStep: small.widthPx, outStep: 1 },
  });
  const shrunk = new Float32Array(small.widthPx * (band.bottom - band.top));
  shrinkLines(narrow, shrunk, {
    ...{ lines: small.widthPx, length: large.heightPx, offset: band.firstRow, cells: small.heightPx },
    ...{ from: band.top, to: band.bottom },
    ...{ lineStep: 1, step: small.widthPx, outLineStep: 1, outStep: small.widthPx },
  });
  return shrunk;
}

/** How lines of pixels lie in a buffer, rows or columns, and which cells of theirs are wanted. */
interface Lines {
  readonly lines: number;
  /** Pixels of a whole line, and the first of them that the buffer holds. */
  readonly length: number;
  readonly offset: number;
  /** Cells of a whole line; wanted are those from `from` up to `to`. */
  readonly cells: number;
  readonly from: number;
  readonly to: number;
  readonly lineStep: number;
  readonly step: number;
  readonly outLineStep: number;
  readonly outStep: number;
}

function shrinkLines(source: Float32Array, target: Float32Array, shape: Lines): void {
  const { lines, length, offset, cells, from, to, lineStep, step, outLineStep, outStep } = shape;
  const factor = length / cells;
  for (let cell = from; cell < to; cell += 1) {
    const centre = (cell + 0.5) * factor - 0.5;
    const first = Math.max(0, Math.ceil(centre - 2 * factor));
    const last = Math.min(length - 1, Math.floor(centre + 2 * factor));
    const taps = Float64Array.from({ length: last - first + 1 }, (_, tap) => cubic((first + tap - centre) / factor));
    const share = taps.reduce((total, weight) => total + weight, 0);
    for (let line = 0; line < lines; line += 1) {
      let sum = 0;
      let at = line * lineStep + (first - offset) * step;
      for (let tap = 0; tap < taps.length; tap += 1, at += step) sum += taps[tap]! * source[at]!;
      target[line * outLineStep + (cell - from) * outStep] = sum / share;
    }
  }
}
