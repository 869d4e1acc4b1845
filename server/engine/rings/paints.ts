/** Colours of some pixels of a drawing. Pure; planes are premultiplied RGBA [4, pixels]. */
import type { Ink } from "../pixels/ink-colour.ts";

/** Premultiplied red, green, blue and alpha. */
export type Paint = readonly [red: number, green: number, blue: number, alpha: number];

/** Alpha from which on a pixel says its colour. */
export const visibleFrom = 0.5;

export function paintAt(planes: Float32Array, at: number): Paint {
  const pixels = planes.length / 4;
  return [planes[at]!, planes[pixels + at]!, planes[2 * pixels + at]!, planes[3 * pixels + at]!];
}

/** The colour of a pixel without its alpha; undefined where it is faint. */
export function inkAt(planes: Float32Array, at: number): Ink | undefined {
  const [red, green, blue, alpha] = paintAt(planes, at);
  return alpha < visibleFrom ? undefined : [red / alpha, green / alpha, blue / alpha];
}

/** Those of the pixels that are not faint. */
export const inksAt = (planes: Float32Array, pixels: readonly number[]): Ink[] =>
  pixels.map((at) => inkAt(planes, at)).filter((ink) => ink !== undefined);

/** Of each channel the middle one. @param inks at least one */
export const medianInk = (inks: readonly Ink[]): Ink =>
  [0, 1, 2].map((channel) => medianOf(inks, channel)) as unknown as Ink;

/** @param paints at least one */
export const medianPaint = (paints: readonly Paint[]): Paint =>
  [0, 1, 2, 3].map((channel) => medianOf(paints, channel)) as unknown as Paint;

const medianOf = (values: ReadonlyArray<readonly number[]>, channel: number): number =>
  values.map((value) => value[channel]!).sort((one, other) => one - other)[values.length >> 1]!;

/** How far a paint lies on the way from one to another, 0 to 1. */
export function shareBetween(paint: Paint, from: Paint, to: Paint): number {
  let [along, length] = [0, 0];
  for (let channel = 0; channel < 4; channel += 1) {
    const way = to[channel]! - from[channel]!;
    along += way * (paint[channel]! - from[channel]!);
    length += way ** 2;
  }
  return length === 0 ? 0 : Math.min(1, Math.max(0, along / length));
}
