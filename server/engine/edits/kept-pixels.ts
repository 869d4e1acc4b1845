/** A picture that stays but for a hole in it. Pure. */

import type { StyleLines } from "../lines/line-width.ts";

export interface KeptPixels {
  /** Premultiplied RGBA [4, size, size]. */
  readonly planes: Float32Array;
  /** [size, size]; 1 = drawn anew. */
  readonly hole: Float32Array;
  /** Lines of the requested style. */
  readonly lines?: StyleLines | undefined;
}

export const keepOutside = (drawn: Float32Array, { planes, hole }: KeptPixels): Float32Array =>
  drawn.map((value, at) => {
    const share = hole[at % hole.length]!;
    return share * value + (1 - share) * planes[at]!;
  });
