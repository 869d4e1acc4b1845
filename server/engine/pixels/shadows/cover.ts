/**
 * What a shadow of a drawing covers (shadow.ts): the silhouette, perhaps without its holes, moved, broader as a sticker's margin is, or blurred. Pure;
 * planes are [side, side].
 */
import { distancesTo } from "../../lines/distances.ts";
import { areasAtBorder, labelAreas } from "../../lines/label-areas.ts";
import { inkFrom } from "../strokes.ts";
import { blurred } from "./blur.ts";

/** Lengths are shares of the picture's side. */
export interface CoverShape {
  /** Holes of the drawing are covered too. */
  readonly isFilled: boolean;
  /** How far it lies to the right of the drawing, and below it. */
  readonly right: number;
  readonly down: number;
  /** How far it goes beyond the drawing on all sides; absent = not at all. */
  readonly around?: number | undefined;
  /** Deviation of the Gaussian that blurs it; absent = it is sharp. */
  readonly blur?: number | undefined;
}

/** @param alphas of the drawing @returns share of each pixel, also where the drawing lies over it */
export function coverOfLayer(alphas: Float32Array, { isFilled, right, down, around, blur }: CoverShape): Float32Array {
  const side = Math.sqrt(alphas.length);
  const whole = isFilled ? withoutHoles(alphas, side) : alphas;
  if (around) return grown(whole, side, around * side);
  const cover = moved(whole, side, right * side, down * side);
  return blur ? blurred(cover, side, blur * side) : cover;
}

/** A plane that goes beyond itself by a width in pixels. */
export function grown(
  plane: Float32Array,
  side: number,
  width: number,
  away = awayFrom(plane, side, width),
): Float32Array {
  // Edges of ink lie half a pixel before the middle of its pixels.
  return plane.map((alpha, at) => Math.max(alpha, Math.min(1, Math.max(0, width + 1 - away[at]!))));
}

/** Distance of each pixel to the nearest one of ink, exact up to what `grown` needs for a width. */
export function awayFrom(plane: Float32Array, side: number, width: number): Float32Array {
  const ink = Uint8Array.from(plane, (alpha) => Number(alpha >= inkFrom));
  return distancesTo(1, ink, side, width + 2);
}

/** Holes are as opaque as what is around them. */
export function withoutHoles(alphas: Float32Array, side: number): Float32Array {
  const ink = Uint8Array.from(alphas, (alpha) => Number(alpha >= inkFrom));
  const areas = labelAreas(ink, 0, side);
  const isOutside = areasAtBorder(areas, side);
  const isHole = (at: number): boolean => areas[at] !== 0 && !isOutside.has(areas[at]!);
  return alphas.map((alpha, at) => {
    if (areas[at] !== 0) return isHole(at) ? 1 : alpha;
    const [x, y] = [at % side, Math.floor(at / side)];
    const near = [
      x > 0 ? at - 1 : at,
      x < side - 1 ? at + 1 : at,
      y > 0 ? at - side : at,
      y < side - 1 ? at + side : at,
    ];
    return near.some(isHole) && near.every((other) => areas[other] === 0 || isHole(other)) ? 1 : alpha;
  });
}

/** Bilinear; nothing lies beyond the picture. */
export function moved(plane: Float32Array, side: number, right: number, down: number): Float32Array {
  const to = new Float32Array(plane.length);
  const [left, top] = [Math.floor(right), Math.floor(down)];
  const [x1, y1] = [right - left, down - top];
  for (const [column, row, weight] of [
    [left, top, (1 - x1) * (1 - y1)],
    [left + 1, top, x1 * (1 - y1)],
    [left, top + 1, (1 - x1) * y1],
    [left + 1, top + 1, x1 * y1],
  ] as const) {
    if (weight === 0) continue;
    for (let y = Math.max(0, row); y < Math.min(side, side + row); y += 1)
      for (let x = Math.max(0, column); x < Math.min(side, side + column); x += 1)
        to[y * side + x]! += weight * plane[(y - row) * side + x - column]!;
  }
  return to;
}
