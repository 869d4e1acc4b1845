/** The convex hull of a drawing's ink by monotone chains (Andrew 1979, "Another efficient algorithm for convex hulls in two dimensions"). Pure. */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import { cross, minus } from "../outlines/polyline.ts";
import { inkFrom } from "../pixels/strokes.ts";

/** @param alphas [side, side] @returns the hull of what is ink, [side, side], 1 or 0 */
export function hullOf(alphas: Float32Array): Float32Array {
  const side = Math.sqrt(alphas.length);
  // The first and last pixel of each row, from top to bottom.
  const ends: Array<readonly [left: number, right: number, y: number]> = [];
  for (let y = 0; y < side; y += 1) {
    const row = alphas.subarray(y * side, (y + 1) * side);
    const left = row.findIndex((alpha) => alpha >= inkFrom);
    if (left >= 0) ends.push([left, row.findLastIndex((alpha) => alpha >= inkFrom), y]);
  }
  const hull = new Float32Array(alphas.length);
  if (ends.length === 0) return hull;
  const [lefts, rights] = [
    chainOf(ends.map(([left, , y]) => [left, y])),
    chainOf(ends.map(([, right, y]) => [-right, y])),
  ];
  for (let y = ends[0]![2]; y <= ends.at(-1)![2]; y += 1) {
    const [from, to] = [Math.ceil(reachAt(lefts, y)), Math.floor(-reachAt(rights, y))];
    hull.fill(1, y * side + from, y * side + to + 1);
  }
  return hull;
}

/** The left border of the hull of places from top to bottom. */
function chainOf(places: readonly Point[]): Point[] {
  const chain: Point[] = [];
  for (const place of places) {
    while (chain.length > 1 && isWithin(chain.at(-1)!, chain.at(-2)!, place)) chain.pop();
    chain.push(place);
  }
  return chain;
}

/** Whether a place lies on the line between its neighbours, or right of it, as y grows downwards. */
const isWithin = (place: Point, before: Point, after: Point): boolean =>
  cross(minus(place, before), minus(after, before)) >= 0;

/** Where a chain is at a height, linear between its places. */
function reachAt(chain: readonly Point[], y: number): number {
  const next = chain.findIndex((place) => place[1] >= y);
  const [x1, y1] = chain[next]!;
  if (y1 === y) return x1;
  const [x0, y0] = chain[next - 1]!;
  return x0 + ((x1 - x0) * (y - y0)) / (y1 - y0);
}
