/** What a closed line encloses. Pure. */
import { areasAtBorder, labelAreas } from "../lines/label-areas.ts";

/** 1 where pixels are covered by half or more, or enclosed by such, [sizePx, sizePx]. @param alphas of the same shape */
export function enclosedBy(alphas: Float32Array, sizePx: number): Uint8Array {
  const isCovered = Uint8Array.from(alphas, (alpha) => Number(alpha >= 0.5));
  const areas = labelAreas(isCovered, 0, sizePx);
  const open = areasAtBorder(areas, sizePx, (at) => isCovered[at] === 0);
  return Uint8Array.from(isCovered, (covered, at) => Number(covered === 1 || !open.has(areas[at]!)));
}
