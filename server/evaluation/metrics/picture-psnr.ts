/**
 * PSNR of enlarged pictures against the ground truth, in dB of 255 levels: over RGB, and over luma alone as in papers. As usual
 * in the field, a border as wide as the scale is left out, because no method knows what lies beyond it.
 */
import type { Pixels } from "../../engine/interfaces.ts";
import { lumaOf } from "./luma.ts";

/** Returned for equal pictures, whose PSNR is infinite. */
const psnrMaxDb = 99;

const toDb = (meanSquare: number): number => Math.min(psnrMaxDb, 10 * Math.log10(255 ** 2 / meanSquare));

export function rgbPsnrDb(picture: Pixels, truth: Pixels, borderPx: number): number {
  const { widthPx, heightPx } = truth;
  let squares = 0;
  for (let y = borderPx; y < heightPx - borderPx; y += 1)
    for (let x = borderPx; x < widthPx - borderPx; x += 1)
      for (let at = 4 * (y * widthPx + x), end = at + 3; at < end; at += 1)
        squares += (picture.rgba[at]! - truth.rgba[at]!) ** 2;
  return toDb(squares / (3 * innerPixels(truth, borderPx)));
}

export function lumaPsnrDb(picture: Pixels, truth: Pixels, borderPx: number): number {
  const { widthPx, heightPx } = truth;
  const [own, true_] = [lumaOf(picture), lumaOf(truth)];
  let squares = 0;
  for (let y = borderPx; y < heightPx - borderPx; y += 1)
    for (let x = borderPx; x < widthPx - borderPx; x += 1)
      squares += (own[y * widthPx + x]! - true_[y * widthPx + x]!) ** 2;
  return toDb(squares / innerPixels(truth, borderPx));
}

const innerPixels = ({ widthPx, heightPx }: Pixels, borderPx: number): number =>
  (widthPx - 2 * borderPx) * (heightPx - 2 * borderPx);
