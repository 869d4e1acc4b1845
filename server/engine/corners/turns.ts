/**
 * Where the outline of a drawing of one ink turns between two straight sides: corners, with the radius that they have, and ends of lines. What has
 * no straight sides, as circles have none, is not looked at. Pure.
 */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import { outlinesOf } from "../outlines/contours.ts";
import {
  distanceOf,
  dot,
  footOn,
  type Line,
  type Loop,
  loopOf,
  meetingOf,
  minus,
  plus,
  pointAt,
  turnOf,
  unit,
} from "../outlines/polyline.ts";
import { type Run, straightRuns } from "../outlines/straight-runs.ts";

/** A straight stretch of an outline. */
export interface Side {
  /** In the direction in which the outline runs, the ink on its right. */
  readonly line: Line;
  readonly lengthPx: number;
}

interface Between {
  readonly before: Side;
  readonly after: Side;
  /** Whether ink is within the turn; else what is no ink. */
  readonly isConvex: boolean;
}

/** Two sides and the arc between them. */
export interface Corner extends Between {
  /** Where the sides would meet. */
  readonly meeting: Point;
  /** In radians, above 0. */
  readonly turn: number;
  /** Of the arc; next to 0 where the outline turns at once. */
  readonly radiusPx: number;
  /** From where they would meet to where the sides end. */
  readonly tangentPx: number;
}

/** Two sides of a line, in opposite directions, and what joins them. */
export interface End extends Between {
  readonly widthPx: number;
  /** The farthest point, in the middle of the line. */
  readonly tip: Point;
  /** Of the arcs at the two sides. */
  readonly radiusPx: number;
  /** How far the outline goes along the shorter of its sides, also where the line bends a little. */
  readonly alongPx: number;
}

export interface Turns {
  readonly corners: readonly Corner[];
  readonly ends: readonly End[];
}

const stepPx = 0.5;
const straightness = { straightWithin: (7 * Math.PI) / 180, straightPx: 3.2 };
/** How far an outline may be from a side that it still belongs to. */
const besidePx = 0.18;
/** Least and greatest turn of a corner, and how much sides of a line may lean to each other, in radians. */
const [turnLeast, turnMost, leanMost] = [35, 150, 9].map((degrees) => (degrees * Math.PI) / 180) as [
  number,
  number,
  number,
];
/** Greatest width of lines, of the side. */
const widthMost = 0.16;
/** How much longer than broad an end may be. */
const endMost = 1.35;
/** How far the sides of a line may bend near its end, in widths. */
const bentMost = 0.12;
/** What pixels take from a corner that is sharp. */
const bluntPx = 0.22;
/** How much the ends of sides may be off from those of an arc of this radius. */
const tangentOffPx = 2.2;
const tangentOffShare = 0.45;
/** How far an outline may be from an arc that it still is one, in pixels at least, and of its radius. */
const [arcOffPx, arcOffShare] = [0.5, 0.12] as const;
/** Length of a stretch of an arc that pixels make straight, of the radius at most: a cut corner is longer. */
const withinArcMost = 0.5;

/** Outward of a line: away from the ink. */
export const outwardOf = ({ direction: [x, y] }: Line): Point => [y, -x];

/** How far a point lies on the side of the ink. */
export const insideOf = (line: Line, point: Point): number => -dot(minus(point, line.at), outwardOf(line));

/**
 * @param field [sizePx, sizePx], ½ at the edge and more inside
 * @param sizePx of the picture
 */
export function turnsOf(field: Float32Array, sizePx: number): Turns {
  const corners: Corner[] = [];
  const ends: End[] = [];
  for (const outline of outlinesOf(field, sizePx)) {
    const loop = loopOf(outline, stepPx, () => false);
    const sides = sidesOf(loop);
    const taken = new Set<number>();
    for (const at of sides.keys()) {
      const found = endAt(loop, sides, at, sizePx);
      if (!found) continue;
      ends.push(found.end);
      // Both corners of a gap between lines are corners of these, too.
      if (found.end.isConvex) for (const turn of found.turns) taken.add(turn);
    }
    if (sides.length > 1)
      for (const at of sides.keys()) {
        const corner = taken.has(at) ? undefined : cornerBetween(loop, sides[at]!, sides[(at + 1) % sides.length]!);
        if (corner) corners.push(corner);
      }
  }
  return { corners, ends };
}

