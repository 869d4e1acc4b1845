/**
 * Premultiplied planes ↔ straight 8-bit pixels. Experts work on premultiplied RGBA (colour already times alpha), because
 * averages of it have no halos; PNG stores straight alpha (Porter & Duff 1984; PNG specification, section 4.2).
 */

export interface StraightImage {
  readonly widthPx: number;
  readonly heightPx: number;
  /** [height, width, 4], 0 to 255, colour not multiplied by alpha. */
  readonly rgba: Uint8Array;
}

/** Planes [4, size, size] in [0, 1], premultiplied → straight pixels. Alpha below half a level is fully transparent black. */
export function toStraightRgba(planes: Float32Array, sizePx: number): StraightImage {
  const pixels = sizePx * sizePx;
  const rgba = new Uint8Array(pixels * 4);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const alpha = Math.min(1, Math.max(0, planes[3 * pixels + pixel]!));
    const alphaByte = Math.round(alpha * 255);
    if (alphaByte === 0) continue;
    for (let channel = 0; channel < 3; channel += 1)
      rgba[4 * pixel + channel] = Math.round(255 * Math.min(1, Math.max(0, planes[channel * pixels + pixel]! / alpha)));
    rgba[4 * pixel + 3] = alphaByte;
  }
  return { widthPx: sizePx, heightPx: sizePx, rgba };
}

/** Straight 8-bit pixels [size, size, 4] → premultiplied planes [4, size, size] in [0, 1]. */
export function toPremultipliedPlanes(rgba: Uint8Array, sizePx: number): Float32Array {
  const pixels = sizePx * sizePx;
  const planes = new Float32Array(4 * pixels);
  for (let pixel = 0, at = 0; pixel < pixels; pixel += 1, at += 4) {
    const alpha = rgba[at + 3]! / 255;
    if (alpha === 0) continue;
    planes[pixel] = (rgba[at]! / 255) * alpha;
    planes[pixels + pixel] = (rgba[at + 1]! / 255) * alpha;
    planes[2 * pixels + pixel] = (rgba[at + 2]! / 255) * alpha;
    planes[3 * pixels + pixel] = alpha;
  }
  return planes;
}

/** One picture over another, premultiplied RGBA [4, pixels]. */
export function over(above: Float32Array, below: Float32Array): Float32Array {
  const first = (3 * above.length) / 4;
  return above.map((value, at) => value + (1 - above[first + (at % (above.length / 4))]!) * below[at]!);
}
