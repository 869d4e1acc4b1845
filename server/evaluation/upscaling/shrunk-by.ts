/** Pictures brought to a smaller size in the ways that a canvas meets, to fit and to test the estimate of the kernel. Pure. */
import type { ShrinkKernel } from "../../../shared/contract/upscaling.ts";
import type { Pixels } from "../../engine/interfaces.ts";
import { bicubic, type Kernel, lanczos, resample } from "./resample.ts";

const area: Kernel = { reachPx: 0.5, weight: (distance) => (Math.abs(distance) <= 0.5 ? 1 : 0) };
/** Of an unsharp mask over the 3 × 3 around, as programs add it after shrinking. */
const sharpening = 0.6;
/** Enlargement after which a picture is soft. */
const softening = 1.5;

/** @param factor by which both sides become smaller, at least 2 */
export function shrinkBy(picture: Pixels, kernel: ShrinkKernel, factor: number): Pixels {
  const [widthPx, heightPx] = [Math.floor(picture.widthPx / factor), Math.floor(picture.heightPx / factor)];
  switch (kernel) {
    case "area":
      return resample(picture, widthPx, heightPx, area);
    case "lanczos":
      return resample(picture, widthPx, heightPx, lanczos);
    case "sharpened":
      return sharpen(resample(picture, widthPx, heightPx, bicubic));
    case "aliased":
      return sample(picture, widthPx, heightPx);
    case "soft": {
      const small = resample(picture, Math.ceil(widthPx / softening), Math.ceil(heightPx / softening), bicubic);
      return resample(small, widthPx, heightPx, bicubic);
    }
    case "bicubic":
      return resample(picture, widthPx, heightPx, bicubic);
  }
}

/** The nearest pixel at each place: no antialiasing. */
function sample({ rgba, widthPx, heightPx }: Pixels, toWidthPx: number, toHeightPx: number): Pixels {
  const small = new Uint8Array(4 * toWidthPx * toHeightPx);
  for (let y = 0; y < toHeightPx; y += 1)
    for (let x = 0; x < toWidthPx; x += 1) {
      const [column, row] = [((x + 0.5) * widthPx) / toWidthPx, ((y + 0.5) * heightPx) / toHeightPx];
      const from = 4 * (Math.floor(row) * widthPx + Math.floor(column));
      small.set(rgba.subarray(from, from + 4), 4 * (y * toWidthPx + x));
    }
  return { rgba: small, widthPx: toWidthPx, heightPx: toHeightPx };
}

function sharpen({ rgba, widthPx, heightPx }: Pixels): Pixels {
  const sharp = Uint8ClampedArray.from(rgba);
  for (let y = 1; y < heightPx - 1; y += 1)
    for (let x = 1; x < widthPx - 1; x += 1)
      for (let channel = 0; channel < 3; channel += 1) {
        const at = 4 * (y * widthPx + x) + channel;
        let sum = 0;
        for (let row = -1; row <= 1; row += 1)
          for (let column = -1; column <= 1; column += 1) sum += rgba[at + 4 * (row * widthPx + column)]!;
        sharp[at] = rgba[at]! + sharpening * (rgba[at]! - sum / 9);
      }
  return { rgba: new Uint8Array(sharp.buffer), widthPx, heightPx };
}
