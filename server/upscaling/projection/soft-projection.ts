/**
 * Keeps a projection soft. Onto "shrinks to the input" it moves a photograph by little. Where the input was not shrunk by its
 * kernel, as icons and screenshots that were drawn at their size, it moves far and rings: halos around letters, ghost outlines.
 * So it moves by a share of the input's local range only, and nothing goes beyond the level of a flat area, nor near to it without
 * being of it: paper has no halo, and edges do not fade into it. Its loops and constants: server/wasm/assembly/soften.ts and bounds.ts.
 */

import { softenPlanes } from "../../wasm/planes.ts";

/** Pixels of the input to each side that a result depends on: a flat area within 6 px is found by its 3 × 3. */
export const softReachPx = 7;

export interface SoftProjection {
  /** Of the input. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Share of the input's range around a pixel by which a value may move from the answer; 0 = by half a level. */
  readonly largestShare: number;
}

/**
 * @param projected [3, factor · heightPx, factor · widthPx] in [0, 1], changed in place; or one plane of a picture without colours
 * @param answer what was projected, of the same shape; the same array where nothing was
 * @param low the input, [3, heightPx, widthPx] in [0, 1], or one plane
 */
export function softenProjection(
  projected: Float32Array,
  answer: Float32Array,
  low: Float32Array,
  size: SoftProjection,
): void {
  softenPlanes(projected, answer, low, { ...size, factor: Math.round(Math.sqrt(projected.length / low.length)) });
}
