/** What lies between two nodes as lines and arcs: one arc; a line that goes on in an arc, or out of one; two round corners and the line between them. Pure. */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import { cross, dot, minus, plus, unit } from "../../engine/outlines/polyline.ts";
import { type Arc, arcBetween, type Gap } from "./arcs.ts";

/** How far points of a line may be off, by what an arc's may; least points of one; its greatest lean to be upright or level, as a sine. */
const [lineTimes, lineLeast, leanMost] = [0.7, 4, 0.08] as const;
/** Cosines of the turns from which on a line may go on in an arc, and there may be two corners. */
const [bendMost, twoFrom] = [0.7, -0.5] as const;

/** How far points may be from an arc, by what is allowed, and how much of a line it may take. */
const [arcTimes, roomShare] = [1.4, 0.5] as const;

/** What lies between two nodes. */
interface Between extends Omit<Gap, "room"> {
  /** Of the line before and of the line after, in pixels. */
  readonly lengths: readonly [number, number];
}

/** Undefined where a point is too far from all of these. @param tolerancePx that a curve may have from its points */
export function roundedBetween({ lengths, ...ends }: Between, tolerancePx: number): Arc | undefined {
  const gap: Gap = { ...ends, room: [roomShare * lengths[0], roomShare * lengths[1]] };
  const offPx = arcTimes * tolerancePx;
  return bentArc(gap, offPx) ?? withLines(gap, offPx) ?? twoCorners(gap, offPx);
}

/** At an end without a line the points may begin as one. */
function withLines(gap: Gap, offPx: number): Arc | undefined {
  const { points, before, after, room } = gap;
  const count = points.length;
  const first = before ? undefined : lineFrom(points, lineTimes * offPx);
  const last = after ? undefined : lineFrom([...points].reverse(), lineTimes * offPx);
  const ways = [
    [first, last],
    [first, undefined],
    [undefined, last],
  ] as const;
  for (const [one, other] of ways) {
    if (!one && !other) continue;
    const inner = points.slice(one ? one.count - 1 : 0, other ? count - other.count + 1 : count);
    if (inner.length < lineLeast) continue;
    const start = one ? plus(points[0]!, one.along, dot(minus(inner[0]!, points[0]!), one.along)) : points[0]!;
    const end = other
      ? plus(points.at(-1)!, other.along, dot(minus(inner.at(-1)!, points.at(-1)!), other.along))
      : points.at(-1)!;
    const arc = bentArc(
      {
        points: [start, ...inner.slice(1, -1), end],
        before: one ? one.along : before,
        after: other ? ([-other.along[0], -other.along[1]] as const) : after,
        room: [
          one ? dot(minus(start, points[0]!), one.along) : room[0],
          other ? dot(minus(end, points.at(-1)!), other.along) : room[1],
        ],
      },
      offPx,
    );
    if (!arc) continue;
    return {
      from: one ? points[0]! : arc.from,
      to: other ? points.at(-1)! : arc.to,
      segments: [...(one ? [{ to: arc.from }] : []), ...arc.segments, ...(other ? [{ to: points.at(-1)! }] : [])],
    };
  }
  return undefined;
}

/** None that hardly bends: a line, or one curve, does as well. */
function bentArc(gap: Gap, offPx: number): Arc | undefined {
  const arc = arcBetween(gap, offPx);
  if (!arc || arc.segments.length > 1) return arc;
  const { to, handles } = arc.segments[0]!;
  return dot(unit(minus(handles![0], arc.from)), unit(minus(to, handles![1]))) < bendMost ? arc : undefined;
}

/** How many points from the first on lie on a line, and its direction. */
function lineFrom(
  points: readonly Point[],
  offPx: number,
): { readonly count: number; readonly along: Point } | undefined {
  let found: { readonly count: number; readonly along: Point } | undefined;
  for (let count = lineLeast; count < points.length - lineLeast; count += 1) {
    const along = upright(unit(minus(points[count - 1]!, points[0]!)));
    if (points.slice(1, count).some((point) => Math.abs(cross(along, minus(point, points[0]!))) > offPx)) {
      if (found) break;
    } else found = { count, along };
  }
  return found;
}

const upright = ([x, y]: Point): Point =>
  Math.abs(x) < leanMost ? [0, Math.sign(y)] : Math.abs(y) < leanMost ? [Math.sign(x), 0] : [x, y];

/** Between two lines that run back: at the farthest point a line leads across. */
function twoCorners({ points, before, after, room }: Gap, offPx: number): Arc | undefined {
  if (!before || !after || dot(before, after) > twoFrom || points.length < 4 * lineLeast) return undefined;
  const far = points.map((point) => dot(minus(point, points[0]!), before));
  const most = Math.max(...far);
  const top = points.flatMap((_, at) => (far[at]! > most - offPx ? [at] : []));
  if (top.length < lineLeast) return undefined;
  const level = top.reduce((sum, at) => sum + far[at]!, 0) / top.length;
  const across = unit(minus(points[top.at(-1)!]!, points[top[0]!]!));
  const side = Math.sign(cross(before, across)) || 1;
  const along: Point = [-side * before[1], side * before[0]];
  const middle = top[top.length >> 1]!;
  const own = plus(points[middle]!, before, level - far[middle]!);
  const long = Math.abs(dot(along, minus(points.at(-1)!, points[0]!)));
  const one = arcBetween(
    { points: [...points.slice(0, middle), own], before, after: along, room: [room[0], long] },
    offPx,
  );
  const other =
    one &&
    arcBetween({ points: [own, ...points.slice(middle + 1)], before: along, after, room: [long, room[1]] }, offPx);
  if (!one || !other || dot(minus(other.from, one.to), along) < 0) return undefined;
  return {
    from: one.from,
    to: other.to,
    segments: [...one.segments, { to: other.from }, ...other.segments],
  };
}
