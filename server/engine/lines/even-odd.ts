/** Shapes whose contours are drawn: what lies within an odd number of lines, as the even-odd rule fills paths (SVG 2, section 13.4.2). Pure. */
import { inkFrom } from "../pixels/strokes.ts";
import { distancesTo } from "./distances.ts";
import { areasAtBorder, labelAreas } from "./label-areas.ts";

/** How far areas on both sides of a line may be apart, of its width, and more pixels, since edges are soft. */
const [acrossTimes, acrossMorePx] = [1.4, 1] as const;
/** Lines within each other at most. */
const depthMost = 8;

/**
 * @param alphas lines, [sizePx, sizePx]
 * @param widthPx of the lines
 * @returns the lines with each area between them that an odd number of them encloses; undefined where there is none
 */
export function filledEvenOdd(alphas: Float32Array, sizePx: number, widthPx: number): Float32Array | undefined {
  const ink = Uint8Array.from(alphas, (alpha) => Number(alpha >= inkFrom));
  const areas = labelAreas(ink, 0, sizePx);
  const depths = depthsOf(areas, sizePx, acrossTimes * widthPx + acrossMorePx);
  if (![...depths.values()].some((depth) => depth % 2 === 1)) return undefined;
  const isOdd = (at: number): boolean => areas[at] !== 0 && (depths.get(areas[at]!) ?? 0) % 2 === 1;
  return alphas.map((alpha, at) => {
    if (areas[at] !== 0) return isOdd(at) ? 1 : alpha;
    const x = at % sizePx;
    return (x > 0 && isOdd(at - 1)) || (x < sizePx - 1 && isOdd(at + 1)) || isOdd(at - sizePx) || isOdd(at + sizePx)
      ? 1
      : alpha;
  });
}

/** How many lines enclose each area, by its label; what touches the border is outside. */
function depthsOf(areas: Uint16Array, sizePx: number, across: number): ReadonlyMap<number, number> {
  const depths = new Map<number, number>();
  // None, where lines go all around the picture.
  let reached = areasAtBorder(areas, sizePx, (at) => areas[at] !== 0);
  for (let depth = 0; reached.size > 0 && depth < depthMost; depth += 1) {
    for (const area of reached) depths.set(area, depth);
    const from = Uint8Array.from(areas, (area) => Number(reached.has(area)));
    const away = distancesTo(1, from, sizePx, across + 1);
    const next = new Set<number>();
    for (const [at, area] of areas.entries())
      if (area !== 0 && !depths.has(area) && away[at]! <= across + 0.5) next.add(area);
    reached = next;
  }
  return depths;
}
