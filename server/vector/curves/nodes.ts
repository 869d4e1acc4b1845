/**
 * Where an outline is cut before curves are fitted: at corners and at both ends of straight stretches. A corner is where the outline turns at once, however closely one looks: a small
 * circle turns as far, but over its whole length. What rounding by pixels took from a corner comes back: it lies where its two sides meet.
 */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import {
  distanceOf,
  footOn,
  type Line,
  type Loop,
  lineThrough,
  meetingOf,
  minus,
  pointAt,
  turnOf,
  unit,
} from "../../engine/outlines/polyline.ts";
import type { Run } from "../../engine/outlines/straight-runs.ts";

export interface Node {
  /** Index of a point of the loop, 0 to its length. */
  readonly index: number;
  readonly point: Point;
  /** Directions in which the outline comes and goes; equal at the end of a straight stretch. */
  readonly coming: Point;
  readonly going: Point;
  /** A straight stretch begins here, and ends at the next node. */
  readonly isStraightAfter: boolean;
  /** Up to the next node other layers lie over the outline. */
  readonly isHiddenAfter: boolean;
}

/** Lengths of outline in pixels that directions are measured over. */
const [gapPx, nearPx, farPx] = [0.6, 2.2, 4.5];
/** Straight stretches that end so near to a corner reach it. */
const joinedPx = 4;
/** Where sides meet must not lie farther from the outline than this. */
const sharpenedPx = 2.6;
/** Least width of a bar. */
const barFromPx = 0.7;
/** So near to where an outline goes under others no corner is looked for. */
const hiddenPx = 2;
/**
 * @param cornerFrom least turn of a corner, in radians
 * @param runs straight stretches
 */
export function nodesOf(loop: Loop, cornerFrom: number, runs: readonly Run[]): Node[] {
  const corners = cornersOf(loop, cornerFrom, runs);
  const count = loop.points.length;
  const near = Math.round(joinedPx / loop.stepPx);
  const between = (from: number, to: number): number => (((to - from) % count) + count) % count;
  const nodes: Node[] = edgesOfHidden(loop);
  for (const corner of corners) {
    const before = runs.find(({ from, to }) => between(to, corner) <= near || isWithin(corner, from, to, between));
    const after = runs.find(
      (run) => run !== before && (between(corner, run.from) <= near || isWithin(corner, run.from, run.to, between)),
    );
    const coming = before?.line ?? armOf(loop, corner, -1);
    const going = after?.line ?? armOf(loop, corner, 1);
    const own = pointAt(loop, corner);
    const meeting = meetingOf(coming, going);
    const end = before && after && !meeting ? endBetween(coming, going, own) : undefined;
    if (end) {
      nodes.push(...end.map((node) => ({ ...node, index: corner, isStraightAfter: true, isHiddenAfter: false })));
      continue;
    }
    nodes.push({
      index: corner,
      point: meeting && distanceOf(meeting, own) <= sharpenedPx ? meeting : own,
      coming: coming.direction,
      going: going.direction,
      isStraightAfter: after !== undefined,
      isHiddenAfter: false,
    });
  }
  for (const { from, to, line } of runs) {
    const ends = [
      {
        index: from,
        isStart: true,
        isTaken: corners.some(
          (corner) =>
            between(corner, from) <= near || (isWithin(corner, from, to, between) && between(from, corner) <= near),
        ),
      },
      {
        index: to,
        isStart: false,
        isTaken: corners.some(
          (corner) =>
            between(to, corner) <= near || (isWithin(corner, from, to, between) && between(corner, to) <= near),
        ),
      },
    ];
    for (const { index, isStart, isTaken } of ends)
      if (!isTaken)
        nodes.push({
          index: ((index % count) + count) % count,
          point: footOn(line, pointAt(loop, index)),
          coming: line.direction,
          going: line.direction,
          isStraightAfter: isStart,
          isHiddenAfter: false,
        });
  }
  return nodes.sort((one, two) => one.index - two.index);
}

