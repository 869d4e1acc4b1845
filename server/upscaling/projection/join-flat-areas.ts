/**
 * Moves values to those of flat areas beside them, a level away at most. In drawings an area ends at its edge, where networks leave a
 * rim a level off, which shows once it is rounded. A mean over the values around, weighted by how flat it is at each: so areas keep
 * their level, slopes stay slopes, and rims join (bilateral filter, Tomasi and Manduchi 1998, with that weight). Its loop and constants:
 * server/wasm/assembly/join.ts. Pure.
 */
import { levelPlane } from "../../wasm/planes.ts";

/** Pixels of the result to each side that a result depends on: a pixel of the input, and one more to know how flat it is there. */
export const joinReachPx = (factor: number): number => factor + 1;

/**
 * @param plane [factor · heightPx, factor · widthPx] in [0, 1], changed in place; what is as near as a pixel of the input is seen
 * @param isDrawn where values may move, by pixel of the input, [heightPx, widthPx]
 */
export const joinFlatAreas = (plane: Float32Array, isDrawn: Uint8Array, widthPx: number, factor: number): void =>
  levelPlane(plane, { factor, widthPx, isDrawn }, { rounds: [], isWide: false, joins: true });
