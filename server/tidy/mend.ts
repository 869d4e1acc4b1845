/** What a hand leaves undone in a sketch: strokes that run beyond a corner are cut, ends that nearly meet are joined. Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { distanceOf, dot, type Line, meetingOf, minus, plus, turnOf, unit } from "../engine/outlines/polyline.ts";
import type { Edge, Graph } from "./graph.ts";
import { isDot } from "./graph.ts";
import { drawnPx } from "./ink.ts";
import { ringOf } from "./rings.ts";

/** Branches with a free end up to this length, by the width, are bumps of the ink; two that cross a line have so much together, or are none. */
const [bumpMost, crossLeast] = [0.55, 0.8] as const;
/** Junctions that are nearer than this, by the width, are one; what goes around from one to itself is shorter than a ring with a hole. */
const [linkMost, loopMost] = [1.2, 3.2] as const;
/** What runs beyond a corner, of the drawing's side and of the stroke that it belongs to; how much it may turn from that. */
const [overMost, overShare, overTurn] = [0.065, 0.4, 0.7] as const;
/** Gaps between two ends, and between an end and a line, of the drawing's side, besides the strokes' width. */
const [gapMost, touchMost] = [0.055, 0.03] as const;
/** How far circles may be open, of their length. */
const openRingMost = 0.08;
/** A stroke is joined with itself, or to another, where it is longer than so many gaps. */
const longerThan = 2.5;
/** Over which length the direction of an end is measured, by the width. */
const armShare = 1.5;

/** The end at which a curve begins, or the other. */
export type Side = 0 | 1;
export const length = (points: readonly Point[]): number =>
  points.reduce((sum, point, at) => (at === 0 ? 0 : sum + distanceOf(points[at - 1]!, point)), 0);

/** The end of a curve, outwards. */
export function endLine({ points }: Pick<Edge, "points">, side: Side, widthPx: number): Line {
  const outwards = side === 1 ? points : [...points].reverse();
  const at = outwards.at(-1)!;
  const arm = Math.max(8, armShare * widthPx);
  const back = [...outwards].reverse().find((point) => distanceOf(point, at) >= arm) ?? outwards[0]!;
  return { at, direction: unit(minus(at, back)) };
}

const nodeOf = (edge: Edge, side: Side): number => (side === 0 ? edge.from : edge.to);
const sides = [0, 1] as const;

/** The ends of curves at a node. */
export const endsAt = (edges: readonly Edge[], node: number): Array<{ readonly edge: Edge; readonly side: Side }> =>
  edges.flatMap((edge) => sides.flatMap((side) => (nodeOf(edge, side) === node ? [{ edge, side }] : [])));

/** A graph whose curves end where they were meant to. @param widthPx of the strokes */
export function mended(graph: Graph, widthPx: number): Graph {
  const linked = withoutBumps(withoutLinks(graph, widthPx), widthPx);
  const cut = withoutOvershoots(linked, widthPx);
  const met = withEndsJoined(cut, widthPx);
  return withoutOvershoots(withEndsOnLines(met, widthPx), widthPx);
}

/** Two junctions with hardly anything between them are one. */
function withoutLinks({ nodes, edges }: Graph, widthPx: number): Graph {
  const link = edges.find(
    (edge) =>
      edge.from !== edge.to &&
      length(edge.points) < linkMost * widthPx &&
      sides.every((side) => endsAt(edges, nodeOf(edge, side)).length > 2),
  );
  if (!link) return { nodes, edges: edges.filter((edge) => !isBlot(edges, edge, widthPx)) };
  const middle: Point = [0, 1].map((axis) => (nodes[link.from]![axis]! + nodes[link.to]![axis]!) / 2) as [
    number,
    number,
  ];
  const moved = nodes.map((point, at) => (at === link.from ? middle : point));
  const put = (edge: Edge): Edge => {
    const [from, to] = [edge.from, edge.to].map((node) => (node === link.to ? link.from : node)) as [number, number];
    const points = edge.points.map((point, at) =>
      (at === 0 && from === link.from) || (at === edge.points.length - 1 && to === link.from) ? middle : point,
    );
    return { from, to, points };
  };
  return withoutLinks({ nodes: moved, edges: edges.filter((edge) => edge !== link).map(put) }, widthPx);
}

