/**
 * A picture as tracing reads it: at most `limits.vectorWorkPx` on its longer side, or `limits.vectorSharpWorkPx` where that shows more, in OKLab, with the pixels marked that lie inside areas of even
 * colour. Colour is straight, not premultiplied: at the rim of a thing it is the thing's own.
 */

import { labOf } from "../../shared/colour/oklab.ts";
import { limits } from "../../shared/limits.ts";
import type { Pixels } from "../engine/interfaces.ts";
import { coverOf } from "../engine/pixels/areas.ts";
import { flatError, type Moments, weightOf } from "./moments.ts";

export interface Picture {
  readonly widthPx: number;
  readonly heightPx: number;
  /** [height · width], each; OKLab. */
  readonly lightness: Float32Array;
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** [height · width], 0 to 1. */
  readonly alpha: Float32Array;
  /** sRGB, 24 bits, straight. */
  readonly bits: Uint32Array;
  /** 1 where a pixel and its four neighbours are opaque and of nearly one colour. */
  readonly isFlat: Uint8Array;
  /** How much neighbouring pixels differ inside even areas, in the median, in OKLab lightness: 0 in clean drawings, 0.005 and more in those of a decoder. */
  readonly roughness: number;
  /** Whether it is read larger than usual, since its areas are even and its edges sharp. */
  readonly isSharp: boolean;
}

/** Neighbours that differ by less, in OKLab, are of one area: drawings that a decoder made vary by as much. */
const flatWithin = 0.045;
/** Pictures whose longer side is less are enlarged. */
const leastPx = 16;
/** Pictures larger by this than the usual working size may be read larger. */
const finerFrom = 1.15;
/** Roughness from which on a picture is not even. */
const roughFrom = 0.001;
/** Sharp edges take as many times the pixels as a picture is larger, soft ones the square of that: this power is between. */
const softFrom = 1.5;
/** Inside starts at half coverage. */
export const insideFrom = 0.5;

/** @param pixels straight RGBA of any size */
export function readPicture(pixels: Pixels): Picture {
  const usual = readAt(pixels, limits.vectorWorkPx);
  if (Math.max(pixels.widthPx, pixels.heightPx) <= finerFrom * limits.vectorWorkPx || !isEvenOf(usual)) return usual;
  const finer = readAt(pixels, limits.vectorSharpWorkPx);
  const times = Math.max(finer.widthPx, finer.heightPx) / limits.vectorWorkPx;
  return edgesOf(finer) <= edgesOf(usual) * times ** softFrom ? { ...finer, isSharp: true } : usual;
}

/** Whether areas are even to the last pixel, as those of a drawing are that was not compressed. */
export const isEvenOf = ({ roughness }: Picture): boolean => roughness < roughFrom;

/** Pixels at edges. */
function edgesOf({ alpha, isFlat }: Picture): number {
  let count = 0;
  for (let at = 0; at < alpha.length; at += 1) if (alpha[at]! > 0 && !isFlat[at]) count += 1;
  return count;
}