interface LoopSide extends Side {
  readonly from: number;
  readonly to: number;
}

/** In the order of the loop, each from its first point on the line to the last one. */
function sidesOf(loop: Loop): LoopSide[] {
  const found = straightRuns(loop, straightness).sort((one, other) => one.from - other.from);
  const runs = found.filter((_, at) => !isWithinArc(loop, found, at));
  return runs.map((_, at) => sideOf(loop, runs, at));
}

/** Whether a stretch is part of the arc between the sides before and after. */
function isWithinArc(loop: Loop, runs: readonly Run[], at: number): boolean {
  if (runs.length < 3) return false;
  const others = runs.filter((_, other) => other !== at);
  const [before, after] = [at + others.length - 1, at].map((other) => sideOf(loop, others, other % others.length));
  const corner = cornerBetween(loop, before!, after!);
  return corner !== undefined && sideOf(loop, runs, at).lengthPx <= withinArcMost * corner.radiusPx;
}

/** A straight stretch, as far as the outline lies on its line and none of the others begins. */
function sideOf(loop: Loop, runs: readonly Run[], at: number): LoopSide {
  const count = loop.points.length;
  const { from, to, line } = runs[at]!;
  const before = runs.at(at - 1)!;
  const after = runs[(at + 1) % runs.length]!;
  const least = runs.length > 1 ? from - ((((from - before.to) % count) + count) % count) : from;
  const most = runs.length > 1 ? to + ((((after.from - to) % count) + count) % count) : to;
  const isBeside = (index: number): boolean => Math.abs(insideOf(line, pointAt(loop, index))) <= besidePx;
  let [first, last] = [from, to];
  while (first > least && isBeside(first - 1)) first -= 1;
  while (last < most && isBeside(last + 1)) last += 1;
  const lengthPx = dot(minus(pointAt(loop, last), pointAt(loop, first)), line.direction);
  return { line, from: first, to: last, lengthPx };
}

function cornerBetween(loop: Loop, before: LoopSide, after: LoopSide): Corner | undefined {
  const signed = turnOf(before.line.direction, after.line.direction);
  const turn = Math.abs(signed);
  if (turn < turnLeast || turn > turnMost) return undefined;
  const meeting = meetingOf(before.line, after.line);
  if (!meeting) return undefined;
  const ends = [pointAt(loop, before.to), pointAt(loop, after.from)] as const;
  // Sides that meet before they end, or far from it, have something else between them.
  const [coming, going] = [
    dot(minus(meeting, ends[0]), before.line.direction),
    dot(minus(ends[1], meeting), after.line.direction),
  ];
  const tangentPx = Math.max(coming, going);
  if (Math.min(coming, going) < -1 || Math.abs(coming - going) > tangentOffPx) return undefined;
  const gapPx = Math.max(0, awayFrom(loop, meeting, before.to, after.from) - bluntPx);
  const radiusPx = gapPx / (1 / Math.cos(turn / 2) - 1);
  const arcPx = radiusPx * Math.tan(turn / 2);
  if (Math.abs(arcPx - tangentPx) > tangentOffPx + tangentOffShare * arcPx) return undefined;
  const corner: Corner = { before, after, isConvex: signed > 0, meeting, turn, radiusPx, tangentPx };
  return isArc(loop, corner, before.to, after.from) ? corner : undefined;
}

/** From where the sides of a corner meet into the angle between them. */
export function intoAngle({ before, after, isConvex }: Between): Point {
  const [one, other] = [outwardOf(before.line), outwardOf(after.line)];
  const sign = isConvex ? -1 : 1;
  return unit([sign * (one[0] + other[0]), sign * (one[1] + other[1])]);
}

/** Whether the outline between two places is the arc of a corner, and not a cut or a knob. */
function isArc(loop: Loop, corner: Corner, from: number, to: number): boolean {
  const { meeting, before, after, turn, radiusPx } = corner;
  const middle = plus(meeting, intoAngle(corner), radiusPx / Math.cos(turn / 2));
  const most = Math.max(arcOffPx, arcOffShare * radiusPx);
  const count = loop.points.length;
  const steps = (((to - from) % count) + count) % count;
  for (let step = 0; step <= steps; step += 1) {
    const point = pointAt(loop, from + step);
    const away = minus(point, middle);
    const isPast = dot(away, before.line.direction) >= 0;
    const isBefore = dot(away, after.line.direction) <= 0;
    const off =
      isPast && isBefore ? distanceOf(point, middle) - radiusPx : insideOf(isPast ? after.line : before.line, point);
    if (Math.abs(off) > most) return false;
  }
  return true;
}

