/** Straight stretches of a closed polyline, and the lines that fit them. Pure. */
import { type Line, type Loop, lineThrough, minus, pointAt, turnOf, unit, uprightLine } from "./polyline.ts";

export interface Straightness {
  /** Most turn within a straight stretch, in radians, and its least length. */
  readonly straightWithin: number;
  readonly straightPx: number;
}

export interface Run {
  /** Indices of points of the loop; the second may be beyond its end. */
  readonly from: number;
  readonly to: number;
  readonly line: Line;
}

/** Stretches whose direction hardly changes, longest first, without overlap. */
export function straightRuns(loop: Loop, { straightWithin, straightPx }: Straightness): Run[] {
  const count = loop.points.length;
  const half = Math.max(1, Math.round(1.6 / loop.stepPx));
  const directions = loop.points.map((_, index) =>
    unit(minus(pointAt(loop, index + half), pointAt(loop, index - half))),
  );
  const turns = directions.map((direction, index) => turnOf(direction, directions[(index + 1) % count]!));
  const least = Math.ceil(straightPx / loop.stepPx);
  const found: Array<{ from: number; length: number }> = [];
  for (let from = 0; from < count; from += 1) {
    let [angle, low, high, length] = [0, 0, 0, 0];
    while (length < count - 1 && !loop.isHidden[(from + length) % count]) {
      angle += turns[(from + length) % count]!;
      [low, high] = [Math.min(low, angle), Math.max(high, angle)];
      if (high - low > straightWithin) break;
      length += 1;
    }
    if (length >= least) found.push({ from, length });
  }
  found.sort((one, two) => two.length - one.length || one.from - two.from);
  const isTaken = new Uint8Array(count);
  const runs: Run[] = [];
  for (const { from, length } of found) {
    let isFree = true;
    for (let index = from; index <= from + length; index += 1) if (isTaken[index % count]) isFree = false;
    if (!isFree) continue;
    for (let index = from; index <= from + length; index += 1) isTaken[index % count] = 1;
    runs.push({ from, to: from + length, line: uprightLine(lineThrough(loop, from, from + length)) });
  }
  return runs;
}
