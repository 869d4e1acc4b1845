/** A picture known as layers on each other, as a drawing on a ground is: what a tracing makes paths of, without looking for colours. Pure. */
import { hexOfChannels } from "../hex-colour.ts";
import type { Ink } from "../ink-colour.ts";
import { intoPlace, type Place } from "../resample-square.ts";
import { type Shade, steepestOf } from "./shade.ts";

type Point = readonly [x: number, y: number];

export interface StackedLayer {
  /** Alpha in bytes, [side, side], also where other layers lie on it. */
  readonly cover: Uint8Array;
  /** `#rrggbb`; of a gradient the middle. */
  readonly hex: string;
  /** Absent where it is opaque. */
  readonly opacity?: number;
  /** Deviation of the Gaussian that blurs it, in pixels; absent where it is sharp. */
  readonly blurPx?: number;
  /** From one point to another, in pixels. */
  readonly gradient?: { readonly from: Point; readonly to: Point; readonly hexes: readonly [string, string] };
}

/** @param cover alpha [side, side], up to 1 */
export function stackedLayer(cover: Float32Array, shade: Shade, recolour: (ink: Ink) => Ink): StackedLayer {
  const { colour, slopes } = shade;
  const hexOf = (ink: Ink): string => hexOfChannels(recolour([clamped(ink[0]), clamped(ink[1]), clamped(ink[2])]));
  const layer = { cover: Uint8Array.from(cover, (alpha) => Math.round(255 * clamped(alpha))), hex: hexOf(colour) };
  if (!slopes) return layer;
  const side = Math.sqrt(cover.length);
  const [right, down] = steepestOf(...slopes);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [at, alpha] of cover.entries()) {
    if (alpha < 0.5) continue;
    const along = right * ((at % side) + 0.5 - side / 2) + down * (Math.floor(at / side) + 0.5 - side / 2);
    [low, high] = [Math.min(low, along), Math.max(high, along)];
  }
  if (low > high) return layer;
  const pointAt = (along: number): Point => [side / 2 + right * along, side / 2 + down * along];
  const hexAt = (along: number): string => {
    const value = (channel: 0 | 1 | 2): number =>
      colour[channel] + (along / side) * (right * slopes[0][channel] + down * slopes[1][channel]);
    return hexOf([value(0), value(1), value(2)]);
  };
  const hex = hexAt((low + high) / 2);
  return { ...layer, hex, gradient: { from: pointAt(low), to: pointAt(high), hexes: [hexAt(low), hexAt(high)] } };
}

/** Layers as small as a place of the picture. */
export function layersInPlace(
  layers: readonly StackedLayer[],
  { place, sizePx }: Place,
  sidePx: number,
): StackedLayer[] {
  const scale = place.sidePx / sizePx;
  const moved = ([x, y]: Point): Point => [
    scale * x + (sidePx * place.left) / sizePx,
    scale * y + (sidePx * place.top) / sizePx,
  ];
  return layers.map(({ cover, gradient, blurPx, ...layer }) => ({
    ...layer,
    ...(blurPx !== undefined && { blurPx: scale * blurPx }),
    cover: Uint8Array.from(intoPlace(Float32Array.from(cover), { place, sizePx }, sidePx), (value) =>
      Math.round(value),
    ),
    ...(gradient && { gradient: { ...gradient, from: moved(gradient.from), to: moved(gradient.to) } }),
  }));
}

const clamped = (value: number): number => Math.min(1, Math.max(0, value));
