/** A clean sketch as a picture, in lines of one width, as large as the icons of a style. Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { drawLine } from "../engine/outlines/draw-line.ts";
import { planesOf } from "../engine/pixels/ink-colour.ts";
import { drawnPx } from "./ink.ts";
import { flattened } from "./paths.ts";
import type { CleanSketch } from "./tidy.ts";

/** Width of lines, of the side: as the strokes were, from what a fine pen draws to the two of 24 that most sets of lines have. */
const [lineLeast, lineMost] = [1.25 / 24, 2 / 24] as const;
/** A dot's width, of the lines'. */
const dotShare = 1.2;
/** What the longer side takes of the picture, with lines, where no style says it. */
export const usualArea = 0.85;

/**
 * @param liveArea share of the side that the drawing's longer side takes
 * @param ink channels, 0 to 1
 * @returns premultiplied RGBA [4, sizePx, sizePx]
 */
export function drawnClean(
  { paths, dots, widthPx }: CleanSketch,
  sizePx: number,
  ink: readonly [number, number, number],
  liveArea = usualArea,
): Float32Array {
  const own = (widthPx / drawnPx) * liveArea;
  const linePx = Math.min(lineMost, Math.max(lineLeast, own)) * sizePx;
  const lines = [...paths.map(flattened), ...dots.map((dot) => [dot, dot])];
  const place = placing(lines.flat(), sizePx, liveArea * sizePx - linePx);
  const alpha = new Float32Array(sizePx ** 2);
  for (const [at, line] of lines.entries()) {
    const reach = ((at < paths.length ? 1 : dotShare) * linePx) / 2 + 0.5;
    const points = line.map(place);
    for (const [index, to] of points.entries()) if (index > 0) drawLine(alpha, sizePx, points[index - 1]!, to, reach);
  }
  return planesOf(alpha, ink);
}

/** Moves and scales so that the longer side is as long as wanted, in the middle of the picture. */
function placing(points: readonly Point[], sizePx: number, wantedPx: number): (point: Point) => Point {
  const [lefts, tops] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right] = [Math.min(...lefts), Math.max(...lefts)];
  const [top, bottom] = [Math.min(...tops), Math.max(...tops)];
  const scale = wantedPx / Math.max(1, right - left, bottom - top);
  return ([x, y]) => [sizePx / 2 + scale * (x - (left + right) / 2), sizePx / 2 + scale * (y - (top + bottom) / 2)];
}
