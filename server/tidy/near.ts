/** How near points of one drawing are to another. Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { distancesTo } from "../engine/lines/distances.ts";
import { gridPx } from "./ink.ts";

/** Distance to the nearest of many points, to half a cell; `reach` and more beyond it. */
export function distanceToAny(points: readonly Point[], reach: number): (from: Point) => number {
  const grid = new Uint8Array(gridPx ** 2);
  const cellOf = ([x, y]: Point): number => Math.floor(y) * gridPx + Math.floor(x);
  const isInside = ([x, y]: Point): boolean => x >= 0 && y >= 0 && x < gridPx && y < gridPx;
  for (const point of points) if (isInside(point)) grid[cellOf(point)] = 1;
  const away = distancesTo(1, grid, gridPx, reach);
  return (from) => (isInside(from) ? away[cellOf(from)]! : Number.POSITIVE_INFINITY);
}

/** Share of points that have one of the others within `most` cells. */
export function shareNear(points: readonly Point[], others: readonly Point[], most: number): number {
  const away = distanceToAny(others, most + 1);
  return points.filter((point) => away(point) <= most).length / Math.max(1, points.length);
}
