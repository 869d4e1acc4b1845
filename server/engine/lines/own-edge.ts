/**
 * Edges that a drawing keeps, as exact as its pixels have them. Distances on a grid know an edge to a sixth of a pixel, so that even lines
 * come back dotted; the share of a pixel that is ink says where the edge in it lies. Pure.
 */
import { oddsPerPx } from "../pixels/layered-image.ts";

/** Share of a pixel from which on, and up to which, it is cut by an edge, and how far from one others are, in pixels. */
const [cutFrom, cutTo, uncutPx] = [0.02, 0.98, 0.9] as const;
/** How far the middle of a pixel is from an edge that cuts it, and how far its share may be from what that says. */
const [cutWithinPx, shareWithin] = [1, 0.25] as const;
/** Difference of distances, in pixels, up to which they are to one edge. */
const samePx = 0.05;

/**
 * @param inside how far each pixel's middle lies inside of ink, in pixels, by a grid, [sizePx, sizePx]
 * @param own the same of the drawing, by the same grid
 * @param alphas of the drawing, [sizePx, sizePx]
 * @returns the same, as the pixels have it where the edge is one of the drawing's, with ink on the same side or the other
 */
export const withOwnEdges = (inside: Float32Array, own: Float32Array, alphas: Float32Array): Float32Array =>
  inside.map((px, at) => {
    if (Math.abs(px - own[at]!) <= samePx) return insideBy(alphas[at]!, px);
    return Math.abs(px + own[at]!) <= samePx ? insideBy(1 - alphas[at]!, px) : px;
  });

/** How far a pixel's middle lies inside, by the share of it that is ink. @param px by the grid, which knows more of uncut ones */
function insideBy(alpha: number, px: number): number {
  // An edge that runs across or down leaves this share of a pixel at this distance.
  const share = Math.min(1, Math.max(0, px + 0.5));
  if (Math.abs(px) > cutWithinPx || Math.abs(share - alpha) > shareWithin) return px;
  if (alpha > cutFrom && alpha < cutTo) return Math.log(alpha / (1 - alpha)) / oddsPerPx;
  const far = Math.max(uncutPx, Math.abs(px));
  return alpha >= cutTo ? far : -far;
}
