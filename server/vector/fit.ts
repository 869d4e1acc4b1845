/**
 * A closed polyline → few lines and cubic curves: ellipses are recognised, the rest is cut at corners and straight stretches (nodes.ts) and fitted between (Schneider 1990, "An algorithm
 * for automatically fitting digitized curves", by the package fit-curve).
 */
import { fitCubic } from "fit-curve";
import type { Path, Point, Segment } from "../../shared/vectors/vector-path.ts";
import type { Outline } from "../engine/outlines/contours.ts";
import { distanceOf, type Loop, loopOf, minus, pointAt, unit } from "../engine/outlines/polyline.ts";
import { ellipseOf } from "./ellipse.ts";
import { type Cutting, type Node, nodesOf } from "./nodes.ts";

const stepPx = 0.7;

/** Where nobody sees the outline, it may be this much farther from it. */
const looseTimes = 5;

/**
 * @param tolerancePx distance that a curve may have from the outline
 * @param isHidden whether other layers lie over a point
 */
export function fitOutline(outline: Outline, tolerancePx: number, isHidden: (point: Point) => boolean): Path {
  const loop = loopOf(outline, stepPx, isHidden);
  const round = ellipseOf(loop, tolerancePx);
  if (round) return round;
  const nodes = nodesOf(loop, cuttingFor(tolerancePx));
  if (nodes.length === 0) return fitSmooth(loop, tolerancePx);
  const start = nodes[0]!.point;
  const segments: Segment[] = [];
  for (const [at, node] of nodes.entries()) {
    const next = nodes[(at + 1) % nodes.length]!;
    // Two at one place: the second alone goes on.
    if (next.index === node.index && next !== node) continue;
    if (node.isStraightAfter) segments.push({ to: next.point });
    else segments.push(...fitBetween(loop, node, next, node.isHiddenAfter ? looseTimes * tolerancePx : tolerancePx));
  }
  return { start, segments };
}

const cuttingFor = (tolerancePx: number): Cutting => ({
  cornerFrom: ((32 + 20 * tolerancePx) * Math.PI) / 180,
  straightWithin: ((3 + 6 * tolerancePx) * Math.PI) / 180,
  straightPx: 5 + 10 * tolerancePx,
});

function fitBetween(loop: Loop, from: Node, to: Node, tolerancePx: number): Segment[] {
  const count = loop.points.length;
  const steps = (to.index - from.index + count) % count || count;
  const points: Point[] = [from.point];
  for (let step = 1; step < steps; step += 1) {
    const point = pointAt(loop, from.index + step);
    if (distanceOf(point, from.point) > 1 && distanceOf(point, to.point) > 1) points.push(point);
  }
  points.push(to.point);
  return curvesThrough(points, from.going, to.coming, tolerancePx);
}

/** An outline without corner or straight stretch is cut where designers cut it: at its top and bottom, where it runs level. */
function fitSmooth(loop: Loop, tolerancePx: number): Path {
  let [top, bottom] = [0, 0];
  for (const [index, [, y]] of loop.points.entries()) {
    if (y < loop.points[top]![1]) top = index;
    if (y > loop.points[bottom]![1]) bottom = index;
  }
  const count = loop.points.length;
  const between = (from: number, to: number): Point[] =>
    Array.from({ length: ((to - from + count) % count) + 1 }, (_, step) => pointAt(loop, from + step));
  const [going, coming] = [top, bottom].map((index): Point => [Math.sign(directionAt(loop, index)[0]) || 1, 0]) as [
    Point,
    Point,
  ];
  return {
    start: loop.points[top]!,
    segments: [
      ...curvesThrough(between(top, bottom), going, coming, tolerancePx),
      ...curvesThrough(between(bottom, top), coming, going, tolerancePx),
    ],
  };
}

function directionAt(loop: Loop, index: number): Point {
  const half = Math.max(1, Math.round(1.5 / loop.stepPx));
  return unit(minus(pointAt(loop, index + half), pointAt(loop, index - half)));
}

function curvesThrough(points: Point[], going: Point, coming: Point, tolerancePx: number): Segment[] {
  const [first, last] = [points[0]!, points.at(-1)!];
  const isLoop = distanceOf(first, last) < 0.05;
  if (isLoop && points.length < 4) return [];
  if (points.length === 2 || (!isLoop && deviationOf(points) < 0.4 * tolerancePx)) return [{ to: last }];
  const curves = fitCubic<[number, number]>(
    points.map(([x, y]): [number, number] => [x, y]),
    [...going],
    [-coming[0], -coming[1]],
    tolerancePx ** 2,
  );
  return curves.map(([, one, two, to]) => ({ to, handles: [one, two] }));
}

/** Largest distance of points from the chord. */
function deviationOf(points: readonly Point[]): number {
  const [first, last] = [points[0]!, points.at(-1)!];
  const chord = unit(minus(last, first));
  return Math.max(
    ...points.map((point) => Math.abs(chord[0] * (point[1] - first[1]) - chord[1] * (point[0] - first[0]))),
  );
}
