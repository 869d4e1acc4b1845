/**
 * A stretch of points → one arc of a circle, tangent to the lines that it joins: round corners, ends of pills, shackles, wheels. Of all such circles, which are a family of one
 * parameter, the one that the points are least off (pattern search). Pure.
 */
import type { Point, Segment } from "../../../shared/vectors/vector-path.ts";
import { cross, distanceOf, dot, minus, plus, unit } from "../../engine/outlines/polyline.ts";

/** What lies between two nodes. */
export interface Gap {
  /** Both ends too. */
  readonly points: readonly Point[];
  /** Directions of lines that end at the first point and begin at the last; undefined at a corner and at an end. */
  readonly before?: Point | undefined;
  readonly after?: Point | undefined;
  /** How far the arc may go back on the line before, and on on the line after. */
  readonly room: readonly [number, number];
}

/** An arc, and where on the lines it begins and ends. */
export interface Arc {
  readonly from: Point;
  readonly to: Point;
  readonly segments: readonly Segment[];
}

interface Circle {
  readonly middle: Point;
  readonly radius: number;
  readonly from: Point;
  readonly to: Point;
}

/** Least radius in pixels; greatest turn in radians; least turn between two lines, by the difference of their normals. */
const [radiusLeast, turnMost, bendLeast] = [0.4, 5.9, 0.15] as const;
/** Steps of the search: the first and the last by the radius, the last also in pixels. */
const [stepShare, lastShare, stepLeastPx] = [0.3, 0.001, 0.02] as const;
/** How many points are looked at in a search, how far off, by what is allowed, a circle may be at first, and how many steps there are. */
const [lookedAt, hopelessTimes, triesMost] = [24, 12, 40] as const;
/** How long an arc may be, by the length of its points. */
const longerMost = 1.5;
/** A piece of an arc turns by at most a quarter and this, in radians; nodes at tops and sides keep so far from ends. */
const [quarterMore, sideLeast] = [0.06, 0.26] as const;

/** Undefined where a point is farther than `offPx` from every such arc and the lines beside it. */
export function arcBetween(gap: Gap, offPx: number): Arc | undefined {
  if (gap.before || !gap.after) return arcFrom(gap, offPx);
  const turned = arcFrom(
    {
      points: [...gap.points].reverse(),
      before: [-gap.after[0], -gap.after[1]],
      room: [gap.room[1], gap.room[0]],
    },
    offPx,
  );
  return turned && reversed(turned);
}

function arcFrom(gap: Gap, offPx: number): Arc | undefined {
  const { points, before, after, room } = gap;
  if (points.length < 4) return undefined;
  const sign = areaOf(points) > 0 ? 1 : -1;
  const guess = circleThrough(points[0]!, points[points.length >> 1]!, points.at(-1)!);
  const family = guess && familyOf(gap, sign, guess.middle);
  if (!family) return undefined;
  const each = Math.ceil(points.length / lookedAt);
  const few = points.filter((_, at) => at % each === 0);
  const squaresOf = (circle: Circle | undefined): number =>
    circle ? few.reduce((sum, point) => sum + awayFrom(point, circle, sign, gap) ** 2, 0) : Number.POSITIVE_INFINITY;
  let [at, least] = [0, squaresOf(family(0))];
  if (least > (hopelessTimes * offPx) ** 2 * few.length) return undefined;
  const lastPx = Math.max(stepLeastPx, lastShare * guess.radius);
  for (let [step, tries] = [stepShare * guess.radius, 0]; step > lastPx && tries < triesMost; tries += 1) {
    const [less, more] = [squaresOf(family(at - step)), squaresOf(family(at + step))];
    if (Math.min(less, more) < least) {
      at += less < more ? -step : step;
      least = Math.min(less, more);
    } else step /= 2;
  }
  const best = family(at);
  if (!best || points.some((point) => awayFrom(point, best, sign, gap) > offPx)) return undefined;
  const turn = turnAt(best, best.to, sign);
  if (turn > turnMost || best.radius * turn > longerMost * reachOf(points, best)) return undefined;
  if (before && dot(minus(best.from, points[0]!), before) < -room[0]) return undefined;
  if (after && dot(minus(best.to, points.at(-1)!), after) > room[1]) return undefined;
  return { from: best.from, to: best.to, segments: segmentsOf(best, sign, turn) };
}

/** How long points are, up to where a circle leaves the lines beside them: a far longer arc goes around the other way. */
const reachOf = (points: readonly Point[], { from, to }: Circle): number =>
  [...points, to].reduce((sum, point, at) => sum + distanceOf(points[at - 1] ?? from, point), 0);

