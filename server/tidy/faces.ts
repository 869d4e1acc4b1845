/** What the curves of a sketch go around: faces of a plane graph, each by the curves along its border. Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";
import type { Edge, Graph } from "./graph.ts";
import { endLine, endsAt, type Side } from "./mend.ts";

export interface Face {
  /** In the order of the border; a curve that has the face on both sides is none of it. */
  readonly edges: readonly Edge[];
  readonly points: readonly Point[];
  /** Where each of its nodes is among the points. */
  readonly passes: ReadonlyArray<{ readonly node: number; readonly at: number }>;
}

interface Half {
  readonly edge: Edge;
  /** The end that it goes to. */
  readonly side: Side;
}

export function facesOf({ nodes, edges }: Graph, widthPx: number): Face[] {
  const key = ({ edge, side }: Half): string => `${edges.indexOf(edge)}.${side}`;
  const next = new Map<string, Half>();
  for (const node of nodes.keys()) {
    const ends = endsAt(edges, node)
      .map((end) => {
        const [x, y] = endLine(end.edge, end.side, widthPx).direction;
        return { ...end, angle: Math.atan2(-y, -x) };
      })
      .sort((one, other) => one.angle - other.angle);
    // A border that comes in by one end leaves by the next one around the node.
    for (const [at, end] of ends.entries()) {
      const other = ends[(at + 1) % ends.length]!;
      next.set(key(end), { edge: other.edge, side: (1 - other.side) as Side });
    }
  }
  const isSeen = new Set<string>();
  const faces: Face[] = [];
  for (const edge of edges)
    for (const side of [0, 1] as const) {
      const halves: Half[] = [];
      for (let half: Half | undefined = { edge, side }; half && !isSeen.has(key(half)); half = next.get(key(half))) {
        isSeen.add(key(half));
        halves.push(half);
      }
      const own = halves.filter((half) => halves.filter((other) => other.edge === half.edge).length === 1);
      if (own.length === 0) continue;
      const points: Point[] = [];
      const passes: Array<{ node: number; at: number }> = [];
      for (const half of own) {
        passes.push({ node: half.side === 1 ? half.edge.from : half.edge.to, at: points.length });
        points.push(...(half.side === 1 ? half.edge.points : [...half.edge.points].reverse()).slice(0, -1));
      }
      faces.push({ edges: own.map((half) => half.edge), points, passes });
    }
  return faces;
}
