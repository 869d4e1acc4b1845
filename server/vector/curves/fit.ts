/**
 * A closed polyline → few lines and cubic curves: ellipses are recognised, the rest is cut at corners and straight stretches (nodes.ts) and fitted between (Schneider 1990, "An algorithm
 * for automatically fitting digitized curves", by the package fit-curve).
 */
import { fitCubic } from "fit-curve";
import type { Path, Point, Segment } from "../../../shared/vectors/vector-path.ts";
import type { Outline } from "../../engine/outlines/contours.ts";
import { distanceOf, dot, type Loop, loopOf, minus, pointAt, turnOf, unit } from "../../engine/outlines/polyline.ts";
import { type Run, type Straightness, straightRuns } from "../../engine/outlines/straight-runs.ts";
import { type Straight, straightStretches } from "../../engine/outlines/straight-stretches.ts";
import type { Arc } from "./arcs.ts";
import { deviationOf } from "./deviation.ts";
import { ellipseOf } from "./ellipse.ts";
import { type Node, nodesOf } from "./nodes.ts";
import { roundedBetween } from "./rounded.ts";

const stepPx = 0.7;
/** Points of a curve beyond this number are thinned out, for a fit takes the longer the more there are. */
const pointsMost = 40;
/** By how many times what is allowed a curve may be off so that fit-curve improves it before it cuts it; beyond, that seldom helps. */
const improvedTimes = 2.5;

/** How far directions may be from that of a chord that takes the place of a curve, in radians. */
const alongWithin = 0.12;

/** How far a path may be from its outline, in pixels and by what is allowed, before another way is tried, and by how much that must be nearer. */
const [soundPx, soundTimes, clearlyPx] = [0.6, 2, 0.15] as const;
/** By how many times more lines and curves the other way may have. */
const moreTimes = 2;
/** Where nobody sees the outline, it may be this much farther from it. */
const looseTimes = 5;
/** The same of an outline that nobody sees anywhere, as of an area that lines go around: lines may be made thinner. */
const hiddenTimes = 2.5;

/** How near curves shall be. */
export interface Fit {
  /** Distance that a curve may have from its points. */
  readonly tolerancePx: number;
  /** How often points of a curve become means with their neighbours before. */
  readonly evenTimes: number;
}

/**
 * @param isHidden whether other layers lie over a point
 */
export function fitOutline(outline: Outline, fit: Fit, isHidden: (point: Point) => boolean): Path {
  const loop = loopOf(outline, stepPx, isHidden);
  // As an area that lines go around.
  const isAllHidden = loop.isHidden.every((is) => is === 1);
  return fitLoop(loop, isAllHidden ? { ...fit, tolerancePx: hiddenTimes * fit.tolerancePx } : fit);
}

/** A ring without corners. */
export const fitRing = (ring: readonly Point[], fit: Fit): Path =>
  fitLoop(
    loopOf(Float64Array.from(ring.flat()), stepPx, () => false),
    fit,
  );

function fitLoop(loop: Loop, fit: Fit): Path {
  const { tolerancePx } = fit;
  const round = ellipseOf(loop, tolerancePx);
  if (round) return round;
  const path = fitAlong(loop, fit, straightStretches(loop, straightFor(tolerancePx)));
  const isLoose = loop.isHidden.includes(1);
  const off = deviationOf(path, loop.points);
  if (off <= Math.max(soundPx, (isLoose ? looseTimes : soundTimes) * tolerancePx)) return path;
  // Where points turn at once, what directions say of straight stretches is nearer.
  const other = fitAlong(loop, fit, straightRuns(loop, turnsFor(tolerancePx)));
  if (other.segments.length > moreTimes * path.segments.length) return path;
  return deviationOf(other, loop.points) < off - clearlyPx ? other : path;
}

