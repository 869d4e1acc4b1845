/**
 * A vector for a small size with crisp edges: upright and level edges move to whole pixels, strokes between them keep a whole width of one pixel at least, and
 * what lies between follows. As hinting of type does it (FreeType's auto-hinter), here for outlines of any shape; leaning edges and curves only follow.
 */
import { movedPath, type Path, type Point } from "./vector-path.ts";

/** An edge shorter than this many target pixels moves nothing. */
const edgeFromPx = 1;
/** Edges nearer than this are one. */
const togetherPx = 0.4;
/** Two edges this near bound a stroke, whose width is what must be whole. */
const strokeToPx = 2.6;
/** Lines are traced a little thinner than they were. */
const thinnerPx = 0.08;
/** Strokes whose widths differ by less from the usual one have it: equal strokes stay equal. */
const usualWithinPx = 0.5;

interface Edge {
  readonly at: number;
  readonly weight: number;
  /** Above 0: what is drawn lies after the edge; below 0: before it. */
  readonly side: number;
}

/** A layer of a vector: outlines that are filled, or middles of lines. */
export interface FitLayer {
  readonly paths: readonly Path[];
  /** Width of lines; absent for outlines. */
  readonly strokePx?: number | undefined;
  /** Lines are cut off where their middles end. */
  readonly isFlat?: boolean | undefined;
}

/**
 * The same layers in pixels of the small size, fitted.
 * @param layers in pixels of the large size
 */
export function fitToPixels(layers: readonly FitLayer[], fromPx: number, toPx: number): FitLayer[] {
  const scale = toPx / fromPx;
  const scaled = layers.map(({ paths, strokePx, ...about }): FitLayer => {
    const moved = paths.map((path) => movedPath(path, ([x, y]) => [x * scale, y * scale]));
    return { ...about, paths: moved, ...(strokePx !== undefined && { strokePx: strokePx * scale }) };
  });
  const edges = [edgesOf(scaled, 0), edgesOf(scaled, 1)] as const;
  const usual = usualWidth(edges.flatMap(strokesOf));
  const [moveX, moveY] = [warpOf(edges[0], usual), warpOf(edges[1], usual)];
  return scaled.map(({ paths, strokePx, ...about }): FitLayer => {
    if (strokePx === undefined)
      return { ...about, paths: paths.map((path) => movedPath(path, ([x, y]) => [moveX(x), moveY(y)])) };
    // The middle of a line stays between both of its edges.
    const between = (move: Warp, value: number): number =>
      (move(value - strokePx / 2) + move(value + strokePx / 2)) / 2;
    // Lines that run nowhere straight gain nothing by a whole width.
    const isUpright = ([0, 1] as const).some((axis) => paths.some((path) => levelsOf(path, axis).length > 0));
    const width = isUpright ? wholeWidth(strokePx, usual) : strokePx;
    const moved = paths.map((path) => {
      const ends = endsOf(path);
      return movedPath(path, (point) => {
        const end = ends.find(({ at }) => at === point);
        const place = (of: 0 | 1, move: Warp): number => {
          if (end?.axis !== of) return between(move, point[of]);
          // What a round end reaches beyond the last point.
          const [before, after] = about.isFlat ? [0, 0] : [strokePx / 2, width / 2];
          return end.isAfter ? move(point[of] - before) + after : move(point[of] + before) - after;
        };
        return [place(0, moveX), place(1, moveY)];
      });
    });
    return { ...about, paths: moved, strokePx: width };
  });
}

/** Ends of an open path that run along an axis, and whether what is drawn lies after them. */
function endsOf({ start, segments, isOpen }: Path): Array<{ at: Point; axis: 0 | 1; isAfter: boolean }> {
  const [first, last] = [segments[0], segments.at(-1)];
  if (!isOpen || !first || !last) return [];
  const beforeLast = segments.at(-2)?.to ?? start;
  const ends = [
    [start, first.handles?.[0] ?? first.to],
    [last.to, last.handles?.[1] ?? beforeLast],
  ] as const;
  return ends.flatMap(([at, inwards]) => {
    const way = [inwards[0] - at[0], inwards[1] - at[1]] as const;
    const axis = Math.abs(way[0]) > Math.abs(way[1]) ? 0 : 1;
    return isStraight(way[1 - axis]!, way[axis]) ? [{ at, axis, isAfter: way[axis] > 0 } as const] : [];
  });
}

/** Whether a step along an axis hardly leaves it. */
const isStraight = (across: number, along: number): boolean => Math.abs(across) < 0.05 + 0.03 * Math.abs(along);

const wholeWidth = (width: number, usual: number): number =>
  Math.max(1, Math.round((Math.abs(width - usual) < usualWithinPx ? usual : width) + thinnerPx));

type Warp = (value: number) => number;

/** Places of edges across an axis. What ends beneath a line has no edge there. */
function edgesOf(layers: readonly FitLayer[], axis: 0 | 1): Edge[] {
  const strokes = layers.flatMap((layer) => layer.paths.flatMap((path) => edgesOfLine(path, layer, axis)));
  const outlines = layers.flatMap(({ paths, strokePx }) =>
    strokePx === undefined
      ? paths.flatMap((path) => levelsOf(path, axis).map(({ at, run }) => outlineEdge(at, axis === 0 ? -run : run)))
      : [],
  );
  const isBeneath = ({ at }: Edge): boolean =>
    strokes.some(({ at: from, toPx }) => toPx !== undefined && at > from && at < from + toPx);
  return gathered([...strokes, ...outlines.filter((edge) => !isBeneath(edge))]);
}

