/** Planes of a drawing enlarged, for tests of what is painted at any size. */
import { resampleSquare } from "../../server/engine/pixels/resample-square.ts";

/** @param planes RGBA [4, sizePx, sizePx] @returns [4, 2 · sizePx, 2 · sizePx] */
export function twiceAsLarge(planes: Float32Array, sizePx: number): Float32Array {
  const pixels = sizePx ** 2;
  const large = new Float32Array(4 * planes.length);
  for (let channel = 0; channel < 4; channel += 1) {
    const plane = planes.subarray(channel * pixels, (channel + 1) * pixels);
    large.set(resampleSquare(plane, { left: 0, top: 0, sidePx: sizePx }, 2 * sizePx), 4 * channel * pixels);
  }
  return large;
}
