/**
 * LR-PSNR: how well an enlarged picture shrinks back to its input (SRFlow, Lugmayr et al. 2020, section 5). Measured on visible
 * colours: colours times alpha if anything is transparent.
 */
import type { Pixels } from "../engine/interfaces.ts";
import { rowsOfBand, shrinkBand, tapsOf } from "./bicubic.ts";

/** Returned for equal pictures, whose PSNR is infinite. */
const psnrMaxDb = 99;

/** Rows of the small picture that are shrunk at a time, so that a large picture is never held as floats. */
const bandRows = 64;

export function hasTransparency({ rgba }: Pixels): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at]! < 255) return true;
  return false;
}

/**
 * PSNR in dB of `enlarged`, shrunk by antialiased bicubic and not rounded, against `image`: over RGB, or over premultiplied RGB
 * and alpha if `image` is transparent anywhere. The kernel leads beyond white and black beside edges, where 8 bits end, so values are
 * cut there: without it black on white has 41 dB even against itself at full size.
 * @param pause yields to other work between two bands of rows
 */
export async function lrPsnrDb(image: Pixels, enlarged: Pixels, pause: () => Promise<void>): Promise<number> {
  const channels = hasTransparency(image) ? 4 : 3;
  const { widthPx, heightPx } = image;
  const across = tapsOf(enlarged.widthPx, widthPx);
  let squares = 0;
  for (let top = 0; top < heightPx; top += bandRows) {
    const bottom = Math.min(heightPx, top + bandRows);
    const [from, to] = rowsOfBand(enlarged, image, top, bottom);
    // Where nothing has a colour one channel stands for all three.
    const isGrey = channels === 3 && areGrey(image, top, bottom) && areGrey(enlarged, from, to);
    const times = isGrey ? 3 : 1;
    for (let channel = 0; channel < channels; channel += times) {
      const small = planeOf(image, channel, top, bottom, channels);
      const large = planeOf(enlarged, channel, from, to, channels);
      const shrunk = shrinkBand(large, enlarged, image, { top, bottom, firstRow: from }, across);
      for (let at = 0; at < small.length; at += 1)
        squares += times * (Math.max(0, Math.min(255, shrunk[at]!)) - small[at]!) ** 2;
    }
    await pause();
  }
  const meanSquare = squares / (channels * widthPx * heightPx);
  return Math.min(psnrMaxDb, 10 * Math.log10(255 ** 2 / meanSquare));
}

/** Whether some rows are grey. */
function areGrey({ rgba, widthPx }: Pixels, top: number, bottom: number): boolean {
  for (let at = 4 * top * widthPx; at < 4 * bottom * widthPx; at += 4)
    if (rgba[at] !== rgba[at + 1] || rgba[at] !== rgba[at + 2]) return false;
  return true;
}

/** Rows of one channel in levels; colours times alpha, which is 255 everywhere with three channels. */
function planeOf(
  { rgba, widthPx }: Pixels,
  channel: number,
  top: number,
  bottom: number,
  channels: number,
): Float32Array {
  const plane = new Float32Array((bottom - top) * widthPx);
  const first = 4 * top * widthPx;
  if (channels === 3 || channel === 3)
    for (let pixel = 0, at = first + channel; pixel < plane.length; pixel += 1, at += 4) plane[pixel] = rgba[at]!;
  else
    for (let pixel = 0, at = first; pixel < plane.length; pixel += 1, at += 4)
      plane[pixel] = (rgba[at + channel]! * rgba[at + 3]!) / 255;
  return plane;
}
