/**
 * A drawing in lines of one width, drawn with another: its edge moves in or out along the distances to it, so that lines stay whole, even
 * and where they are. What a flow says of such a drawing is the same with edges that tremble. Offsetting by distance is what renderers
 * of glyphs do for weights (Green 2007). Pure.
 */
import { countParts, lostHoles } from "./count-parts.ts";
import { distancesTo } from "./distances.ts";
import { highestOf, labelAreas } from "./label-areas.ts";
import { isLines, isWidthOf, type LineWidth, lineWidthOf, type StyleLines } from "./line-width.ts";
import { exactInside, exactMoved } from "./own-edge.ts";
import { bordered, type Edged, edgeCells, edgedOf, finePerPx, type Shape, shapeOf } from "./shape.ts";

/** Shares of the change of width that are tried, until lines stay whole and apart; without any they do. */
export const changeShares = [1, 0.7, 0.4, 0.2, 0] as const;
/** Side of a square as large as a hole that broader lines may fill, of their width, as where lines cross and in eyes, and how many of them. */
const [smallHole, filledMost] = [0.5, 4] as const;

/** Ink of a dot, in squares of its width, and dots that a drawing of them has at most. */
const [dotMost, dotsMost] = [1.2, 40] as const;
/** Width of lines up to which the place among the pixels changes what is measured of it. */
const hairPx = 2;
/** Pixels by which widths that are the same may differ, as they are measured. */
const samePx = 0.2;

/** Lines that were drawn with another width. */
export interface Redrawn extends Edged {
  /** Signed distances to their edge on the grid of a shape, in cells, above 0 in ink, [side, side]. */
  readonly field: Float32Array;
  /** Of the side, 0 to 1. */
  readonly width: number;
}

/**
 * @param alphas [sizePx, sizePx], of one ink
 * @param wanted width of the lines, of the side, 0 to 1, or those of a style; the drawing's own by default
 * @returns lines as near to that width as leaves them whole and apart; undefined where the drawing is not lines of one width
 */
export function redrawLines(
  alphas: Float32Array,
  sizePx: number,
  wanted?: number | Pick<StyleLines, "width" | "widths">,
  shape = shapeOf(alphas, sizePx),
): Redrawn | undefined {
  const own = lineWidthOf(shape, sizePx);
  if (!isLines(own)) return undefined;
  const style = typeof wanted === "number" ? { width: wanted } : (wanted ?? {});
  const isSame = Math.abs((style.width ?? own.width) - own.width) * sizePx <= samePx;
  const width = isSame || isWidthOf(style, own.width) || areDots(shape, own) ? own.width : style.width;
  // Widths of hairlines are not known better.
  const isHair = width !== undefined && Math.max(width, own.width) <= hairPx / sizePx;
  const before = width === undefined || isHair ? undefined : countedIn(bordered(alphas, sizePx));
  for (const share of before ? changeShares : [0]) {
    const to = isHair ? own.width : own.width + share * ((width ?? 0) - own.width);
    const field = movedEdge(shape, sizePx, own.width, to);
    const edged = edgedOf(field, sizePx);
    const broader = width !== undefined && width > own.width ? to * sizePx : undefined;
    if (before && !isWhole(bordered(edged.alphas, sizePx), before, broader)) continue;
    if (to === own.width) return { alphas, inside: exactInside(edged.inside, alphas), field, width: to };
    const inside = exactMoved(edged.inside, alphas, sizePx, ((to - own.width) * sizePx) / 2);
    return { alphas: edged.alphas, inside, field, width: to };
  }
  return undefined;
}

/** Whether a drawing is of dots alone, whose size is not that of lines. */
function areDots({ ink, sidePx }: Shape, { long }: LineWidth): boolean {
  if (long > dotMost * dotsMost) return false;
  return long <= dotMost * highestOf(labelAreas(ink, 1, sidePx, true));
}

/** Signed distances to the edge that lines of another width have, in cells, above 0 in ink, [side, side]. */
export function movedEdge(shape: Shape, sizePx: number, from: number, to: number): Float32Array {
  const { sidePx, ink, depth } = shape;
  const by = (finePerPx * sizePx * (to - from)) / 2;
  const away = distancesTo(1, ink, sidePx, Math.max(0, by) + edgeCells);
  const field = new Float32Array(ink.length);
  for (let at = 0; at < ink.length; at += 1) field[at] = (ink[at] === 1 ? depth[at]! - 0.5 : 0.5 - away[at]!) + by;
  if (by < 0) keepMiddles(field, shape, (finePerPx * sizePx * to) / 2);
  return field;
}

/** Where a line is thinner than the others, it keeps its width. @param field changed in place */
function keepMiddles(field: Float32Array, { middles, depth, sidePx }: Shape, radius: number): void {
  for (const middle of middles) {
    const reach = Math.min(radius, depth[middle]! - 0.5);
    if (field[middle]! >= reach - 1) continue;
    const far = Math.ceil(reach);
    for (let y = -far; y <= far; y += 1) {
      const wide = Math.floor(Math.sqrt(far * far - y * y));
      for (let x = -wide; x <= wide; x += 1) {
        const at = middle + y * sidePx + x;
        // Math.hypot takes ten times as long.
        const kept = reach - Math.sqrt(x * x + y * y);
        if (kept > field[at]!) field[at] = kept;
      }
    }
  }
}

const countedIn = (drawing: Float32Array) => ({ drawing, parts: countParts(drawing, Math.sqrt(drawing.length)) });

/**
 * Whether lines neither broke nor ran together: thinner ones may let areas between them open, broader ones may fill a few small ones.
 * @param broaderPx width of broader ones
 */
function isWhole(
  redrawn: Float32Array,
  { drawing, parts: own }: ReturnType<typeof countedIn>,
  broaderPx: number | undefined,
): boolean {
  const sidePx = Math.sqrt(drawing.length);
  const made = countParts(redrawn, sidePx);
  if (made.pieces !== own.pieces) return false;
  if (broaderPx === undefined) return made.holes >= own.holes;
  if (made.holes === own.holes) return true;
  const lost = lostHoles(drawing, redrawn, sidePx);
  return (
    made.holes === own.holes - lost.length &&
    lost.length <= filledMost &&
    lost.every((pixels) => pixels <= (smallHole * broaderPx) ** 2)
  );
}
