/**
 * LR-PSNR: how well an enlarged picture shrinks back to the picture that it was made of (SRFlow, Lugmayr et al. 2020, section 5).
 * Measured on what the eye gets: colours times alpha where anything is transparent.
 */
import { shrinkBicubic } from "./bicubic.ts";
import type { Pixels } from "./interfaces.ts";

/** Told for equal pictures, whose true value is infinite. */
const psnrMaxDb = 99;

export function hasTransparency({ rgba }: Pixels): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at]! < 255) return true;
  return false;
}

/**
 * PSNR in dB of `enlarged`, shrunk by antialiased bicubic and not rounded, against `image`; over RGB, or over premultiplied RGB and
 * alpha where `image` is transparent anywhere.
 * @param pause lets others run between two channels
 */
export async function lrPsnrDb(
  image: Pixels,
  enlarged: Pixels,
  scale: 2 | 4,
  pause: () => Promise<void>,
): Promise<number> {
  const channels = hasTransparency(image) ? 4 : 3;
  const small = new Float32Array(image.widthPx * image.heightPx);
  const large = new Float32Array(enlarged.widthPx * enlarged.heightPx);
  let squares = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    fillChannel(small, image.rgba, channel);
    fillChannel(large, enlarged.rgba, channel);
    const shrunk = shrinkBicubic(large, enlarged.widthPx, enlarged.heightPx, scale);
    for (let at = 0; at < small.length; at += 1) squares += (shrunk[at]! - small[at]!) ** 2;
    await pause();
  }
  const meanSquare = squares / (channels * small.length);
  return Math.min(psnrMaxDb, 10 * Math.log10(255 ** 2 / meanSquare));
}

/** One channel in levels, colours times alpha. */
function fillChannel(plane: Float32Array, rgba: Uint8Array, channel: number): void {
  for (let pixel = 0, at = 0; pixel < plane.length; pixel += 1, at += 4)
    plane[pixel] = channel === 3 ? rgba[at + 3]! : (rgba[at + channel]! * rgba[at + 3]!) / 255;
}
