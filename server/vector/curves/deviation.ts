/** How far a path and the polyline that it was fitted to lie apart, both ways: what a fit missed, and what it added. Pure. */
import type { Path, Point } from "../../../shared/vectors/vector-path.ts";
import { distanceOf, dot, minus, plus } from "../../engine/outlines/polyline.ts";

/** Distances from here on count as this. */
const mostPx = 3;
/** Length of the steps of which curves are made. */
const stepPx = 1;

/** Largest distance of a point of either from the other, in pixels, up to three. @param points closed */
export function deviationOf(path: Path, points: readonly Point[]): number {
  const drawn = pointsOf(path);
  return Math.max(farthest(points, drawn), farthest(drawn, points));
}

function farthest(points: readonly Point[], from: readonly Point[]): number {
  const cells = new Map<number, number[]>();
  const keyOf = (x: number, y: number): number => 4096 * Math.floor(y / mostPx) + Math.floor(x / mostPx);
  for (const [at, [x, y]] of from.entries()) {
    const key = keyOf(x, y);
    const own = cells.get(key);
    if (own) own.push(at);
    else cells.set(key, [at]);
  }
  let most = 0;
  for (const point of points) {
    let nearest = mostPx;
    for (let right = -1; right <= 1; right += 1)
      for (let down = -1; down <= 1; down += 1)
        for (const at of cells.get(keyOf(point[0] + right * mostPx, point[1] + down * mostPx)) ?? [])
          for (const other of [at - 1, at + 1])
            nearest = Math.min(nearest, awayFrom(point, from[at]!, from[(other + from.length) % from.length]!));
    most = Math.max(most, nearest);
  }
  return most;
}

function awayFrom(point: Point, one: Point, other: Point): number {
  const [along, rest] = [minus(other, one), minus(point, one)];
  const share = Math.min(1, Math.max(0, dot(rest, along) / (dot(along, along) || 1)));
  return distanceOf(point, plus(one, along, share));
}

/** Points of a path, at most a step apart. */
function pointsOf({ start, segments }: Path): Point[] {
  const points: Point[] = [start];
  let from = start;
  for (const { to, handles } of [...segments, { to: start, handles: undefined }]) {
    const [one, two] = handles ?? [from, to];
    const steps = Math.ceil((distanceOf(from, one) + distanceOf(one, two) + distanceOf(two, to)) / stepPx);
    for (let step = 1; step < steps; step += 1) {
      const t = step / steps;
      points.push(
        handles
          ? plus(
              plus(plus(scaled(from, (1 - t) ** 3), one, 3 * t * (1 - t) ** 2), two, 3 * t * t * (1 - t)),
              to,
              t ** 3,
            )
          : plus(from, minus(to, from), t),
      );
    }
    points.push(to);
    from = to;
  }
  return points;
}

const scaled = ([x, y]: Point, by: number): Point => [x * by, y * by];
