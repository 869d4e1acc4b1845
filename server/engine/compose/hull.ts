/** The convex hull of a drawing's ink by monotone chains (Andrew 1979, "Another efficient algorithm for convex hulls in two dimensions"). Pure. */
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

type Place = readonly [x: number, y: number];

/** The left border of the hull of places from top to bottom. */
function chainOf(places: readonly Place[]): Place[] {
  const chain: Place[] = [];
  for (const place of places) {
    while (chain.length > 1 && turnOf(chain.at(-2)!, chain.at(-1)!, place) >= 0) chain.pop();
    chain.push(place);
  }
  return chain;
}

/** Above 0 where the middle of three places lies right of the line between the others, as y grows downwards. */
const turnOf = ([x0, y0]: Place, [x1, y1]: Place, [x2, y2]: Place): number =>
  (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);

/** Where a chain is at a height, linear between its places. */
function reachAt(chain: readonly Place[], y: number): number {
  const next = chain.findIndex((place) => place[1] >= y);
  const [x1, y1] = chain[next]!;
  if (y1 === y) return x1;
  const [x0, y0] = chain[next - 1]!;
  return x0 + ((x1 - x0) * (y - y0)) / (y1 - y0);
}
