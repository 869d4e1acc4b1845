/** The strokes of a skeleton as polylines: between ends and places where lines meet, or all around. Pure. */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import { labelAreas } from "../lines/label-areas.ts";
import { bordered } from "../lines/shape.ts";
import { placeOf, ringOf, turns } from "../pixels/strokes.ts";
import { evenPoints } from "./polyline.ts";

export interface Stroke {
  /** About a pixel apart, in pixels; a skeleton's steps are evened out. */
  readonly points: readonly Point[];
  readonly isClosed: boolean;
}

/** Pixels to either side over which steps are evened out. */
const evenPx = 3;
/** Shorter strokes say nothing, but for dots and dashes that stand alone. */
const pixelsLeast = 6;

/** @param skeleton [sizePx, sizePx], 1 or 0 */
export function strokesOf(skeleton: Uint16Array, sizePx: number): Stroke[] {
  const nextTo = (at: number, of: Uint8Array | Uint16Array): number[] => {
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    const found: number[] = [];
    // Those beside come before those at a corner, so that no step is left out.
    for (const [dx, dy] of ring) {
      const [column, row] = [x + dx, y + dy];
      if (column < 0 || row < 0 || column >= sizePx || row >= sizePx) continue;
      const near = row * sizePx + column;
      if (of[near] === 1) found.push(near);
    }
    return found;
  };
  const left = Uint8Array.from(skeleton);
  const framed = bordered(left, sizePx);
  const armsAt = (at: number): number => turns(ringOf(placeOf(at, sizePx), sizePx + 2), framed);
  for (let at = 0; at < skeleton.length; at += 1) {
    if (skeleton[at] === 0 || armsAt(at) < 3) continue;
    for (const near of [at, ...nextTo(at, skeleton)]) left[near] = 0;
  }
  const strokes: Stroke[] = [];
  const follow = (from: number): number[] => {
    const path = [from];
    left[from] = 0;
    for (let next = nextTo(from, left)[0]; next !== undefined; next = nextTo(next, left)[0]) {
      left[next] = 0;
      path.push(next);
    }
    return path;
  };
  const add = (path: readonly number[], isClosed: boolean): void => {
    const points = path.map((at): Point => [(at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5]);
    const even = evened(points, isClosed);
    strokes.push({ points: evenPoints(even, 1, !isClosed, Math.min(pixelsLeast, path.length)), isClosed });
  };
  const parts = labelAreas(Uint8Array.from(skeleton), 1, sizePx, true);
  const longest = new Map<number, number[]>();
  const withStroke = new Set<number>();
  const take = (path: number[], isClosed: boolean): void => {
    const part = parts[path[0]!]!;
    if (path.length < pixelsLeast) {
      if (path.length > (longest.get(part)?.length ?? 0)) longest.set(part, path);
      return;
    }
    withStroke.add(part);
    add(path, isClosed);
  };
  for (let at = 0; at < left.length; at += 1)
    if (left[at] === 1 && nextTo(at, left).length === 1) take(follow(at), false);
  // Without an end they go around.
  for (let at = 0; at < left.length; at += 1) if (left[at] === 1) take(follow(at), true);
  for (const [part, path] of longest) if (!withStroke.has(part)) add(path, false);
  return strokes;
}

const ring = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
  [1, -1],
  [1, 1],
  [-1, 1],
  [-1, -1],
] as const;

/** Means over a few points to either side. */
function evened(points: readonly Point[], isClosed: boolean): Point[] {
  const { length } = points;
  return points.map((_, at) => {
    // At an end as many to either side as there are.
    const reach = isClosed ? evenPx : Math.min(evenPx, at, length - 1 - at);
    let [x, y] = [0, 0];
    for (let near = at - reach; near <= at + reach; near += 1) {
      const [px, py] = points[(near + length) % length]!;
      x += px;
      y += py;
    }
    return [x / (2 * reach + 1), y / (2 * reach + 1)];
  });
}
