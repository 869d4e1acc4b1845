/** Shares of a colour in a square with nothing around, so that what is at the border of the picture has an edge, and back. Pure. */
import type { Field } from "./across.ts";

/** Pixels of nothing around. */
export const padPx = 2;

/** In a square, with nothing around. */
export function padded({ values, widthPx }: Field): Field {
  const heightPx = values.length / widthPx;
  const stride = Math.max(widthPx, heightPx) + 2 * padPx;
  const wide = new Float32Array(stride ** 2);
  for (let y = 0; y < heightPx; y += 1)
    wide.set(values.subarray(y * widthPx, (y + 1) * widthPx), (y + padPx) * stride + padPx);
  return { values: wide, widthPx: stride };
}

export function unpadded(values: Float32Array, gridPx: number, heightPx: number): Float32Array {
  const stride = Math.sqrt(values.length);
  const within = new Float32Array(gridPx * heightPx);
  for (let y = 0; y < heightPx; y += 1) {
    const from = (y + padPx) * stride + padPx;
    within.set(values.subarray(from, from + gridPx), y * gridPx);
  }
  return within;
}

/** Whether a pixel of the square is within the picture. */
export function isWithin(pixel: number, stride: number, gridPx: number, heightPx: number): boolean {
  const [x, y] = [(pixel % stride) - padPx, Math.floor(pixel / stride) - padPx];
  return x >= 0 && y >= 0 && x < gridPx && y < heightPx;
}
