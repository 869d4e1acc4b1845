/** A picture of flat colours by which of them lies at each of its fine points. Pure. */

/** Points of a pixel in each direction. */
export const finePx = 4;

/** Premultiplied red, green, blue and alpha. */
export type Paint = readonly [red: number, green: number, blue: number, alpha: number];

export const noPaint: Paint = [0, 0, 0, 0];

/**
 * @param labels of `finePx` times as many rows and columns, each the index of a paint
 * @returns premultiplied RGBA [4, sizePx, sizePx]
 */
export function paintLabels(labels: Uint8Array, paints: readonly Paint[], sizePx: number): Float32Array {
  const planes = new Float32Array(4 * sizePx ** 2);
  const wide = finePx * sizePx;
  for (let point = 0; point < labels.length; point += 1) {
    const paint = paints[labels[point]!]!;
    if (paint[3] === 0) continue;
    const at = Math.floor(point / wide / finePx) * sizePx + Math.floor((point % wide) / finePx);
    for (let channel = 0; channel < 4; channel += 1)
      planes[channel * sizePx ** 2 + at]! += paint[channel]! / finePx ** 2;
  }
  return planes;
}