/** The end of the line of which the side at a place is one, or the side before where the end is straight. */
function endAt(
  loop: Loop,
  sides: readonly LoopSide[],
  at: number,
  sizePx: number,
): { readonly end: End; readonly turns: readonly number[] } | undefined {
  const count = sides.length;
  for (const between of [0, 1]) {
    if (count < between + 2) return undefined;
    const [before, after] = [sides[at]!, sides[(at + between + 1) % count]!];
    if (Math.abs(turnOf(before.line.direction, after.line.direction)) < Math.PI - leanMost) continue;
    const apart = insideOf(before.line, footOn(after.line, pointAt(loop, before.to)));
    const isConvex = apart > 0;
    const widthPx = Math.abs(apart);
    if (widthPx < 2 || widthPx > widthMost * sizePx) continue;
    const middle = between === 1 ? sides[(at + 1) % count]! : undefined;
    if (middle) {
      const turn = turnOf(before.line.direction, middle.line.direction);
      if (Math.abs(Math.abs(turn) - Math.PI / 2) > leanMost || turn > 0 !== isConvex) continue;
      if (middle.lengthPx > widthPx * 1.05) continue;
    }
    const steps = (((after.from - before.to) % loop.points.length) + loop.points.length) % loop.points.length;
    if (steps * loop.stepPx > 2 * endMost * widthPx + 2) continue;
    const direction = unit(minus(before.line.direction, after.line.direction));
    const start = pointAt(loop, before.to);
    let tip = 0;
    for (let step = 0; step <= steps; step += 1)
      tip = Math.max(tip, dot(minus(pointAt(loop, before.to + step), start), direction));
    if (tip > endMost * widthPx) continue;
    const foot = plus(start, direction, tip);
    const [one, other] = [footOn(before.line, foot), footOn(after.line, foot)];
    const half = Math.floor(steps / 2);
    const gaps = [
      awayFrom(loop, one, before.to, before.to + half),
      awayFrom(loop, other, before.to + half, before.to + steps),
    ].map((gap) => Math.max(0, gap - bluntPx) / (Math.SQRT2 - 1));
    // One side round, the other not: as of a tab.
    if (Math.abs(gaps[0]! - gaps[1]!) > 0.25 * widthPx + 0.5) continue;
    const end: End = {
      before,
      after,
      isConvex,
      widthPx,
      tip: [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2],
      radiusPx: (gaps[0]! + gaps[1]!) / 2,
      alongPx: Math.min(reachAlong(loop, before, -1, widthPx), reachAlong(loop, after, 1, widthPx)),
    };
    return { end, turns: middle ? [at, (at + 1) % count] : [at] };
  }
  return undefined;
}

/** How far the outline goes along a side of a line, from its end at one place of the loop on. @returns at most the width */
function reachAlong(loop: Loop, side: LoopSide, step: 1 | -1, widthPx: number): number {
  const from = step < 0 ? side.to : side.from;
  const most = Math.min(widthPx / loop.stepPx, loop.points.length / 2);
  let steps = 0;
  while (steps < most && Math.abs(insideOf(side.line, pointAt(loop, from + step * (steps + 1)))) <= bentMost * widthPx)
    steps += 1;
  return steps * loop.stepPx;
}

/** From a point to the nearest stretch of the loop between two places. */
function awayFrom(loop: Loop, point: Point, from: number, to: number): number {
  const count = loop.points.length;
  const steps = (((to - from) % count) + count) % count;
  let nearest = distanceOf(point, pointAt(loop, from));
  for (let step = 0; step < steps; step += 1) {
    const [one, other] = [pointAt(loop, from + step), pointAt(loop, from + step + 1)];
    const [along, rest] = [minus(other, one), minus(point, one)];
    const share = Math.min(1, Math.max(0, dot(rest, along) / (dot(along, along) || 1)));
    nearest = Math.min(nearest, distanceOf(point, plus(one, along, share)));
  }
  return nearest;
}
