/**
 * A vector for a small size with crisp edges: upright and level edges move to whole pixels, strokes between them keep a whole width of one pixel at least, and
 * what lies between follows. As hinting of type does it (FreeType's auto-hinter), here for outlines of any shape; leaning edges and curves only follow.
 */
import { movedPath, type Path, type Point } from "./vector-path.ts";

/** An edge shorter than this many target pixels is not worth moving for. */
const edgeFromPx = 1;
/** Edges nearer than this are one. */
const togetherPx = 0.4;
/** Two edges this near bound a stroke, whose width is what must be whole. */
const strokeToPx = 2.6;
/** No edge moves farther. */
const movedMostPx = 0.8;

interface Edge {
  readonly at: number;
  readonly weight: number;
}

/**
 * The same layers in pixels of the small size, fitted.
 * @param layers outlines of each path, in pixels of the large size
 */
export function fitToPixels(layers: ReadonlyArray<readonly Path[]>, fromPx: number, toPx: number): Path[][] {
  const scale = toPx / fromPx;
  const scaled = layers.map((paths) => paths.map((path) => movedPath(path, ([x, y]) => [x * scale, y * scale])));
  const all = scaled.flat();
  const [moveX, moveY] = [0, 1].map((axis) => warpOf(edgesOf(all, axis as 0 | 1))) as [Warp, Warp];
  return scaled.map((paths) => paths.map((path) => movedPath(path, ([x, y]) => [moveX(x), moveY(y)])));
}

type Warp = (value: number) => number;

/** Places of edges across an axis: straight ones by their length, and curves where they turn back. */
function edgesOf(paths: readonly Path[], axis: 0 | 1): Edge[] {
  const along = 1 - axis;
  const found: Edge[] = [];
  for (const { start, segments } of paths) {
    let from: Point = start;
    for (const { to, handles } of [...segments, { to: start, handles: undefined }]) {
      const [first, last] = handles ?? [from, to];
      const isLevel = (one: Point, two: Point): boolean =>
        Math.abs(one[axis] - two[axis]) < 0.05 + 0.03 * Math.abs(one[along]! - two[along]!);
      const length = Math.abs(to[along]! - from[along]!);
      if (!handles && length >= edgeFromPx && isLevel(from, to))
        found.push({ at: (from[axis] + to[axis]) / 2, weight: length });
      if (handles) {
        const reach = Math.abs(first[along]! - from[along]!);
        if (reach > edgeFromPx / 3 && isLevel(from, first)) found.push({ at: from[axis], weight: reach });
        const other = Math.abs(last[along]! - to[along]!);
        if (other > edgeFromPx / 3 && isLevel(last, to)) found.push({ at: to[axis], weight: other });
      }
      from = to;
    }
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
      together[together.length - 1] = { at: (last.at * last.weight + edge.at * edge.weight) / weight, weight };
    }
  }
  return together.filter(({ weight }) => weight >= edgeFromPx);
}

/** Piecewise linear from the edges to whole pixels, in their order. */
function warpOf(edges: readonly Edge[]): Warp {
  const targets: number[] = [];
  for (const [index, { at }] of edges.entries()) {
    const before = targets[index - 1];
    if (before === undefined) {
      targets.push(Math.round(at));
      continue;
    }
    const gap = at - edges[index - 1]!.at;
    const stroke = before + Math.max(1, Math.round(gap));
    const isStroke = gap <= strokeToPx && Math.abs(stroke - at) <= movedMostPx;
    targets.push(Math.max(before + 1, isStroke ? stroke : Math.round(at)));
  }
  return (value) => {
    const after = edges.findIndex(({ at }) => at >= value);
    if (edges.length === 0) return value;
    if (after === 0) return value + targets[0]! - edges[0]!.at;
    if (after < 0) return value + targets.at(-1)! - edges.at(-1)!.at;
    const [low, high] = [edges[after - 1]!.at, edges[after]!.at];
    const share = (value - low) / (high - low);
    return targets[after - 1]! + share * (targets[after]! - targets[after - 1]!);
  };
}