/** @param runs straight stretches of the loop */
function fitAlong(loop: Loop, fit: Fit, runs: readonly Run[]): Path {
  const { tolerancePx } = fit;
  const nodes = nodesOf(loop, ((32 + 20 * tolerancePx) * Math.PI) / 180, runs);
  if (nodes.length === 0) return fitSmooth(loop, fit);
  const places = nodes.map(({ point }) => point);
  // Where an arc joins lines, it says where these end.
  const arcs = nodes.map((_, at): Arc | undefined => {
    const arc = arcAfter(loop, nodes, at, tolerancePx);
    if (arc) [places[at], places[(at + 1) % nodes.length]] = [arc.from, arc.to];
    return arc;
  });
  const segments: Segment[] = [];
  for (const [at, node] of nodes.entries()) {
    const next = (at + 1) % nodes.length;
    if (node.isStraightAfter) segments.push({ to: places[next]! });
    else if (arcs[at]) segments.push(...arcs[at].segments);
    // Of others at one place the second alone goes on.
    else if (nodes[next]!.index !== node.index || next === at)
      segments.push(
        ...fitBetween(
          loop,
          { ...node, point: places[at]! },
          { ...nodes[next]!, point: places[next]! },
          node.isHiddenAfter ? { ...fit, tolerancePx: looseTimes * fit.tolerancePx } : fit,
        ),
      );
  }
  return { start: places[0]!, segments };
}

/** Lines and arcs from a node to the next, if that is what is there. */
function arcAfter(loop: Loop, nodes: readonly Node[], at: number, tolerancePx: number): Arc | undefined {
  const nodeAt = (index: number): Node => nodes[(index + nodes.length) % nodes.length]!;
  const [from, to] = [nodeAt(at), nodeAt(at + 1)];
  if (from.isStraightAfter || from.isHiddenAfter || (to.index === from.index && to !== from)) return undefined;
  const before = nodeAt(at - 1).isStraightAfter && isSmooth(from) ? from.going : undefined;
  const after = to.isStraightAfter && isSmooth(to) ? to.coming : undefined;
  const lengths = [distanceOf(nodeAt(at - 1).point, from.point), distanceOf(to.point, nodeAt(at + 2).point)] as const;
  return roundedBetween({ points: pointsBetween(loop, from, to), before, after, lengths }, tolerancePx);
}

/** Straight stretches of outlines. */
export const straightFor = (tolerancePx: number): Straight => ({
  offPx: 0.5 * tolerancePx,
  bendPx: 0.3 * tolerancePx,
  leastPx: 5 + 10 * tolerancePx,
  surePx: 110 * tolerancePx,
});

const turnsFor = (tolerancePx: number): Straightness => ({
  straightWithin: ((3 + 6 * tolerancePx) * Math.PI) / 180,
  straightPx: 5 + 10 * tolerancePx,
});

function fitBetween(loop: Loop, from: Node, to: Node, fit: Fit): Segment[] {
  const points = pointsBetween(loop, from, to);
  return curvesThrough(points, from.going, to.coming, fit, [isSmooth(from), isSmooth(to)]);
}

const isSmooth = ({ coming, going }: Node): boolean => dot(coming, going) > 0.999;

function pointsBetween(loop: Loop, from: Node, to: Node): Point[] {
  const count = loop.points.length;
  const steps = (to.index - from.index + count) % count || count;
  const points: Point[] = [from.point];
  for (let step = 1; step < steps; step += 1) {
    const point = pointAt(loop, from.index + step);
    if (distanceOf(point, from.point) > 1 && distanceOf(point, to.point) > 1) points.push(point);
  }
  points.push(to.point);
  return points;
}

