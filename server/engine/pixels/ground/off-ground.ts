/** A drawing of one ink read on a ground (ground.ts), and taken off it. Pure; planes are premultiplied RGBA [4, sizePx, sizePx]. */

import { boxOf, gradientInkOf, overPicture } from "../gradients/ink-gradient.ts";
import { channelsOfHex } from "../hex-colour.ts";
import { type Drawing, type Ink, inInk } from "../ink-colour.ts";
import { resampleSquare } from "../resample-square.ts";
import { usualInk } from "../usual-ink.ts";
import { depthsIn } from "./depths.ts";
import { type Ground, type GroundLook, type GroundShape, partColours } from "./parts.ts";
import { type Shade, shadeOf, shadePlanes } from "./shade.ts";

export interface OnGround {
  readonly look: GroundLook;
  /** Alpha of what lies on the ground. */
  readonly cover: Float32Array;
}

/** Intersection over union of a drawing with the ground. */
const alikeLeast = 0.93;
/** Pixels inside the face's edge between which its colour is looked for. */
const [bandFrom, bandTo] = [2, 7];
/** Difference of a channel of equal colours, and between ground and ink. */
const [sameWithin, inkLeast] = [0.1, 0.2];
/** Share of a drawing's pixels that must lie between ground and ink. */
const betweenLeast = 0.95;

/** Whether a drawing has the silhouette of a mask, all in all. */
export function silhouetteOf({ planes }: Drawing, mask: Float32Array, around?: Float32Array): boolean {
  const alphas = planes.subarray((3 * planes.length) / 4);
  let [both, either] = [0, 0];
  for (let at = 0; at < mask.length; at += 1) {
    const whole = mask[at]! + (around?.[at] ?? 0);
    both += Math.min(whole, alphas[at]!);
    either += Math.max(whole, alphas[at]!);
  }
  return both >= alikeLeast * either;
}

/** Undefined where a drawing does not lie on the ground, or is of several colours. */
export function readOn(drawing: Drawing, shape: GroundShape): OnGround | undefined {
  const { planes, sizePx } = drawing;
  const { mask, face = mask, shadow } = shape;
  const pixels = mask.length;
  if (sizePx !== shape.sizePx || !silhouetteOf(drawing, mask, shadow)) return undefined;
  const depth = depthsIn(face);
  const shade = shadeOf(planes, bandOf(face), sizePx);
  if (!shade) return undefined;
  const grounds = shadePlanes(shade, sizePx);
  const differences = new Float32Array(pixels);
  let most = 0;
  for (let at = 0; at < pixels; at += 1) {
    if (depth[at]! < bandFrom) continue;
    const red = Math.abs(planes[at]! - grounds[at]!);
    const green = Math.abs(planes[pixels + at]! - grounds[pixels + at]!);
    differences[at] = Math.max(red, green, Math.abs(planes[2 * pixels + at]! - grounds[2 * pixels + at]!));
    most = Math.max(most, differences[at]!);
  }
  if (most < inkLeast) return undefined;
  const ink = meanOf(planes, differences, 0.8 * most);
  const { colour, slopes } = shade;
  const looks = { ground: colour, ...(slopes && { slopes }), ...partColours(drawing, shape) };
  const isSeen = (at: number): boolean => depth[at]! >= bandFrom;
  const shaded = shadeOfInk(planes, differences, sizePx);
  const isApart = shaded && isApartFrom(shaded, grounds, sizePx, isSeen);
  const inShade = isApart && coverBy(shaded, planes, grounds, differences, isSeen);
  if (inShade) return { look: { ...looks, ink: shaded.colour, inkSlopes: shaded.slopes }, cover: inShade };
  const cover = coverBy({ colour: ink }, planes, grounds, differences, isSeen);
  return cover && { look: { ...looks, ink }, cover };
}