/** Whether a curve goes around nothing but ink, where strokes meet. */
const isBlot = (edges: readonly Edge[], edge: Edge, widthPx: number): boolean =>
  edge.from === edge.to && length(edge.points) < loopMost * widthPx && endsAt(edges, edge.from).length > 2;

/** Without short ends at a junction, but for those that go on beyond it. */
function withoutBumps({ nodes, edges }: Graph, widthPx: number): Graph {
  const short = edges.filter(
    (edge) =>
      length(edge.points) < bumpMost * widthPx &&
      sides.some((side) => endsAt(edges, nodeOf(edge, side)).length === 1) &&
      sides.some((side) => endsAt(edges, nodeOf(edge, side)).length > 2),
  );
  const bump = short.find((edge) => {
    const side = sides.find((own) => endsAt(edges, nodeOf(edge, own)).length > 2)!;
    const away = endLine(edge, (1 - side) as Side, widthPx).direction;
    return !endsAt(edges, nodeOf(edge, side)).some(
      (end) =>
        end.edge !== edge &&
        endsAt(edges, nodeOf(end.edge, (1 - end.side) as Side)).length === 1 &&
        length(end.edge.points) + length(edge.points) > crossLeast * widthPx &&
        Math.abs(turnOf(endLine(end.edge, end.side, widthPx).direction, away)) < overTurn,
    );
  });
  return bump ? withoutBumps({ nodes, edges: edges.filter((edge) => edge !== bump) }, widthPx) : { nodes, edges };
}

/** Cuts what goes straight on beyond where its stroke meets another's end. */
function withoutOvershoots({ nodes, edges }: Graph, widthPx: number): Graph {
  const most = overMost * drawnPx;
  const over = edges
    .filter((edge) => length(edge.points) < most && edge.from !== edge.to)
    .sort((one, other) => length(one.points) - length(other.points))
    .find((edge) => sides.some((side) => isOvershoot(edges, edge, side, widthPx)));
  if (!over) return { nodes, edges };
  return withoutOvershoots({ nodes, edges: edges.filter((edge) => edge !== over) }, widthPx);
}

function isOvershoot(edges: readonly Edge[], edge: Edge, side: Side, widthPx: number): boolean {
  const other = (1 - side) as Side;
  if (endsAt(edges, nodeOf(edge, other)).length > 1) return false;
  const beside = endsAt(edges, nodeOf(edge, side)).filter((end) => end.edge !== edge);
  if (beside.length < 2) return false;
  const away = endLine(edge, other, widthPx).direction;
  const turns = beside.map((end) => Math.abs(turnOf(endLine(end.edge, end.side, widthPx).direction, away)));
  const straight = turns.indexOf(Math.min(...turns));
  const stroke = length(beside[straight]!.edge.points);
  return turns[straight]! < overTurn && stroke > 2 * overMost * drawnPx && length(edge.points) < overShare * stroke;
}

interface Free {
  readonly edge: Edge;
  readonly side: Side;
  readonly line: Line;
}

const freeEnds = (edges: readonly Edge[], widthPx: number): Free[] =>
  edges.flatMap((edge) =>
    isDot(edge, widthPx)
      ? []
      : sides.flatMap((side) =>
          endsAt(edges, nodeOf(edge, side)).length === 1 ? [{ edge, side, line: endLine(edge, side, widthPx) }] : [],
        ),
  );

