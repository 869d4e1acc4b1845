/** How far a path and the polyline that it was fitted to lie apart, both ways: what a fit missed, and what it added. Pure. */
import type { Path, Point } from "../../../shared/vectors/vector-path.ts";
import { distanceOf } from "../../engine/outlines/polyline.ts";
import { sampled } from "./sampled.ts";

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
  // Points of neighbouring cells, by the first of each and the next of each point.
  const firsts = new Map<number, number>();
  const nexts = new Int32Array(from.length).fill(-1);
  const keyOf = (x: number, y: number): number => 4096 * Math.floor(y / mostPx) + Math.floor(x / mostPx);
  for (const [at, [x, y]] of from.entries()) {
    const key = keyOf(x, y);
    nexts[at] = firsts.get(key) ?? -1;
    firsts.set(key, at);
  }
  let most = 0;
  for (const point of points) {
    let nearest = mostPx;
    for (let right = -1; right <= 1; right += 1)
      for (let down = -1; down <= 1; down += 1)
        for (
          let at = firsts.get(keyOf(point[0] + right * mostPx, point[1] + down * mostPx)) ?? -1;
          at >= 0;
          at = nexts[at]!
        ) {
          nearest = Math.min(nearest, awayFrom(point, from[at]!, from[(at + 1) % from.length]!));
          nearest = Math.min(nearest, awayFrom(point, from[at]!, from[(at + from.length - 1) % from.length]!));
        }
    most = Math.max(most, nearest);
  }
  return most;
}

function awayFrom(point: Point, one: Point, other: Point): number {
  // Plain numbers: this runs for every point and each that is near it.
  const [alongX, alongY, restX, restY] = [other[0] - one[0], other[1] - one[1], point[0] - one[0], point[1] - one[1]];
  const share = Math.min(1, Math.max(0, (restX * alongX + restY * alongY) / (alongX ** 2 + alongY ** 2 || 1)));
  return Math.sqrt((restX - share * alongX) ** 2 + (restY - share * alongY) ** 2);
}

/** Points of a path, at most a step apart. */
function pointsOf({ start, segments }: Path): Point[] {
  const points: Point[] = [start];
  let from = start;
  for (const { to, handles } of [...segments, { to: start, handles: undefined }]) {
    const [one, two] = handles ?? [from, to];
    const steps = Math.ceil((distanceOf(from, one) + distanceOf(one, two) + distanceOf(two, to)) / stepPx);
    points.push(...sampled([from, one, two, to], steps), to);
    from = to;
  }
  return points;
}