/** Circles that touch the lines or go through the ends, from the one that is most like the guess on. */
function familyOf(
  { points, before, after }: Gap,
  sign: number,
  guess: Point,
): ((along: number) => Circle | undefined) | undefined {
  const [first, last] = [points[0]!, points.at(-1)!];
  const inward = ([x, y]: Point): Point => [-sign * y, sign * x];
  const sound = (circle: Circle): Circle | undefined => (circle.radius > radiusLeast ? circle : undefined);
  if (before && after) {
    const [one, other] = [inward(before), inward(after)];
    const across = minus(one, other);
    if (Math.hypot(...across) < bendLeast) return undefined;
    // As far from one line as from the other.
    const off = (dot(one, first) - dot(other, last) - dot(across, guess)) / dot(across, across);
    const start = plus(guess, across, off);
    const along = unit([-across[1], across[0]]);
    return (by) => {
      const middle = plus(start, along, by);
      const radius = dot(one, minus(middle, first));
      return sound({ middle, radius, from: plus(middle, one, -radius), to: plus(middle, other, -radius) });
    };
  }
  if (before) {
    const one = inward(before);
    return (by) => {
      const from = plus(first, before, by);
      const chord = minus(last, from);
      const deep = 2 * dot(one, chord);
      if (deep < 1e-6) return undefined;
      const radius = dot(chord, chord) / deep;
      return sound({ middle: plus(from, one, radius), radius, from, to: last });
    };
  }
  const between: Point = [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2];
  const chord = minus(last, first);
  const along = Math.hypot(...chord) > 1 ? unit([-chord[1], chord[0]]) : unit(minus(guess, between));
  const start = dot(minus(guess, between), along);
  return (by) => {
    const middle = plus(between, along, start + by);
    return sound({ middle, radius: distanceOf(middle, first), from: first, to: last });
  };
}

/** How far along an arc a point lies, in radians from its start. */
function turnAt({ middle, from }: Circle, point: Point, sign: number): number {
  const [one, other] = [minus(from, middle), minus(point, middle)];
  const turn = sign * Math.atan2(cross(one, other), dot(one, other));
  return turn < 0 ? turn + 2 * Math.PI : turn;
}

/** From the arc, or from the lines before and after it. */
function awayFrom(point: Point, circle: Circle, sign: number, { before, after }: Gap): number {
  const { middle, radius, from, to } = circle;
  let least =
    turnAt(circle, point, sign) <= turnAt(circle, to, sign)
      ? Math.abs(distanceOf(point, middle) - radius)
      : Math.min(distanceOf(point, from), distanceOf(point, to));
  if (before && dot(minus(point, from), before) < 0)
    least = Math.min(least, Math.abs(cross(before, minus(point, from))));
  if (after && dot(minus(point, to), after) > 0) least = Math.min(least, Math.abs(cross(after, minus(point, to))));
  return least;
}

/** Cubic curves of at most a quarter; nodes at tops and sides where that takes no more. */
function segmentsOf({ middle, radius, from }: Circle, sign: number, turn: number): Segment[] {
  const start = Math.atan2(from[1] - middle[1], from[0] - middle[0]);
  const count = Math.max(1, Math.ceil(turn / (Math.PI / 2 + quarterMore)));
  const even = Array.from({ length: count }, (_, at) => (turn * (at + 1)) / count);
  const toSide =
    sign * (Math.PI / 2) * (sign > 0 ? Math.ceil(start / (Math.PI / 2)) : -Math.floor(start / (Math.PI / 2)));
  const sides: number[] = [];
  for (let at = sign * (toSide - start); at < turn - sideLeast; at += Math.PI / 2) if (at > sideLeast) sides.push(at);
  const stops = count > 1 && sides.length < count ? [...sides, turn] : even;
  const isFine = stops.every((stop, at) => stop - (stops[at - 1] ?? 0) < Math.PI / 2 + 0.3);
  const on = (angle: number): Point => [
    middle[0] + radius * Math.cos(start + sign * angle),
    middle[1] + radius * Math.sin(start + sign * angle),
  ];
  const tangent = (angle: number): Point => [
    -sign * Math.sin(start + sign * angle),
    sign * Math.cos(start + sign * angle),
  ];
  return (isFine ? stops : even).map((stop, at, all): Segment => {
    const begin = all[at - 1] ?? 0;
    const reach = (4 / 3) * Math.tan((stop - begin) / 4) * radius;
    return { to: on(stop), handles: [plus(on(begin), tangent(begin), reach), plus(on(stop), tangent(stop), -reach)] };
  });
}

function reversed({ from, to, segments }: Arc): Arc {
  const starts = [from, ...segments.map((segment) => segment.to)];
  return {
    from: to,
    to: from,
    segments: segments
      .map(({ handles }, at): Segment => ({ to: starts[at]!, handles: [handles![1], handles![0]] }))
      .reverse(),
  };
}

/** Twice what points and their chord go around; above 0 where they turn from x towards y. */
function areaOf(points: readonly Point[]): number {
  const [first] = points;
  return points.reduce(
    (sum, point, at) => sum + cross(minus(points[at - 1] ?? first!, first!), minus(point, first!)),
    0,
  );
}

/** Undefined for points on a line. */
function circleThrough(one: Point, two: Point, three: Point): Pick<Circle, "middle" | "radius"> | undefined {
  const [b, c] = [minus(two, one), minus(three, one)];
  const twice = 2 * cross(b, c);
  const [bb, cc] = [dot(b, b), dot(c, c)];
  const isRing = cc < 1;
  if (!isRing && Math.abs(twice) < 1e-3 * bb) return undefined;
  const off: Point = isRing ? [b[0] / 2, b[1] / 2] : [(c[1] * bb - b[1] * cc) / twice, (b[0] * cc - c[0] * bb) / twice];
  return { middle: plus(one, off), radius: Math.hypot(...off) };
}