/** Share of an ink in each pixel; undefined where too many have none of the colours between it and the ground. */
function coverBy(
  ink: Shade,
  planes: Float32Array,
  grounds: Float32Array,
  differences: Float32Array,
  isSeen: (at: number) => boolean,
): Float32Array | undefined {
  const pixels = differences.length;
  const inks = ink.slopes && shadePlanes(ink, Math.sqrt(pixels));
  const cover = new Float32Array(pixels);
  let [drawn, between] = [0, 0];
  for (let at = 0; at < pixels; at += 1) {
    if (!isSeen(at)) continue;
    const [g0, g1, g2] = [grounds[at]!, grounds[pixels + at]!, grounds[2 * pixels + at]!];
    const [i0, i1, i2] = inks ? [inks[at]!, inks[pixels + at]!, inks[2 * pixels + at]!] : ink.colour;
    const [x, y, z] = [i0 - g0, i1 - g1, i2 - g2];
    const [red, green, blue] = [planes[at]! - g0, planes[pixels + at]! - g1, planes[2 * pixels + at]! - g2];
    const share = Math.min(1, Math.max(0, (red * x + green * y + blue * z) / (x * x + y * y + z * z)));
    cover[at] = share;
    if (differences[at]! <= sameWithin) continue;
    drawn += 1;
    const off = Math.max(Math.abs(red - share * x), Math.abs(green - share * y), Math.abs(blue - share * z));
    if (off <= sameWithin) between += 1;
  }
  return between < betweenLeast * drawn ? undefined : cover;
}

/** Whether an ink shows everywhere on a ground: where it does not, its share of a pixel is not known. */
function isApartFrom(ink: Shade, grounds: Float32Array, sizePx: number, isSeen: (at: number) => boolean): boolean {
  const inks = shadePlanes(ink, sizePx);
  const pixels = sizePx ** 2;
  for (let at = 0; at < pixels; at += 1) {
    if (!isSeen(at)) continue;
    let apart = 0;
    for (let channel = 0; channel < 3 * pixels; channel += pixels)
      apart = Math.max(apart, Math.abs(inks[channel + at]! - grounds[channel + at]!));
    if (apart < sameWithin) return false;
  }
  return true;
}

/** The gradient of what lies on a ground, where it has one. */
function shadeOfInk(planes: Float32Array, differences: Float32Array, sizePx: number): Required<Shade> | undefined {
  const pixels = differences.length;
  const isInk = (at: number): boolean => differences[at]! >= inkLeast;
  const alone = new Float32Array(4 * pixels);
  for (let at = sizePx; at < pixels - sizePx; at += 1) {
    if (![at, at - 1, at + 1, at - sizePx, at + sizePx].every(isInk)) continue;
    for (let channel = 0; channel < 3 * pixels; channel += pixels) alone[channel + at] = planes[channel + at]!;
    alone[3 * pixels + at] = 1;
  }
  const found = gradientInkOf([{ planes: alone, sizePx }]);
  return found && overPicture(found.ink, found.gradient.slopes, boxOf({ planes: alone, sizePx }), sizePx);
}

const bands = new WeakMap<Float32Array, readonly number[]>();

/** Pixels just inside of a face's edge. */
function bandOf(face: Float32Array): readonly number[] {
  const depth = depthsIn(face);
  const band = bands.get(face) ?? [...depth.keys()].filter((at) => depth[at]! >= bandFrom && depth[at]! <= bandTo);
  bands.set(face, band);
  return band;
}

/** Mean colour of the pixels that differ as much or more. */
function meanOf(planes: Float32Array, differences: Float32Array, least: number): Ink {
  const pixels = differences.length;
  const sums: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let at = 0; at < pixels; at += 1) {
    if (differences[at]! < least) continue;
    count += 1;
    for (const channel of [0, 1, 2] as const) sums[channel] += planes[channel * pixels + at]!;
  }
  return [sums[0] / count, sums[1] / count, sums[2] / count];
}

/** A drawing without its ground, in the usual ink and as large as drawings usually are, and the colours that it has; undefined where it does not lie on it. */
export function offGround(
  drawing: Drawing,
  ground: Ground,
): { readonly planes: Float32Array; readonly look: GroundLook } | undefined {
  const read = readOn(drawing, ground);
  if (!read) return undefined;
  const { sizePx } = drawing;
  const alone = new Float32Array(drawing.planes.length);
  alone.set(resampleSquare(read.cover, ground.place, sizePx), 3 * sizePx ** 2);
  return { planes: inInk(alone, channelsOfHex(usualInk)), look: read.look };
}
