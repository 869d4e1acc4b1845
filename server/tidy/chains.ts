/** Curves of a sketch that go on in each other, as a hand draws them: through junctions, and around. Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { turnOf } from "../engine/outlines/polyline.ts";
import { type Face, facesOf } from "./faces.ts";
import type { Edge, Graph } from "./graph.ts";
import { endLine, endsAt, type Side } from "./mend.ts";
import { ringOf } from "./rings.ts";

export interface Chain {
  readonly points: readonly Point[];
  readonly isClosed: boolean;
  /** Nodes of the graph that it passes, with the index of the point there. */
  readonly passes: ReadonlyArray<{ readonly node: number; readonly at: number }>;
}

/** How much a curve may turn where it goes on through a junction. */
const throughMost = 0.8;

interface End {
  readonly edge: Edge;
  readonly side: Side;
}

/** Rings first, then what goes through junctions. @param hand how unsteady it is, see hand.ts */
export function chainsOf(graph: Graph, widthPx: number, hand: number): Chain[] {
  const rings = ringsIn(graph, widthPx, hand);
  const isTaken = new Set(rings.flatMap((ring) => ring.edges));
  const edges = graph.edges.filter((edge) => !isTaken.has(edge));
  return [
    ...rings.map(({ points, passes }) => ({ points, passes, isClosed: true })),
    ...throughJunctions({ nodes: graph.nodes, edges }, widthPx),
  ];
}

/** Faces that are rings, each curve in one of them. */
function ringsIn(graph: Graph, widthPx: number, hand: number): Face[] {
  const isTaken = new Set<Edge>();
  return facesOf(graph, widthPx).filter((face) => {
    if (face.edges.some((edge) => isTaken.has(edge)) || !ringOf(face.points, hand)) return false;
    for (const edge of face.edges) isTaken.add(edge);
    return true;
  });
}

function throughJunctions({ nodes, edges }: Graph, widthPx: number): Chain[] {
  const partners = new Map<string, End>();
  const key = ({ edge, side }: End): string => `${edges.indexOf(edge)}.${side}`;
  for (const node of nodes.keys()) {
    const ends = endsAt(edges, node);
    const left = new Set(ends.map(key));
    const turn = (one: End, other: End): number =>
      Math.PI -
      Math.abs(
        turnOf(endLine(one.edge, one.side, widthPx).direction, endLine(other.edge, other.side, widthPx).direction),
      );
    const pairs = ends
      .flatMap((one, at) => ends.slice(at + 1).map((other) => ({ one, other, turn: turn(one, other) })))
      .sort((one, other) => one.turn - other.turn);
    for (const [at, { one, other, turn }] of pairs.entries()) {
      if (!left.has(key(one)) || !left.has(key(other))) continue;
      // Where nothing goes on, the two that turn least make a corner.
      if (turn > throughMost && at > 0) continue;
      if (turn > throughMost && ends.length > 3) continue;
      partners.set(key(one), other).set(key(other), one);
      left.delete(key(one));
      left.delete(key(other));
    }
  }
  const isUsed = new Set<Edge>();
  const chains: Chain[] = [];
  const follow = (start: End): void => {
    const points: Point[] = [];
    const passes: Array<{ node: number; at: number }> = [];
    let end: End | undefined = start;
    let last = start;
    while (end && !isUsed.has(end.edge)) {
      isUsed.add(end.edge);
      const { edge, side }: End = end;
      const own = side === 0 ? edge.points : [...edge.points].reverse();
      passes.push({ node: side === 0 ? edge.from : edge.to, at: Math.max(0, points.length - 1) });
      points.push(...(points.length > 0 ? own.slice(1) : own));
      last = { edge, side: (1 - side) as Side };
      end = partners.get(key(last));
    }
    const isClosed = end !== undefined && key(end) === key(start);
    if (!isClosed) passes.push({ node: last.side === 0 ? last.edge.from : last.edge.to, at: points.length - 1 });
    chains.push({ points: isClosed ? points.slice(0, -1) : points, isClosed, passes });
  };
  for (const edge of edges)
    for (const side of [0, 1] as const)
      if (!isUsed.has(edge) && !partners.has(key({ edge, side }))) follow({ edge, side });
  for (const edge of edges) if (!isUsed.has(edge)) follow({ edge, side: 0 });
  return chains;
}
