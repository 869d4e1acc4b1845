/**
 * The flat colours of a drawing, of which nothing is one: what many pixels have exactly, among neighbours that have it too. A drawing of gradients
 * or of a photo has none that cover it. Pure; planes are premultiplied RGBA [4, sizePx, sizePx] in [0, 1].
 */
import { type Drawing, liesBetween } from "../pixels/ink-colour.ts";

/** Premultiplied red, green, blue and alpha. */
export type Flat = readonly [red: number, green: number, blue: number, alpha: number];

export const nothing: Flat = [0, 0, 0, 0];

/** Difference of a channel of neighbours that are flat, of one colour, and within which a flat colour has most of its pixels. */
const [alikeWithin, sameWithin, tightWithin] = [0.016, 0.07, 0.024] as const;
/** Of its eight neighbours, how many a flat pixel is like: along an edge there are two. */
const alikeLeast = 3;
/** Pixels that a flat colour has at least, and colours of one drawing. */
const [pixelsLeast, coloursMost] = [6, 16] as const;
/** Share of the pixels that are drawn and no edge, which must have one of the colours as it is. */
const tightLeast = 0.8;
/** Share of them up to which a colour between two others is an edge. */
const fewMost = 0.02;
/** Levels of a channel by which colours are counted. */
const levels = 16;

/** @returns nothing first, then by how many pixels have them; undefined where the drawing is not of flat colours */
export function flatColoursOf({ planes, sizePx }: Drawing): Flat[] | undefined {
  const pixels = sizePx ** 2;
  let left: number[] = [];
  let drawn = 0;
  for (let y = 1; y < sizePx - 1; y += 1)
    for (let at = y * sizePx + 1; at < (y + 1) * sizePx - 1; at += 1) {
      if (planes[3 * pixels + at]! < sameWithin) continue;
      drawn += 1;
      if (isFlat(planes, at, sizePx)) left.push(at);
    }
  const all = left.length;
  if (all === 0 || all < 0.2 * drawn) return undefined;
  const colours: Flat[] = [];
  let tight = 0;
  while (colours.length < coloursMost && left.length >= pixelsLeast) {
    const colour = commonest(planes, left, pixels);
    const others = left.filter((at) => distanceAt(planes, at, colour, pixels) > sameWithin);
    const own = left.filter((at) => distanceAt(planes, at, colour, pixels) <= tightWithin).length;
    if (left.length - others.length < pixelsLeast) break;
    tight += own;
    const isFew = left.length - others.length < fewMost * all;
    if (!isFew || !isBetween(colour, [nothing, ...colours])) colours.push(colour);
    left = others;
  }
  return tight < tightLeast * all ? undefined : [nothing, ...colours];
}

/** Whether a colour may be the soft edge between two others. */
const isBetween = (colour: Flat, others: readonly Flat[]): boolean =>
  others.some((one, at) => others.slice(at + 1).some((other) => liesBetween(colour, one, other, sameWithin)));

/** Whether a pixel that is not at the border is like its neighbours. */
function isFlat(planes: Float32Array, at: number, sizePx: number): boolean {
  const pixels = sizePx ** 2;
  let alike = 0;
  for (let y = -sizePx; y <= sizePx; y += sizePx)
    for (let x = -1; x <= 1; x += 1) {
      const near = at + y + x;
      if (near === at) continue;
      let apart = 0;
      for (let channel = 0; channel < 4 * pixels; channel += pixels)
        apart = Math.max(apart, Math.abs(planes[channel + at]! - planes[channel + near]!));
      if (apart <= alikeWithin) alike += 1;
    }
  return alike >= alikeLeast;
}

/** Largest difference of a channel between a pixel and a colour. */
export function distanceAt(planes: Float32Array, at: number, colour: Flat, pixels: number): number {
  let most = 0;
  for (let channel = 0; channel < 4; channel += 1)
    most = Math.max(most, Math.abs(planes[channel * pixels + at]! - colour[channel]!));
  return most;
}

/** Mean of the pixels in the fullest cell of a histogram. */
function commonest(planes: Float32Array, places: readonly number[], pixels: number): Flat {
  const cells = new Map<number, { count: number; sums: [number, number, number, number] }>();
  let best: { count: number; sums: [number, number, number, number] } | undefined;
  for (const at of places) {
    let key = 0;
    for (let channel = 0; channel < 4; channel += 1)
      key = key * levels + Math.min(levels - 1, Math.floor(planes[channel * pixels + at]! * levels));
    const cell = cells.get(key) ?? { count: 0, sums: [0, 0, 0, 0] };
    cell.count += 1;
    for (let channel = 0; channel < 4; channel += 1) cell.sums[channel]! += planes[channel * pixels + at]!;
    cells.set(key, cell);
    if (!best || cell.count > best.count) best = cell;
  }
  const { count, sums } = best!;
  return [sums[0] / count, sums[1] / count, sums[2] / count, sums[3] / count];
}