const isWithin = (index: number, from: number, to: number, between: (from: number, to: number) => number): boolean =>
  between(from, index) <= to - from;

/** The end of a narrow bar, whose two sides run beside each other: a line from one to the other. */
function endBetween(
  coming: Line,
  going: Line,
  point: Point,
): Array<Pick<Node, "point" | "coming" | "going">> | undefined {
  const [one, other] = [footOn(coming, point), footOn(going, point)];
  if (distanceOf(one, other) < barFromPx) return undefined;
  const across = unit(minus(other, one));
  return [
    { point: one, coming: coming.direction, going: across },
    { point: other, coming: across, going: going.direction },
  ];
}

/** The line along the outline just before (−1) or after (1) a point. */
function armOf(loop: Loop, index: number, side: -1 | 1): Line {
  const [gap, far] = [gapPx, farPx].map((px) => Math.max(1, Math.round(px / loop.stepPx))) as [number, number];
  const reach = Math.min(far, Math.floor(loop.points.length / 5));
  return side < 0 ? lineThrough(loop, index - reach, index - gap) : lineThrough(loop, index + gap, index + reach);
}

/** Where the outline goes under other layers or comes out: nobody sees how it turns there. */
function edgesOfHidden(loop: Loop): Node[] {
  const count = loop.points.length;
  return loop.points.flatMap((point, index): Node[] => {
    const [before, own] = [loop.isHidden[(index - 1 + count) % count]!, loop.isHidden[index]!];
    if (before === own) return [];
    const [coming, going] = [armOf(loop, index, -1).direction, armOf(loop, index, 1).direction];
    return [{ index, point, coming, going, isStraightAfter: false, isHiddenAfter: own === 1 }];
  });
}

function isNearHidden({ isHidden, stepPx }: Loop, index: number): boolean {
  const reach = Math.ceil(hiddenPx / stepPx);
  for (let at = index - reach; at <= index + reach; at += 1)
    if (isHidden[(at + isHidden.length) % isHidden.length]) return true;
  return false;
}

/** Indices of corners. */
function cornersOf(loop: Loop, cornerFrom: number, runs: readonly Run[]): number[] {
  const count = loop.points.length;
  const turnOver = (index: number, px: number): number => {
    const gap = Math.max(0, Math.round(gapPx / loop.stepPx));
    const reach = Math.min(Math.max(gap + 1, Math.round(px / loop.stepPx)), Math.floor(count / 4));
    const coming = lineThrough(loop, index - reach, index - gap).direction;
    const going = lineThrough(loop, index + gap, index + reach).direction;
    return turnOf(coming, going);
  };
  const turns = loop.points.map((_, index) => turnOver(index, farPx));
  const apart = Math.max(2, Math.round(3 / loop.stepPx));
  const corners: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const own = Math.abs(turns[index]!);
    if (own < cornerFrom || isNearHidden(loop, index)) continue;
    let isMost = true;
    for (let other = 1; other <= apart; other += 1)
      if (Math.abs(turns[(index + other) % count]!) > own || Math.abs(turns[(index - other + count) % count]!) >= own)
        isMost = false;
    if (!isMost) continue;
    const isSudden = Math.abs(turnOver(index, nearPx)) > 0.72 * own;
    if (isSudden || meetsRuns(index, runs, count, loop.stepPx)) corners.push(index);
  }
  return corners;
}

/** Two straight stretches that end this close to each other turn at once, whatever pixels made of it. */
function meetsRuns(index: number, runs: readonly Run[], count: number, stepPx: number): boolean {
  const near = Math.round(2.5 / stepPx);
  const between = (from: number, to: number): number => (((to - from) % count) + count) % count;
  return runs.some(({ to }) => between(to, index) <= near) && runs.some(({ from }) => between(index, from) <= near);
}
