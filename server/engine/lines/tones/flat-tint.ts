/** Where a drawing of ink has a tint of it, and no soft edge that looks like one. Pure. */
import { distancesTo } from "../distances.ts";

/** How far from its tint an alpha may be, and neighbours of four that must be so too. */
const [alike, neighboursLeast] = [0.05, 3] as const;

/** @param alphas [sizePx, sizePx] @param tint its alpha @returns [sizePx, sizePx], 1 or 0 */
export function flatTint(alphas: Float32Array, sizePx: number, tint: number): Uint8Array {
  const isAlike = (x: number, y: number): number =>
    x >= 0 && y >= 0 && x < sizePx && y < sizePx && Math.abs(alphas[y * sizePx + x]! - tint) <= alike ? 1 : 0;
  return Uint8Array.from(alphas, (_, at) => {
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    const near = isAlike(x - 1, y) + isAlike(x + 1, y) + isAlike(x, y - 1) + isAlike(x, y + 1);
    return isAlike(x, y) && near >= neighboursLeast ? 1 : 0;
  });
}

/**
 * Alphas of a drawing's tint as if it were ink: also beneath the lines beside it, as far as to their middles, and nowhere beyond them.
 * @param width of the lines, of the side
 */
export function tintToMiddles(
  alphas: Float32Array,
  sizePx: number,
  tint: number,
  width: number,
  flat = flatTint(alphas, sizePx, tint),
): Float32Array {
  // What is flat ends a pixel before the tint does.
  const reach = (width * sizePx) / 2 + 1;
  const away = distancesTo(1, flat, sizePx, Math.ceil(reach) + 1);
  return alphas.map((alpha, at) => (away[at]! <= reach ? Math.min(1, alpha / tint) : 0));
}