/** @param mostPx longer side at most */
function readAt(pixels: Pixels, mostPx: number): Picture {
  const { widthPx, heightPx, rgba } = enlarge(shrink(pixels, mostPx));
  const count = widthPx * heightPx;
  const [lightness, a, b, alpha] = [0, 0, 0, 0].map(() => new Float32Array(count)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const bits = new Uint32Array(count);
  const known = new Map<number, ReturnType<typeof labOf>>();
  for (let at = 0; at < count; at += 1) {
    alpha[at] = rgba[4 * at + 3]! / 255;
    const colour = (rgba[4 * at]! << 16) | (rgba[4 * at + 1]! << 8) | rgba[4 * at + 2]!;
    bits[at] = colour;
    let lab = known.get(colour);
    if (!lab) {
      lab = labOf(colour);
      known.set(colour, lab);
    }
    [lightness[at], a[at], b[at]] = lab;
  }
  const isFlat = new Uint8Array(count);
  const picture = { widthPx, heightPx, lightness, a, b, alpha, bits, isFlat };
  markFlat(picture);
  return { ...picture, roughness: roughnessOf(picture), isSharp: false };
}

/** Distance of two pixels' colours in OKLab. */
export const pixelDistance = (
  { lightness, a, b }: Pick<Picture, "lightness" | "a" | "b">,
  first: number,
  second: number,
): number => Math.hypot(lightness[first]! - lightness[second]!, a[first]! - a[second]!, b[first]! - b[second]!);

function markFlat(picture: Omit<Picture, "roughness" | "isSharp">): void {
  const { widthPx, heightPx, alpha, isFlat } = picture;
  for (let y = 0, at = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1, at += 1) {
      if (alpha[at]! < 0.9) continue;
      const isEven = (other: number): boolean => alpha[other]! >= 0.9 && pixelDistance(picture, at, other) < flatWithin;
      isFlat[at] = Number(
        (x === 0 || isEven(at - 1)) &&
          (x === widthPx - 1 || isEven(at + 1)) &&
          (y === 0 || isEven(at - widthPx)) &&
          (y === heightPx - 1 || isEven(at + widthPx)),
      );
    }
}

/** Every pixel of a tiny picture becomes a square, so that outlines go around it. */
function enlarge(pixels: Pixels): Pixels {
  const times = Math.ceil(leastPx / Math.max(pixels.widthPx, pixels.heightPx));
  if (times === 1) return pixels;
  const [widthPx, heightPx] = [pixels.widthPx * times, pixels.heightPx * times];
  const rgba = new Uint8Array(4 * widthPx * heightPx);
  for (let y = 0, at = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1, at += 4) {
      const from = 4 * (Math.floor(y / times) * pixels.widthPx + Math.floor(x / times));
      rgba.set(pixels.rgba.subarray(from, from + 4), at);
    }
  return { rgba, widthPx, heightPx };
}

/** Area averages of premultiplied colour down to the working size; a smaller picture stays as it is. */
function shrink(pixels: Pixels, mostPx: number): Pixels {
  const { rgba, widthPx, heightPx } = pixels;
  const scale = Math.max(widthPx, heightPx) / mostPx;
  if (scale <= 1) return pixels;
  const [width, height] = [widthPx, heightPx].map((side) => Math.max(1, Math.round(side / scale))) as [number, number];
  const [columns, rows] = [coverOf(widthPx, width), coverOf(heightPx, height)];
  const line = new Float64Array(4 * widthPx);
  const small = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y += 1) {
    line.fill(0);
    for (let from = rows.firsts[y]!; from < rows.ends[y]!; from += 1) {
      const share = rows.shares[y * rows.stride + from - rows.firsts[y]!]!;
      for (let x = 0, at = 4 * from * widthPx; x < 4 * widthPx; x += 4, at += 4) {
        const alpha = rgba[at + 3]! * share;
        line[x]! += rgba[at]! * alpha;
        line[x + 1]! += rgba[at + 1]! * alpha;
        line[x + 2]! += rgba[at + 2]! * alpha;
        line[x + 3]! += alpha;
      }
    }
    for (let x = 0; x < width; x += 1) {
      let [r, g, b, alpha] = [0, 0, 0, 0];
      for (let from = columns.firsts[x]!; from < columns.ends[x]!; from += 1) {
        const share = columns.shares[x * columns.stride + from - columns.firsts[x]!]!;
        r += share * line[4 * from]!;
        g += share * line[4 * from + 1]!;
        b += share * line[4 * from + 2]!;
        alpha += share * line[4 * from + 3]!;
      }
      const at = 4 * (y * width + x);
      if (alpha < 0.5) continue;
      small[at] = Math.round(r / alpha);
      small[at + 1] = Math.round(g / alpha);
      small[at + 2] = Math.round(b / alpha);
      small[at + 3] = Math.round(alpha);
    }
  }
  return { rgba: small, widthPx: width, heightPx: height };
}

function roughnessOf({ isFlat, lightness, widthPx }: Pick<Picture, "isFlat" | "lightness" | "widthPx">): number {
  const steps: number[] = [];
  // Every third pixel says enough.
  for (let at = 0; at < isFlat.length - widthPx; at += 3)
    if (isFlat[at])
      steps.push(Math.abs(lightness[at]! - lightness[at + 1]!) + Math.abs(lightness[at]! - lightness[at + widthPx]!));
  if (steps.length === 0) return 1;
  return steps.sort((one, two) => one - two)[Math.floor(steps.length / 2)]!;
}

/** Standard deviation of colours within areas, in OKLab: near 0 in clean drawings. */
export function noiseOf(areas: readonly Moments[]): number {
  const error = areas.reduce((sum, sums) => sum + flatError(sums), 0);
  const weight = areas.reduce((sum, sums) => sum + weightOf(sums), 0);
  return weight === 0 ? 0 : Math.sqrt(error / weight);
}