/** Outlines run with what is drawn on one hand. */
const outlineEdge = (at: number, side: number): Edge => ({ at, weight: Math.abs(side), side });

/** An edge, and of the first of a line how far the other is. */
type LineEdge = Edge & { readonly toPx?: number };

/** Both edges of a line wherever it runs straight, and its ends. */
function edgesOfLine(path: Path, { strokePx, isFlat }: FitLayer, axis: 0 | 1): LineEdge[] {
  if (strokePx === undefined) return [];
  const beside = levelsOf(path, axis).flatMap(({ at, run }): LineEdge[] => {
    const weight = Math.abs(run);
    const first = { at: at - strokePx / 2, weight, side: weight, toPx: strokePx };
    return [first, { at: at + strokePx / 2, weight, side: -weight }];
  });
  const ends = endsOf(path).filter((end) => end.axis === axis);
  const beyond = isFlat ? 0 : strokePx / 2;
  return [
    ...beside,
    ...ends.map(({ at, isAfter }) =>
      outlineEdge(at[axis] + (isAfter ? -beyond : beyond), isAfter ? strokePx : -strokePx),
    ),
  ];
}

/** Where a path runs straight across an axis, and how far: straight stretches, and curves where they turn back. */
function levelsOf(
  { start, segments, isOpen }: Path,
  axis: 0 | 1,
): Array<{ readonly at: number; readonly run: number }> {
  const along = 1 - axis;
  const found: Array<{ at: number; run: number }> = [];
  const add = (one: Point, two: Point, at: number, leastPx: number): void => {
    const run = two[along]! - one[along]!;
    if (isStraight(one[axis] - two[axis], run) && Math.abs(run) >= leastPx) found.push({ at, run });
  };
  let from: Point = start;
  for (const { to, handles } of segments) {
    if (handles) {
      add(from, handles[0], from[axis], edgeFromPx / 3);
      add(handles[1], to, to[axis], edgeFromPx / 3);
    } else add(from, to, (from[axis] + to[axis]) / 2, edgeFromPx);
    from = to;
  }
  if (!isOpen && (from[0] !== start[0] || from[1] !== start[1]))
    add(from, start, (from[axis] + start[axis]) / 2, edgeFromPx);
  return found;
}

function gathered(edges: readonly Edge[]): Edge[] {
  const sorted = [...edges].sort((one, two) => one.at - two.at);
  const together: Edge[] = [];
  for (const edge of sorted) {
    const last = together.at(-1);
    if (!last || edge.at - last.at > togetherPx) together.push(edge);
    else {
      const weight = last.weight + edge.weight;
      const at = (last.at * last.weight + edge.at * edge.weight) / weight;
      together[together.length - 1] = { at, weight, side: last.side + edge.side };
    }
  }
  return together.filter(({ weight }) => weight >= edgeFromPx);
}

/** An edge after which something is drawn, and the next one, where it ends soon. */
const isStroke = (start: Edge | undefined, end: Edge | undefined): boolean =>
  start !== undefined && end !== undefined && start.side > 0 && end.side < 0 && end.at - start.at <= strokeToPx;

const strokesOf = (edges: readonly Edge[]): Array<{ width: number; weight: number }> =>
  edges.flatMap((end, index) => {
    const start = edges[index - 1];
    return isStroke(start, end) ? [{ width: end.at - start!.at, weight: Math.min(start!.weight, end.weight) }] : [];
  });

/** The weighted median; 0 without strokes. */
function usualWidth(strokes: ReadonlyArray<{ width: number; weight: number }>): number {
  const sorted = [...strokes].sort((one, two) => one.width - two.width);
  let left = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  for (const { width, weight } of sorted) {
    left -= weight;
    if (left <= 0) return width;
  }
  return 0;
}

/** Piecewise linear from the edges to whole pixels, in their order. */
function warpOf(edges: readonly Edge[], usual: number): Warp {
  const targets: number[] = [];
  for (let index = 0; index < edges.length; index += 1) {
    const [own, next] = [edges[index]!, edges[index + 1]];
    const before = targets[index - 1];
    const least = before === undefined ? Number.NEGATIVE_INFINITY : before + 1;
    if (next && isStroke(own, next)) {
      const width = next.at - own.at;
      const whole = wholeWidth(width, usual);
      const start = Math.max(least, Math.round((own.at + next.at - whole) / 2));
      targets.push(start, start + whole);
      index += 1;
    } else targets.push(Math.max(least, Math.round(own.at)));
  }
  return (value) => {
    if (edges.length === 0) return value;
    const after = edges.findIndex(({ at }) => at >= value);
    if (after === 0) return value + targets[0]! - edges[0]!.at;
    if (after < 0) return value + targets.at(-1)! - edges.at(-1)!.at;
    const [low, high] = [edges[after - 1]!.at, edges[after]!.at];
    const share = (value - low) / (high - low);
    return targets[after - 1]! + share * (targets[after]! - targets[after - 1]!);
  };
}
