/** Closed polylines at even steps, and what fitting asks of them: directions, straight stretches, lines through points. */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import type { Outline } from "./contours.ts";

export interface Loop {
  readonly points: readonly Point[];
  /** Distance of neighbouring points in pixels. */
  readonly stepPx: number;
  /** [points]; 1 where other layers lie over the outline. */
  readonly isHidden: Uint8Array;
  /** It does not go on from its last point to its first. */
  readonly isOpen?: boolean;
}

/** A line in the direction in which the outline runs. */
export interface Line {
  readonly at: Point;
  /** Of length 1. */
  readonly direction: Point;
}

export const minus = (one: Point, two: Point): Point => [one[0] - two[0], one[1] - two[1]];
export const plus = (one: Point, two: Point, times = 1): Point => [one[0] + times * two[0], one[1] + times * two[1]];
export const dot = (one: Point, two: Point): number => one[0] * two[0] + one[1] * two[1];
export const cross = (one: Point, two: Point): number => one[0] * two[1] - one[1] * two[0];
export const distanceOf = (one: Point, two: Point): number => Math.hypot(one[0] - two[0], one[1] - two[1]);
export const unit = (vector: Point): Point => {
  const length = Math.hypot(vector[0], vector[1]) || 1;
  return [vector[0] / length, vector[1] / length];
};
/** Turn from one direction to another, −π to π. */
export const turnOf = (one: Point, two: Point): number => Math.atan2(cross(one, two), dot(one, two));

/** The outline at about `stepPx`, or closer where it is short. */
export function loopOf(outline: Outline, stepPx: number, isHidden: (point: Point) => boolean): Loop {
  const { points, stepPx: step } = resampled(outline, stepPx, false);
  return { points, stepPx: step, isHidden: Uint8Array.from(points, (point) => Number(isHidden(point))) };
}

/** A polyline with two ends, at about `stepPx`. */
export function openLoopOf(line: readonly Point[], stepPx: number): Loop {
  const { points, stepPx: step } = resampled(Float64Array.from(line.flat()), stepPx, true);
  return { points, stepPx: step, isHidden: new Uint8Array(points.length), isOpen: true };
}

/** Points at about `stepPx` along a polyline, in `leastSteps` steps or more; fewer than two stay. */
export const evenPoints = (
  line: readonly Point[],
  stepPx: number,
  isOpen: boolean,
  leastSteps: number,
): readonly Point[] =>
  line.length < 2 ? line : resampled(Float64Array.from(line.flat()), stepPx, isOpen, leastSteps).points;

/** Steps of a loop at least. */
const stepsLeast = 8;

function resampled(
  outline: Outline,
  stepPx: number,
  isOpen: boolean,
  leastSteps = stepsLeast,
): Pick<Loop, "points" | "stepPx"> {
  const count = outline.length / 2;
  const lengths = new Float64Array(count + 1);
  for (let at = 0; at < (isOpen ? count - 1 : count); at += 1) {
    const after = (at + 1) % count;
    const [dx, dy] = [outline[2 * after]! - outline[2 * at]!, outline[2 * after + 1]! - outline[2 * at + 1]!];
    lengths[at + 1] = lengths[at]! + Math.hypot(dx, dy);
  }
  const total = lengths[isOpen ? count - 1 : count]!;
  const steps = Math.max(leastSteps, Math.round(total / stepPx));
  const points: Point[] = [];
  for (let step = 0, at = 0; step < steps + Number(isOpen); step += 1) {
    const wanted = (step * total) / steps;
    while (at < count - (isOpen ? 2 : 1) && lengths[at + 1]! < wanted) at += 1;
    const share = (wanted - lengths[at]!) / (lengths[at + 1]! - lengths[at]! || 1);
    const after = (at + 1) % count;
    points.push([
      outline[2 * at]! + share * (outline[2 * after]! - outline[2 * at]!),
      outline[2 * at + 1]! + share * (outline[2 * after + 1]! - outline[2 * at + 1]!),
    ]);
  }
  return { points, stepPx: total / steps };
}

/** Beyond the ends of an open one, the nearer end. */
export const pointAt = ({ points, isOpen }: Loop, index: number): Point => {
  const count = points.length;
  if (isOpen) return points[Math.min(count - 1, Math.max(0, index))]!;
  return points[((index % count) + count) % count]!;
};

/** The line that fits points `from` to `to` of the loop best, in the loop's direction. */
export const lineThrough = (loop: Loop, from: number, to: number): Line =>
  bestLine(to - from + 1, (at) => pointAt(loop, from + at));

/** The line that fits points best, from the first to the last. */
export const lineOf = (points: readonly Point[]): Line => bestLine(points.length, (at) => points[at]!);

/** Total least squares. */
function bestLine(count: number, pointOf: (at: number) => Point): Line {
  let [x, y] = [0, 0];
  for (let at = 0; at < count; at += 1) {
    const point = pointOf(at);
    x += point[0] / count;
    y += point[1] / count;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (let at = 0; at < count; at += 1) {
    const point = pointOf(at);
    const [dx, dy] = [point[0] - x, point[1] - y];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const direction: Point = [Math.cos(angle), Math.sin(angle)];
  const along = minus(pointOf(count - 1), pointOf(0));
  return { at: [x, y], direction: dot(direction, along) < 0 ? [-direction[0], -direction[1]] : direction };
}

/** Lines that lean by less are upright or level. */
const uprightWithin = (1.6 * Math.PI) / 180;

/** Upright or level where it nearly is. */
export function uprightLine(line: Line): Line {
  const [x, y] = line.direction;
  const lean = Math.asin(Math.min(Math.abs(x), Math.abs(y)));
  if (lean > uprightWithin) return line;
  return { at: line.at, direction: Math.abs(x) > Math.abs(y) ? [Math.sign(x), 0] : [0, Math.sign(y)] };
}

/** Where two lines meet; undefined for parallel ones. */
export function meetingOf(one: Line, two: Line): Point | undefined {
  const across = cross(one.direction, two.direction);
  if (Math.abs(across) < 0.1) return undefined;
  return plus(one.at, one.direction, cross(minus(two.at, one.at), two.direction) / across);
}

export const footOn = ({ at, direction }: Line, point: Point): Point =>
  plus(at, direction, dot(minus(point, at), direction));
