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
/** Strokes whose widths differ by less from the usual one have it: equal strokes stay equal. */
const usualWithinPx = 0.5;

interface Edge {
  readonly at: number;
  readonly weight: number;
  /** Above 0: what is drawn lies after the edge; below 0: before it. */
  readonly side: number;
}

/**
 * The same layers in pixels of the small size, fitted.
 * @param layers outlines of each path, in pixels of the large size
 */
export function fitToPixels(layers: ReadonlyArray<readonly Path[]>, fromPx: number, toPx: number): Path[][] {
  const scale = toPx / fromPx;
  const scaled = layers.map((paths) => paths.map((path) => movedPath(path, ([x, y]) => [x * scale, y * scale])));
  const all = scaled.flat();
  const edges = [edgesOf(all, 0), edgesOf(all, 1)] as const;
  const usual = usualWidth(edges.flatMap(strokesOf));
  const [moveX, moveY] = [warpOf(edges[0], usual), warpOf(edges[1], usual)];
  return scaled.map((paths) => paths.map((path) => movedPath(path, ([x, y]) => [moveX(x), moveY(y)])));
}

type Warp = (value: number) => number;

/** Places of edges across an axis: straight ones by their length, and curves where they turn back. Outlines run with what is drawn on one hand. */
function edgesOf(paths: readonly Path[], axis: 0 | 1): Edge[] {
  const along = 1 - axis;
  const found: Edge[] = [];
  const add = (one: Point, two: Point, at: number, leastPx: number): void => {
    const run = two[along]! - one[along]!;
    const isLevel = Math.abs(one[axis] - two[axis]) < 0.05 + 0.03 * Math.abs(run);
    if (isLevel && Math.abs(run) >= leastPx) found.push({ at, weight: Math.abs(run), side: axis === 0 ? -run : run });
  };
  for (const { start, segments } of paths) {
    let from: Point = start;
    for (const { to, handles } of segments) {
      if (handles) {
        add(from, handles[0], from[axis], edgeFromPx / 3);
        add(handles[1], to, to[axis], edgeFromPx / 3);
      } else add(from, to, (from[axis] + to[axis]) / 2, edgeFromPx);
      from = to;
    }
    if (from[0] !== start[0] || from[1] !== start[1]) add(from, start, (from[axis] + start[axis]) / 2, edgeFromPx);
  }
  return gathered(found);
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
      const whole = Math.max(1, Math.round(Math.abs(width - usual) < usualWithinPx ? usual : width));
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
