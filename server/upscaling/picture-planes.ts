/**
 * Pictures of any size as planes of 16 bits, converted from and to 8-bit pixels with alpha: three planes, or one of a picture without
 * colours. For values in [0, 1], 16 bits are as good as float32 in half the memory: a 4096 px picture takes 100 MB.
 */
import type { Pixels } from "../engine/interfaces.ts";

/** [planes, heightPx, widthPx]; 65535 = 1. */
export interface Planes {
  readonly data: Uint16Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A part of a picture in px from the left and top. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

const one = 65_535;
/** As a float32 the product equals the division for every 16-bit value. */
const unit = 1 / one;
/** 8 bits to 16: 255 becomes 65535. */
const widen = 257;

/** Luma of a place of colours [3, plane]. */
export const lumaAt = (colours: Float32Array, at: number, plane: number): number =>
  0.299 * colours[at]! + 0.587 * colours[plane + at]! + 0.114 * colours[2 * plane + at]!;

/** Whether the three planes of colours [3, plane] are the same, so that one stands for all. */
export function hasNoColours(colours: Float32Array): boolean {
  const plane = colours.length / 3;
  for (let at = 0; at < plane; at += 1)
    if (colours[at] !== colours[plane + at] || colours[at] !== colours[2 * plane + at]) return false;
  return true;
}

export const emptyPlanes = (widthPx: number, heightPx: number, count = 3): Planes => ({
  data: new Uint16Array(count * widthPx * heightPx),
  widthPx,
  heightPx,
});

export const countPlanes = ({ data, widthPx, heightPx }: Planes): number => data.length / (widthPx * heightPx);

/** The plane that stands for the three of a picture without colours. */
export const onePlaneOf = ({ data, widthPx, heightPx }: Planes): Planes => ({
  data: data.subarray(0, widthPx * heightPx),
  widthPx,
  heightPx,
});

/** Reads a box as floats in [0, 1], [planes, box.heightPx, box.widthPx]. */
export function readBox(planes: Planes, box: Box): Float32Array {
  const { data, widthPx, heightPx } = planes;
  const tile = new Float32Array(countPlanes(planes) * box.widthPx * box.heightPx);
  let to = 0;
  for (let channel = 0; channel < countPlanes(planes); channel += 1)
    for (let y = box.top; y < box.top + box.heightPx; y += 1) {
      const from = (channel * heightPx + y) * widthPx + box.left;
      for (let x = 0; x < box.widthPx; x += 1, to += 1) tile[to] = data[from + x]! * unit;
    }
  return tile;
}

/**
 * Writes the part `inner` of a tile [planes, …] of floats into a picture, clamped to [0, 1].
 * @param outer box of the tile, which contains `inner`
 */
export function writeBox(planes: Planes, tile: Float32Array, outer: Box, inner: Box): void {
  const { data, widthPx, heightPx } = planes;
  for (let channel = 0; channel < countPlanes(planes); channel += 1)
    for (let y = inner.top; y < inner.top + inner.heightPx; y += 1) {
      let from = (channel * outer.heightPx + y - outer.top) * outer.widthPx + inner.left - outer.left;
      let to = (channel * heightPx + y) * widthPx + inner.left;
      for (let x = 0; x < inner.widthPx; x += 1, from += 1, to += 1) data[to] = toSixteenBits(tile[from]!);
    }
}

/** Rounded and clamped; storing into 16 bits truncates. */
export const toSixteenBits = (value: number): number => (value <= 0 ? 0 : value >= 1 ? one : value * one + 0.5);

/** Colours of opaque pixels. */
export function coloursOf({ rgba, widthPx, heightPx }: Pixels): Planes {
  const planes = emptyPlanes(widthPx, heightPx);
  const pixels = widthPx * heightPx;
  for (let pixel = 0, at = 0; pixel < pixels; pixel += 1, at += 4)
    for (let channel = 0; channel < 3; channel += 1)
      planes.data[channel * pixels + pixel] = rgba[at + channel]! * widen;
  return planes;
}

/** Alpha as a picture without colours. */
export function alphaOf({ rgba, widthPx, heightPx }: Pixels): Planes {
  const planes = emptyPlanes(widthPx, heightPx, 1);
  for (let pixel = 0; pixel < planes.data.length; pixel += 1) planes.data[pixel] = rgba[4 * pixel + 3]! * widen;
  return planes;
}

/** Receives tiles of a finished picture: the part `inner` of a tile [planes, …] of floats at `outer`. */
export type WriteTile = (tile: Float32Array, outer: Box, inner: Box) => void;

/** Writes into the colours of unpremultiplied pixels, and alpha if all are opaque. */
export const writeColours =
  (image: Pixels, { isOpaque }: { readonly isOpaque: boolean }): WriteTile =>
  (tile, outer, inner) =>
    eachPixel(image, tile, outer, inner, (at, red, green, blue) => {
      image.rgba[at] = toEightBits(red);
      image.rgba[at + 1] = toEightBits(green);
      image.rgba[at + 2] = toEightBits(blue);
      if (isOpaque) image.rgba[at + 3] = 255;
    });

/** Writes a plane of a grey tile into the alpha of unpremultiplied pixels. */
export const writeAlpha =
  (image: Pixels): WriteTile =>
  (tile, outer, inner) =>
    eachPixel(image, tile, outer, inner, (at, value) => {
      image.rgba[at + 3] = toEightBits(value);
    });

const toEightBits = (value: number): number => (value <= 0 ? 0 : value >= 1 ? 255 : (value * 255 + 0.5) | 0);

function eachPixel(
  { widthPx }: Pixels,
  tile: Float32Array,
  outer: Box,
  inner: Box,
  put: (at: number, red: number, green: number, blue: number) => void,
): void {
  const pixels = outer.widthPx * outer.heightPx;
  const plane = tile.length > pixels ? pixels : 0;
  for (let y = inner.top; y < inner.top + inner.heightPx; y += 1) {
    let from = (y - outer.top) * outer.widthPx + inner.left - outer.left;
    let at = 4 * (y * widthPx + inner.left);
    for (let x = 0; x < inner.widthPx; x += 1, from += 1, at += 4)
      put(at, tile[from]!, tile[plane + from]!, tile[2 * plane + from]!);
  }
}

/** Clears the colours of fully transparent pixels, as PNG encoders do. */
export function clearInvisible({ rgba }: Pixels): void {
  for (let at = 0; at < rgba.length; at += 4) if (rgba[at + 3] === 0) rgba.fill(0, at, at + 3);
}