/** An outline without corner or straight stretch is cut where designers cut it: at its top and bottom, where it runs level. */
function fitSmooth(loop: Loop, fit: Fit): Path {
  let [top, bottom] = [0, 0];
  for (const [index, [, y]] of loop.points.entries()) {
    if (y < loop.points[top]![1]) top = index;
    if (y > loop.points[bottom]![1]) bottom = index;
  }
  const count = loop.points.length;
  const between = (from: number, to: number): Point[] =>
    Array.from({ length: ((to - from + count) % count) + 1 }, (_, step) => pointAt(loop, from + step));
  const [going, coming] = [top, bottom].map((index): Point => [Math.sign(headingOf(loop, index)[0]) || 1, 0]) as [
    Point,
    Point,
  ];
  return {
    start: loop.points[top]!,
    segments: [
      ...curvesThrough(between(top, bottom), going, coming, fit, [true, true]),
      ...curvesThrough(between(bottom, top), coming, going, fit, [true, true]),
    ],
  };
}

/** Direction of a polyline at a point. @param overPx length to either side */
export function headingOf(loop: Loop, index: number, overPx = 1.5): Point {
  const half = Math.max(1, Math.round(overPx / loop.stepPx));
  return unit(minus(pointAt(loop, index + half), pointAt(loop, index - half)));
}

/**
 * Lines and curves through points.
 * @param going direction at the first point
 * @param coming direction at the last
 * @param isSmooth whether each end goes on in its direction; at a corner a line may take another
 */
export function curvesThrough(
  points: Point[],
  going: Point,
  coming: Point,
  { tolerancePx, evenTimes }: Fit,
  [startsSmooth, endsSmooth]: readonly [boolean, boolean],
): Segment[] {
  const [first, last] = [points[0]!, points.at(-1)!];
  const ends = [...(startsSmooth ? [going] : []), ...(endsSmooth ? [coming] : [])];
  const isLoop = distanceOf(first, last) < 0.05;
  if (isLoop && points.length < 4) return [];
  if (!isLoop && bulgeOf(points) < 0.4 * tolerancePx && isAlong(unit(minus(last, first)), ends)) return [{ to: last }];
  const even = isLoop ? points : thinnedOut(evened(points, evenTimes));
  const fitted = fitCurves(even, going, [-coming[0], -coming[1]], tolerancePx);
  return fitted.map(([, one, two, to]) => ({ to, handles: [one, two] }));
}

function thinnedOut(points: readonly Point[]): readonly Point[] {
  const each = Math.min(3, Math.ceil(points.length / pointsMost));
  return points.filter((_, at) => at % each === 0 || at === points.length - 1);
}

type Cubic = readonly [Point, Point, Point, Point];

function fitCurves(points: readonly Point[], going: Point, back: Point, tolerancePx: number): Cubic[] {
  // It improves what is below the square of the error that is allowed: that depends on the unit of length.
  const fitTimes = improvedTimes / tolerancePx;
  const curves = fitCubic<[number, number]>(
    points.map(([x, y]): [number, number] => [fitTimes * x, fitTimes * y]),
    [...going],
    [...back],
    (fitTimes * tolerancePx) ** 2,
  );
  return curves.map((curve) => curve.map(([x, y]): Point => [x / fitTimes, y / fitTimes]) as unknown as Cubic);
}

/** Points between whose neighbours trembles of pixels are evened out; both ends stay. */
function evened(points: readonly Point[], evenTimes: number): Point[] {
  let even = [...points];
  for (let time = 0; time < evenTimes; time += 1)
    even = even.map((point, at): Point => {
      const [before, after] = [even[at - 1], even[at + 1]];
      if (!before || !after) return point;
      return [(before[0] + 2 * point[0] + after[0]) / 4, (before[1] + 2 * point[1] + after[1]) / 4];
    });
  return even;
}

/** Whether directions at both ends are those of the chord. */
const isAlong = (chord: Point, ends: readonly Point[]): boolean =>
  ends.every((direction) => Math.abs(turnOf(direction, chord)) < alongWithin);

/** Largest distance of points from the chord. */
function bulgeOf(points: readonly Point[]): number {
  const [first, last] = [points[0]!, points.at(-1)!];
  const chord = unit(minus(last, first));
  return Math.max(
    ...points.map((point) => Math.abs(chord[0] * (point[1] - first[1]) - chord[1] * (point[0] - first[0]))),
  );
}
