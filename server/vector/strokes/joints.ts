/**
 * What lies between two ends of lines: a corner where their middles would meet, or a bend. Where two arms meet is sharper than what a skeleton has there. Pure.
 */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import {
  cross,
  distanceOf,
  dot,
  type Line,
  lineOf,
  meetingOf,
  minus,
  plus,
  turnOf,
  unit,
} from "../../engine/outlines/polyline.ts";
import { sampled } from "../curves/sampled.ts";
import { edgeFrom, type Field, type Stretch } from "./across.ts";

/** Lines of one width, and what they are drawn in. */
export interface Lines {
  readonly field: Field;
  readonly widthPx: number;
}

/** Of the width of lines: over which length the direction of an end is measured, and how far arms reach to a corner. */
const [armShare, reachShare] = [0.6, 1.7] as const;
/** Least turn of a corner, in radians. */
const cornerFrom = (20 * Math.PI) / 180;
/** By how much an arm bends that is an arc, in radians. */
const [bentLeast, bentMost] = [0.08, 0.9] as const;
/** A bend whose ends lie so far from where its arms would meet, of the width, is none but a corner. */
const bendFrom = 0.22;

/** The line at the end of a stretch, outwards: its tangent there, as it would be if the stretch bent on as it did. */
export function endLine({ points }: Stretch, side: 0 | 1, widthPx: number): Line {
  const outwards = side === 1 ? points : [...points].reverse();
  const last = outwards.at(-1)!;
  const armPx = Math.max(4, armShare * widthPx);
  const near = outwards.filter((point) => distanceOf(point, last) <= armPx);
  const { at, direction } = lineOf(near);
  const start = near[0]!;
  const before = outwards.slice(0, outwards.indexOf(start) + 1).filter((point) => distanceOf(point, start) <= armPx);
  const isLong = before.length >= near.length / 2;
  const bent = isLong ? turnOf(lineOf(before).direction, direction) : 0;
  if (Math.abs(bent) < bentLeast || Math.abs(bent) > bentMost)
    return { at: plus(at, direction, dot(minus(last, at), direction)), direction };
  const heading = Math.atan2(direction[1], direction[0]) + bent / 2;
  return { at: last, direction: [Math.cos(heading), Math.sin(heading)] };
}

/** What lies between two ends: a corner, or points of a bend. */
type Joint = { readonly corner: Point } | { readonly bend: readonly Point[] };

/** @param from line of the end that comes, outwards @param to of the one that goes on, outwards too */
export function jointOf({ field, widthPx }: Lines, from: Line, to: Line): Joint {
  const going: Point = [-to.direction[0], -to.direction[1]];
  const turn = Math.abs(turnOf(from.direction, going));
  const meeting = turn > cornerFrom ? meetingOf(from, to) : undefined;
  const isAhead = (line: Line): boolean => {
    const ahead = dot(minus(meeting!, line.at), line.direction);
    return ahead > -0.3 * widthPx && ahead < reachShare * widthPx;
  };
  if (!meeting || !isAhead(from) || !isAhead(to)) return { bend: hermite(from, to) };
  const outwards = unit(minus(from.direction, going));
  const reach = edgeFrom(field, meeting, outwards, 1.5 * widthPx) ?? widthPx;
  const radius = (widthPx / 2 - reach) / (1 / Math.cos(turn / 2) - 1);
  const tangent = Math.min(
    radius * Math.tan(turn / 2),
    ...[from, to].map((line) => Math.max(0, dot(minus(meeting, line.at), line.direction)) + 0.2 * widthPx),
  );
  if (tangent < bendFrom * widthPx) return { corner: meeting };
  return { bend: arcBetween(meeting, from.direction, going, tangent) };
}

/** Points of the cubic curve between two ends, about a pixel apart. */
export function hermite(from: Line, to: Line): Point[] {
  const length = distanceOf(from.at, to.at);
  const [one, two] = [plus(from.at, from.direction, length / 3), plus(to.at, to.direction, length / 3)];
  return sampled([from.at, one, two, to.at], Math.floor(length));
}

function arcBetween(corner: Point, coming: Point, going: Point, tangent: number): Point[] {
  const [start, end] = [plus(corner, coming, -tangent), plus(corner, going, tangent)];
  const turn = Math.abs(turnOf(coming, going));
  // Handles of an arc of this turn.
  const handle = ((4 / 3) * Math.tan(turn / 4) * tangent) / Math.tan(turn / 2);
  const curve = [start, plus(start, coming, handle), plus(end, going, -handle), end] as const;
  return [start, ...sampled(curve, Math.max(2, Math.ceil(2 * tangent))), end];
}

/** Where a line meets a polyline, and the polyline's direction there. */
export function crossingOf({ at, direction }: Line, points: readonly Point[]): Line | undefined {
  for (let index = 1; index < points.length; index += 1) {
    const [from, to] = [points[index - 1]!, points[index]!];
    const [before, after] = [cross(direction, minus(from, at)), cross(direction, minus(to, at))];
    if (before * after > 0 || before === after) continue;
    return { at: plus(from, minus(to, from), before / (before - after)), direction: unit(minus(to, from)) };
  }
  return undefined;
}
