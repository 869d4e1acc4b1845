/**
 * Luma as in papers on super-resolution: Y of BT.601 from 16 to 235, the first channel of MATLAB's rgb2ycbcr, not rounded. For
 * opaque 8-bit pixels.
 */
import type { Pixels } from "../../engine/interfaces.ts";

/** [heightPx, widthPx], in levels. */
export function lumaOf({ rgba, widthPx, heightPx }: Pixels): Float32Array {
  const luma = new Float32Array(widthPx * heightPx);
  for (let pixel = 0, at = 0; pixel < luma.length; pixel += 1, at += 4)
    luma[pixel] = 16 + (65.481 * rgba[at]! + 128.553 * rgba[at + 1]! + 24.966 * rgba[at + 2]!) / 255;
  return luma;
}
