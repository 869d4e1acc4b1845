/**
 * Edges that a drawing keeps, as exact as its pixels have them. Distances on a grid know an edge to a sixth of a pixel, so that even lines come back dotted and circles
 * with flat sides. Where the edge stays, the share of a pixel that is ink says where in it the edge lies; where it moves, its outline says how far it was. Pure.
 */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import { outlinesOf } from "../outlines/contours.ts";
import { oddsPerPx } from "../pixels/layered-image.ts";

/** Share of a pixel from which on, and up to which, it is cut by an edge, and how far from one others are, in pixels. */
const [cutFrom, cutTo, uncutPx] = [0.02, 0.98, 0.9] as const;
/** How far the middle of a pixel is from an edge that cuts it, and how far its share may be from what that says. */
const [cutWithinPx, shareWithin] = [1, 0.25] as const;
/** Difference of distances, in pixels, up to which they are to one edge. */
const samePx = 0.05;
/** The same of a distance on a grid and one to an outline, and how far around an edge distances count. */
const [movedWithinPx, besidePx] = [0.35, 2] as const;
/**
 * @param inside how far each pixel's middle lies inside of ink, in pixels, by a grid, [sizePx, sizePx]
 * @param own the same of the drawing, by the same grid
 * @param exact the same of the drawing, as its pixels have it
 * @returns the same, exact where the edge is one of the drawing's, with ink on the same side or the other
 */
export const withOwnEdges = (inside: Float32Array, own: Float32Array, exact: Float32Array): Float32Array =>
  inside.map((px, at) => {
    if (Math.abs(px - own[at]!) <= samePx) return exact[at]!;
    return Math.abs(px + own[at]!) <= samePx ? -exact[at]! : px;
  });

/** Distances by a grid, as the pixels have them. @param alphas of the drawing, [sizePx, sizePx] */
export const exactInside = (own: Float32Array, alphas: Float32Array): Float32Array =>
  own.map((px, at) => insideBy(alphas[at]!, px));

/** How far a pixel's middle lies inside, by the share of it that is ink. @param px by the grid, which knows more of uncut ones */
function insideBy(alpha: number, px: number): number {
  // An edge that runs across or down leaves this share of a pixel at this distance.
  const share = Math.min(1, Math.max(0, px + 0.5));
  if (Math.abs(px) > cutWithinPx || Math.abs(share - alpha) > shareWithin) return px;
  if (alpha > cutFrom && alpha < cutTo) return Math.log(alpha / (1 - alpha)) / oddsPerPx;
  const far = Math.max(uncutPx, Math.abs(px));
  return alpha >= cutTo ? far : -far;
}

/**
 * Distances to an edge that moved, by the drawing's outline.
 * @param inside by a grid, in pixels, [sizePx, sizePx]
 * @param alphas of the drawing before, [sizePx, sizePx]
 * @param byPx how far the edge moved, outwards
 */
export function exactMoved(inside: Float32Array, alphas: Float32Array, sizePx: number, byPx: number): Float32Array {
  const before = inside.map((px, at) => signedBefore(alphas[at]!, px - byPx));
  const away = awayFromOutlines(before, sizePx, Math.abs(byPx) + besidePx);
  return inside.map((px, at) => {
    const moved = Math.sign(before[at]!) * away[at]! + byPx;
    return Math.abs(moved - px) <= movedWithinPx ? moved : px;
  });
}

/** How far a pixel's middle lies inside of an edge that runs across or down, as most do. @param px by the grid, which knows more of uncut ones */
const signedBefore = (alpha: number, px: number): number =>
  alpha > cutFrom && alpha < cutTo ? alpha - 0.5 : Math.sign(alpha - 0.5) * Math.max(0.5, Math.abs(px));

/** From each pixel's middle to the nearest edge. @param inside in pixels, [sizePx, sizePx] @returns ∞ beyond the reach */
function awayFromOutlines(inside: Float32Array, sizePx: number, reachPx: number): Float32Array {
  const squares = new Float32Array(inside.length).fill(Number.POSITIVE_INFINITY);
  // Outlines are where a field is ½.
  const field = inside.map((px) => px + 0.5);
  for (const outline of outlinesOf(field, sizePx))
    for (let at = 0; at < outline.length; at += 2) {
      const after = (at + 2) % outline.length;
      splat(squares, sizePx, [outline[at]!, outline[at + 1]!], [outline[after]!, outline[after + 1]!], reachPx);
    }
  return squares.map(Math.sqrt);
}

/** Lowers squared distances around a short line from one point to another. */
function splat(squares: Float32Array, sizePx: number, [x0, y0]: Point, [x1, y1]: Point, reachPx: number): void {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy || 1;
  const clip = (place: number): number => Math.min(sizePx - 1, Math.max(0, Math.floor(place)));
  const [left, right] = [clip(Math.min(x0, x1) - reachPx), clip(Math.max(x0, x1) + reachPx)];
  const [top, bottom] = [clip(Math.min(y0, y1) - reachPx), clip(Math.max(y0, y1) + reachPx)];
  for (let row = top; row <= bottom; row += 1)
    for (let column = left; column <= right; column += 1) {
      const [x, y] = [column + 0.5 - x0, row + 0.5 - y0];
      const share = Math.min(1, Math.max(0, (x * dx + y * dy) / length));
      const [u, v] = [x - share * dx, y - share * dy];
      const square = u * u + v * v;
      const at = row * sizePx + column;
      if (square < squares[at]!) squares[at] = square;
    }
}
