/**
 * Makes high-resolution ground truth from the pictures of the stated list or of any folder: opaque on white, sides cut to
 * multiples of the largest scale, so that all scales start from the same picture.
 */
import type { Pixels } from "../../engine/interfaces.ts";
import { lanczos, resample } from "./resample.ts";

/** Side of the ground truth of the stated list. */
const sidePx = 512;
/** The largest scale; sides are cut to its multiples. */
const multiplePx = 4;
/** A pixel above this level in every channel is paper. */
const paperLevel = 250;

/**
 * A photograph: short side resized to 512 px by Lanczos, then the central 512 × 512 px. At that size photographs are sharp,
 * whatever the camera did to single pixels.
 */
export function photoTruth(photo: Pixels): Pixels {
  const factor = sidePx / Math.min(photo.widthPx, photo.heightPx);
  const [widthPx, heightPx] = [Math.round(factor * photo.widthPx), Math.round(factor * photo.heightPx)];
  return cutMiddle(resample(onWhite(photo), widthPx, heightPx, lanczos), sidePx, sidePx);
}

/**
 * A drawing: on white, trimmed to its content, longer side reduced to 512 px. Never enlarged, because that would add no detail.
 */
export function graphicTruth(graphic: Pixels): Pixels {
  const drawn = trimPaper(onWhite(graphic));
  const factor = Math.min(1, sidePx / Math.max(drawn.widthPx, drawn.heightPx));
  const [widthPx, heightPx] = [Math.round(factor * drawn.widthPx), Math.round(factor * drawn.heightPx)];
  return wholeMultiples(factor < 1 ? resample(drawn, widthPx, heightPx, lanczos) : drawn);
}

/** A picture at its own size. */
export const plainTruth = (picture: Pixels): Pixels => wholeMultiples(onWhite(picture));

/** The central part of at most this size. */
export function cutMiddle({ rgba, widthPx, heightPx }: Pixels, maxWidthPx: number, maxHeightPx: number): Pixels {
  const [width, height] = [Math.min(widthPx, maxWidthPx), Math.min(heightPx, maxHeightPx)];
  return cut(
    { rgba, widthPx, heightPx },
    Math.floor((widthPx - width) / 2),
    Math.floor((heightPx - height) / 2),
    width,
    height,
  );
}

/** Cuts at the right and the bottom. */
const wholeMultiples = (picture: Pixels): Pixels =>
  cut(picture, 0, 0, floorTo(picture.widthPx), floorTo(picture.heightPx));

const floorTo = (px: number): number => px - (px % multiplePx);

function cut({ rgba, widthPx }: Pixels, left: number, top: number, width: number, height: number): Pixels {
  const part = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y += 1) {
    const from = 4 * ((top + y) * widthPx + left);
    part.set(rgba.subarray(from, from + 4 * width), 4 * y * width);
  }
  return { rgba: part, widthPx: width, heightPx: height };
}

function onWhite({ rgba, widthPx, heightPx }: Pixels): Pixels {
  const opaque = new Uint8Array(rgba.length).fill(255);
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3]! / 255;
    for (let channel = 0; channel < 3; channel += 1)
      opaque[at + channel] = Math.round(rgba[at + channel]! * alpha + 255 * (1 - alpha));
  }
  return { rgba: opaque, widthPx, heightPx };
}

function trimPaper(picture: Pixels): Pixels {
  const { rgba, widthPx, heightPx } = picture;
  let [left, top, right, bottom] = [widthPx, heightPx, 0, 0];
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      const at = 4 * (y * widthPx + x);
      if (Math.min(rgba[at]!, rgba[at + 1]!, rgba[at + 2]!) >= paperLevel) continue;
      [left, top, right, bottom] = [
        Math.min(left, x),
        Math.min(top, y),
        Math.max(right, x + 1),
        Math.max(bottom, y + 1),
      ];
    }
  return right > left ? cut(picture, left, top, right - left, bottom - top) : picture;
}
