/**
 * Straight stretches of a polyline by how far its points lie from the line that fits them best: outlines of pixels tremble by parts of a pixel, so that
 * directions from point to point say little. What bends as an arc does is none, however little. Pure.
 */
import { cross, type Line, type Loop, lineThrough, minus, pointAt, uprightLine } from "./polyline.ts";
import type { Run } from "./straight-runs.ts";

export interface Straight {
  /** Most distance of points from the line, as root mean square, in pixels. */
  readonly offPx: number;
  /** How far the middle third may lie beside the other two. */
  readonly bendPx: number;
  readonly leastPx: number;
  /** Length from which on it is one however it goes on; a shorter one may be part of an arc. */
  readonly surePx: number;
}

/** A short stretch is straight if the polyline leaves its line at both ends: half its length on, by this share of that. */
const [beyondShare, leavesBy] = [0.5, 0.42] as const;
/** Distance from the line from which on the ends of a stretch bend, of the distance that its points may have. */
const trimShare = 0.6;
/** How far the ends of a stretch may move so that it is upright or level, in pixels. */
const offMostPx = 0.6;

/** Whether the points from one index to another, which may be beyond the end, lie on a line. */
type Test = (from: number, to: number) => boolean;

/** Stretches without overlap, longest first. */
export function straightStretches(loop: Loop, straight: Straight): Run[] {
  const { points, stepPx } = loop;
  const count = points.length;
  const isWithin = testOf(loop, straight);
  const least = Math.max(3, Math.ceil(straight.leastPx / stepPx));
  const found: Array<{ readonly from: number; readonly length: number }> = [];
  for (let from = 0, length = least; from < count; from += 1) {
    const most = loop.isOpen ? count - 1 - from : count - 1;
    // From the next point on a stretch ends no sooner.
    length = Math.max(least, length - 1);
    if (length > most || !isWithin(from, from + length)) length = least;
    if (length > most || !isWithin(from, from + length)) continue;
    while (length < most && isWithin(from, from + length + 1)) length += 1;
    found.push({ from, length });
  }
  found.sort((one, two) => two.length - one.length || one.from - two.from);
  const isTaken = new Uint8Array(count);
  const runs: Run[] = [];
  for (const { from, length } of found) {
    // What longer ones leave of it.
    let [first, last] = [from, from + length];
    while (first < last && isTaken[first % count]) first += 1;
    while (last > first && isTaken[last % count]) last -= 1;
    let isFree = last - first >= least;
    for (let index = first; isFree && index <= last; index += 1) isFree = !isTaken[index % count];
    if (!isFree) continue;
    for (let index = first; index <= last; index += 1) isTaken[index % count] = 1;
    const run = withoutBends(loop, first, last, trimShare * straight.offPx);
    const lengthPx = (run.to - run.from) * stepPx;
    if (lengthPx < straight.surePx && !isLeft(loop, run)) continue;
    runs.push(movesPx(run.line, lengthPx) <= offMostPx ? { ...run, line: uprightLine(run.line) } : run);
  }
  return runs;
}

/** How far the ends of a stretch would move if it became upright or level. */
const movesPx = ({ direction: [x, y] }: Line, lengthPx: number): number =>
  (Math.min(Math.abs(x), Math.abs(y)) * lengthPx) / 2;

/** A stretch up to where its ends begin to bend: on the line that its middle has. */
function withoutBends(loop: Loop, from: number, to: number, offPx: number): Run {
  const cut = Math.floor((to - from) / 5);
  const line = lineThrough(loop, from + cut, to - cut);
  const isOff = (index: number): boolean =>
    Math.abs(cross(line.direction, minus(pointAt(loop, index), line.at))) > offPx;
  let [first, last] = [from, to];
  while (first < from + cut && isOff(first)) first += 1;
  while (last > to - cut && isOff(last)) last -= 1;
  return { from: first, to: last, line };
}

/** Whether a polyline turns away from a line at both ends of a stretch, as an arc of which it is part does not. */
function isLeft(loop: Loop, { from, to, line: { at, direction } }: Run): boolean {
  const beyond = Math.max(1, Math.round(beyondShare * (to - from)));
  return [from - beyond, to + beyond].every((index) => {
    if (loop.isOpen && (index < 0 || index >= loop.points.length)) return true;
    return Math.abs(cross(direction, minus(pointAt(loop, index), at))) >= leavesBy * beyond * loop.stepPx;
  });
}

/** By sums of the points from the first on, so that a test takes the same time however long a stretch is. */
function testOf({ points, isOpen }: Loop, { offPx, bendPx }: Straight): Test {
  const count = points.length;
  const length = isOpen ? count : 2 * count;
  const [x, y, xx, xy, yy] = [0, 0, 0, 0, 0].map(() => new Float64Array(length + 1)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  // From the middle, so that squares stay small.
  const [midX, midY] = points[count >> 1]!;
  for (let at = 0; at < length; at += 1) {
    const [u, v] = [points[at % count]![0] - midX, points[at % count]![1] - midY];
    x[at + 1] = x[at]! + u;
    y[at + 1] = y[at]! + v;
    xx[at + 1] = xx[at]! + u * u;
    xy[at + 1] = xy[at]! + u * v;
    yy[at + 1] = yy[at]! + v * v;
  }
  const meanOf = (sums: Float64Array, from: number, to: number): number =>
    (sums[to + 1]! - sums[from]!) / (to + 1 - from);
  return (from, to) => {
    const [meanX, meanY] = [meanOf(x, from, to), meanOf(y, from, to)];
    const varX = meanOf(xx, from, to) - meanX * meanX;
    const varY = meanOf(yy, from, to) - meanY * meanY;
    const both = meanOf(xy, from, to) - meanX * meanY;
    if ((varX + varY) / 2 - Math.sqrt(((varX - varY) / 2) ** 2 + both ** 2) > offPx ** 2) return false;
    const third = Math.floor((to - from + 1) / 3);
    const [first, middle, last] = [from + third - 1, from + third, to - third + 1];
    const [startX, startY] = [meanOf(x, from, first), meanOf(y, from, first)];
    const [alongX, alongY] = [meanOf(x, last, to) - startX, meanOf(y, last, to) - startY];
    const [offX, offY] = [
      meanOf(x, middle, middle + third - 1) - startX,
      meanOf(y, middle, middle + third - 1) - startY,
    ];
    return Math.abs(alongX * offY - alongY * offX) <= bendPx * (Math.sqrt(alongX ** 2 + alongY ** 2) || 1);
  };
}
