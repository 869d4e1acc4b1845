/**
 * Edges that a drawing keeps, as exact as its pixels have them. Distances on a grid know an edge to a sixth of a pixel, so that even lines
 * come back dotted; the share of a pixel that is ink says where the edge in it lies. Pure.
 */
import { oddsPerPx } from "../pixels/layered-image.ts";

/** Share of a pixel from which on, and up to which, it is cut by an edge, and how far from one others are, in pixels. */
const [cutFrom, cutTo, uncutPx] = [0.02, 0.98, 0.9] as const;
/** How far an edge on the grid may be from the drawing's own, and from the middle of a pixel that it cuts, in pixels. */
const [samePx, cutWithinPx] = [0.25, 1] as const;

/**
 * @param inside how far each pixel's middle lies inside of ink, in pixels, by a grid, [sizePx, sizePx]
 * @param alphas of the drawing, [sizePx, sizePx]
 * @returns the same, as the drawing has it where the edge is its own
 */
export const withOwnEdges = (inside: Float32Array, alphas: Float32Array): Float32Array =>
  inside.map((px, at) => {
    if (Math.abs(px) > cutWithinPx) return px;
    const alpha = alphas[at]!;
    // An edge that runs across or down leaves this share of a pixel at this distance.
    const share = Math.min(1, Math.max(0, px + 0.5));
    return Math.abs(share - alpha) <= samePx ? insideBy(alpha, px) : px;
  });

/** How far a pixel's middle lies inside, by the share of it that is ink. @param px by the grid, which knows more of uncut ones */
function insideBy(alpha: number, px: number): number {
  if (alpha > cutFrom && alpha < cutTo) return Math.log(alpha / (1 - alpha)) / oddsPerPx;
  const far = Math.max(uncutPx, Math.abs(px));
  return alpha >= cutTo ? far : -far;
}
