/**
 * Glows, soft shadows and empty areas: where a picture with alpha bends so little that the next pixels tell what lies between, a cubic
 * through premultiplied colours and alpha (Mitchell, Netravali 1988) is nearer than a network, which adds the rounding of faint
 * colours. Pure.
 */
import type { Pixels } from "../../engine/interfaces.ts";

/** Second differences beyond which a place is not smooth: of alpha; and of premultiplied colours beyond what alpha's make. Rounding alone makes 2 and 4. */
const [mostBend, mostColourBend] = [14, 4] as const;
/** Rows of the image between two pauses. */
const bandRows = 64;
/** Pixels by which borders are repeated. */
const padPx = 2;

/**
 * Draws the smooth places of a picture with alpha anew.
 * @param large the enlarged picture, unpremultiplied, changed in place
 * @param image what was enlarged, by a whole factor
 * @param pause lets others run; what it throws ends the work
 */
export async function drawSmoothPlaces(large: Pixels, image: Pixels, pause: () => Promise<void>): Promise<void> {
  const { widthPx, heightPx } = image;
  const factor = large.widthPx / widthPx;
  const values = premultiplied(image);
  const line = 4 * (widthPx + 2 * padPx);
  const isCalm = calmPlaces(values, image, line);
  const taps = Array.from({ length: factor }, (_, phase) => tapsAt((phase + 0.5) / factor - 0.5));
  const blended = new Float32Array(line);
  for (let y = 0; y < heightPx; y += 1) {
    if (y % bandRows === 0) await pause();
    for (let row = 0; row < factor; row += 1) {
      blend(values, (y + padPx + taps[row]!.first) * line, line, taps[row]!, blended);
      for (let x = 0; x < widthPx; x += 1) {
        if (!isSmoothAt(isCalm, image, x, y)) continue;
        const to = 4 * ((factor * y + row) * large.widthPx + factor * x);
        for (let column = 0; column < factor; column += 1)
          drawPixel(large.rgba, to + 4 * column, taps[column]!, blended, 4 * (x + padPx + taps[column]!.first));
      }
    }
  }
}

/** Blends four lines of values. */
function blend(values: Float32Array, start: number, line: number, { a, b, c, d }: Taps, to: Float32Array): void {
  for (let at = 0, from = start; at < line; at += 1, from += 1)
    to[at] = a * values[from]! + b * values[from + line]! + c * values[from + 2 * line]! + d * values[from + 3 * line]!;
}

/** Blends four pixels of a line. */
function drawPixel(rgba: Uint8Array, to: number, { a, b, c, d }: Taps, line: Float32Array, from: number): void {
  const at = from + 3;
  const exact = Math.min(255, a * line[at]! + b * line[at + 4]! + c * line[at + 8]! + d * line[at + 12]!);
  const alpha = exact < 0.5 ? 0 : Math.round(exact);
  rgba[to + 3] = alpha;
  for (let part = 0; part < 3; part += 1) {
    const own = from + part;
    const value = a * line[own]! + b * line[own + 4]! + c * line[own + 8]! + d * line[own + 12]!;
    // By the rounded alpha, so that it is right on black; but what is as bright as can be stays so.
    const level = value > exact - 1e-3 ? 255 : Math.round((255 * value) / alpha);
    rgba[to + part] = alpha === 0 ? 0 : Math.max(0, Math.min(255, level));
  }
}

/** Colours times alpha, and alpha, in levels, [heightPx + 4, widthPx + 4, 4]; borders are repeated. */
function premultiplied({ rgba, widthPx, heightPx }: Pixels): Float32Array {
  const values = new Float32Array(4 * (widthPx + 2 * padPx) * (heightPx + 2 * padPx));
  let to = 0;
  for (let y = -padPx; y < heightPx + padPx; y += 1)
    for (let x = -padPx; x < widthPx + padPx; x += 1, to += 4) {
      const row = Math.max(0, Math.min(heightPx - 1, y));
      const from = 4 * (row * widthPx + Math.max(0, Math.min(widthPx - 1, x)));
      for (let part = 0; part < 3; part += 1) values[to + part] = (rgba[from + part]! * rgba[from + 3]!) / 255;
      values[to + 3] = rgba[from + 3]!;
    }
  return values;
}

/** 1 where neither alpha nor colours bend, along rows, columns and diagonals, [heightPx, widthPx]. */
function calmPlaces(values: Float32Array, { widthPx, heightPx }: Pixels, line: number): Uint8Array {
  const isCalm = new Uint8Array(widthPx * heightPx).fill(1);
  for (let y = 0, place = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1, place += 1) {
      const alpha = (y + padPx) * line + 4 * (x + padPx) + 3;
      const opacity = values[alpha]!;
      for (const step of [4, line - 4, line, line + 4]) {
        const bend = 2 * opacity - values[alpha - step]! - values[alpha + step]!;
        if (Math.abs(bend) > mostBend) isCalm[place] = 0;
        // Faint colours are rounded as well.
        const most = mostColourBend + Math.abs(bend) / (2 * opacity);
        if (opacity > 0)
          for (let at = alpha - 3; at < alpha; at += 1) {
            const own = 2 * values[at]! - values[at - step]! - values[at + step]!;
            if (Math.abs(own - (bend * values[at]!) / opacity) > most) isCalm[place] = 0;
          }
      }
    }
  return isCalm;
}

/** Whether the 3 × 3 around is calm, and its alpha varies or is 0: where alpha is even, colours are drawn as those of opaque pictures. */
function isSmoothAt(isCalm: Uint8Array, { rgba, widthPx, heightPx }: Pixels, x: number, y: number): boolean {
  const alpha = rgba[4 * (y * widthPx + x) + 3]!;
  let isEven = alpha > 0;
  for (let row = Math.max(0, y - 1); row <= Math.min(heightPx - 1, y + 1); row += 1)
    for (let column = Math.max(0, x - 1); column <= Math.min(widthPx - 1, x + 1); column += 1) {
      const place = row * widthPx + column;
      if (isCalm[place] === 0) return false;
      if (rgba[4 * place + 3] !== alpha) isEven = false;
    }
  return !isEven;
}

/** Four pixels in a line, the first of them counted from a pixel, and their shares. */
interface Taps {
  readonly first: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** Of a place `beyond` px from a pixel's centre. */
function tapsAt(beyond: number): Taps {
  const first = beyond < 0 ? -2 : -1;
  const mitchell = (tap: number): number => {
    const away = Math.abs(beyond - first - tap);
    return away < 1
      ? (7 * away ** 3 - 12 * away ** 2 + 16 / 3) / 6
      : ((-7 / 3) * away ** 3 + 12 * away ** 2 - 20 * away + 32 / 3) / 6;
  };
  return { first, a: mitchell(0), b: mitchell(1), c: mitchell(2), d: mitchell(3) };
}
