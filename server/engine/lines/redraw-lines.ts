/**
 * A drawing in lines of one width, drawn with another: its edge moves in or out along the distances to it, so that lines stay whole, even
 * and where they are. What a flow says of such a drawing is the same with edges that tremble. Offsetting by distance is what renderers
 * of glyphs do for weights (Green 2007). Pure.
 */
import { countParts } from "./count-parts.ts";
import { distancesTo } from "./distances.ts";
import { isLines, lineWidthOf } from "./line-width.ts";
import { coarse, finePerPx, type Shape, shapeOf } from "./shape.ts";

/** Shares of the change of width that are tried, until lines stay whole and apart. */
const changeShares = [1, 0.7, 0.4] as const;

/** Cells outside of an edge that are still told apart from what is farther away. */
const edgeCells = 2 * finePerPx;

/** A drawing whose edge is known in parts of a pixel. */
export interface Edged {
  /** [sizePx, sizePx], the share of each pixel that is ink. */
  readonly alphas: Float32Array;
  /** How far each pixel's middle lies inside of ink, in pixels, [sizePx, sizePx]; below 0 outside. */
  readonly inside: Float32Array;
}

/**
 * @param alphas [sizePx, sizePx], of one ink
 * @param width of the lines, of the side, 0 to 1; the drawing's own by default
 * @returns undefined where the drawing is not lines of one width, or where lines of about that width would break or run together
 */
export function redrawLines(alphas: Float32Array, sizePx: number, width?: number): Edged | undefined {
  const shape = shapeOf(alphas, sizePx);
  const own = lineWidthOf(shape, sizePx);
  if (!isLines(own)) return undefined;
  if (width === undefined) return offset(shape, sizePx, own.width, own.width);
  for (const share of changeShares) {
    const edged = offset(shape, sizePx, own.width, own.width + share * (width - own.width));
    if (isWhole(edged.alphas, alphas, width > own.width, sizePx)) return edged;
  }
  return undefined;
}

function offset(shape: Shape, sizePx: number, from: number, to: number): Edged {
  const { sidePx, ink, depth } = shape;
  const by = (finePerPx * sizePx * (to - from)) / 2;
  const away = distancesTo(1, ink, sidePx, Math.max(0, by) + edgeCells);
  const field = new Float32Array(ink.length);
  for (let at = 0; at < ink.length; at += 1) field[at] = (ink[at] === 1 ? depth[at]! - 0.5 : 0.5 - away[at]!) + by;
  if (by < 0) keepMiddles(field, shape, (finePerPx * sizePx * to) / 2);
  return {
    alphas: coarse((cell) => Math.min(1, Math.max(0, field[cell]! + 0.5)), sizePx),
    inside: coarse((cell) => field[cell]! / finePerPx, sizePx),
  };
}

/** Where a line is thinner than the others, it keeps its width. @param field changed in place */
function keepMiddles(field: Float32Array, { middles, depth, sidePx }: Shape, radius: number): void {
  for (const middle of middles) {
    const reach = Math.min(radius, depth[middle]! - 0.5);
    if (field[middle]! >= reach - 1) continue;
    const far = Math.ceil(reach);
    for (let y = -far; y <= far; y += 1)
      for (let x = -far; x <= far; x += 1) {
        const at = middle + y * sidePx + x;
        field[at] = Math.max(field[at]!, reach - Math.hypot(x, y));
      }
  }
}

/** Whether lines neither broke nor ran together: thinner ones may let areas between them open, broader ones must leave all of them. */
function isWhole(redrawn: Float32Array, drawing: Float32Array, isBroader: boolean, sizePx: number): boolean {
  const [before, after] = [countParts(drawing, sizePx), countParts(redrawn, sizePx)];
  return before.pieces === after.pieces && (isBroader ? before.holes === after.holes : before.holes <= after.holes);
}