/** Joins ends that nearly meet, the nearest first. */
function withEndsJoined({ nodes, edges }: Graph, widthPx: number): Graph {
  const most = widthPx + gapMost * drawnPx;
  const free = freeEnds(edges, widthPx);
  const pairs = free
    .flatMap((one, at) =>
      free.slice(at + 1).map((other) => ({ one, other, gap: distanceOf(one.line.at, other.line.at) })),
    )
    .filter(({ one, other, gap }) => gap <= most || isOpenRing(one, other, gap))
    .filter(({ one, other, gap }) => canMeet(one, other, gap, widthPx))
    .sort((one, other) => one.gap - other.gap);
  const pair = pairs[0];
  if (!pair) return { nodes, edges };
  const { one, other } = pair;
  const at = meetingPlace(one.line, other.line, pair.gap);
  const node = nodes.length;
  const put = (edge: Edge): Edge => {
    const own = [one, other].filter((end) => end.edge === edge);
    return own.reduce((moved, { side }) => withEnd(moved, side, node, at), edge);
  };
  return withEndsJoined({ nodes: [...nodes, at], edges: edges.map(put) }, widthPx);
}

/** Whether both are the ends of a circle, or an ellipse, that does not close. */
const isOpenRing = (one: Free, other: Free, gap: number): boolean =>
  one.edge === other.edge && gap < openRingMost * length(one.edge.points) && ringOf(one.edge.points) !== undefined;

function canMeet(one: Free, other: Free, gap: number, widthPx: number): boolean {
  const shorter = Math.min(length(one.edge.points), length(other.edge.points));
  if (shorter < longerThan * Math.max(gap - widthPx, 0)) return false;
  if (one.edge === other.edge) return length(one.edge.points) > 4 * gap;
  const between = unit(minus(other.line.at, one.line.at));
  const [ahead, behind] = [dot(one.line.direction, between), -dot(other.line.direction, between)];
  // Ends beside each other that go the same way are two strokes, as of a mark of pause.
  if (dot(one.line.direction, other.line.direction) > 0.7 && gap > 0.8 * widthPx) return false;
  return ahead > -0.3 && behind > -0.3;
}

/** Where both would meet, if that is near; else in the middle. */
function meetingPlace(one: Line, other: Line, gap: number): Point {
  const middle = plus(one.at, minus(other.at, one.at), 0.5);
  const meeting = meetingOf(one, other);
  const turn = Math.abs(turnOf(one.direction, [-other.direction[0], -other.direction[1]]));
  return meeting && turn > 0.4 && distanceOf(meeting, middle) < Math.max(6, 1.2 * gap) ? meeting : middle;
}

/** The curve up to a node elsewhere: beyond it nothing is left. */
function withEnd(edge: Edge, side: Side, node: number, at: Point): Edge {
  const points = side === 1 ? [...edge.points] : [...edge.points].reverse();
  const { direction } = endLine(edge, side, 4);
  while (points.length > 2 && dot(minus(points.at(-1)!, at), direction) > 0) points.pop();
  points.push(at);
  if (side === 0) points.reverse();
  return { ...edge, points, ...(side === 0 ? { from: node } : { to: node }) };
}

/** Ends that nearly reach a line end on it. */
function withEndsOnLines({ nodes, edges }: Graph, widthPx: number): Graph {
  const most = 1.1 * widthPx + touchMost * drawnPx;
  for (const { edge, side, line } of freeEnds(edges, widthPx)) {
    if (length(edge.points) < most) continue;
    const hit = edges
      .flatMap((other) =>
        other.points
          .map((point, at) => ({ other, at, away: distanceOf(point, line.at) }))
          .filter(
            ({ at, away }) =>
              away <= most &&
              at > 0 &&
              at < other.points.length - 1 &&
              other !== edge &&
              dot(unit(minus(other.points[at]!, line.at)), line.direction) > 0.6,
          ),
      )
      .sort((one, next) => one.away - next.away)[0];
    if (!hit) continue;
    const node = nodes.length;
    const at = hit.other.points[hit.at]!;
    const split = (own: Edge): Edge[] => {
      if (own === edge) return [withEnd(edge, side, node, at)];
      if (own !== hit.other) return [own];
      return [
        { from: own.from, to: node, points: own.points.slice(0, hit.at + 1) },
        { from: node, to: own.to, points: own.points.slice(hit.at) },
      ];
    };
    return withEndsOnLines({ nodes: [...nodes, at], edges: edges.flatMap(split) }, widthPx);
  }
  return { nodes, edges };
}
