/**
 * Strokes whose edges are off are settled: each node, and the length of each handle, moves to where the strokes cover the ink
 * better, by smaller and smaller steps (pattern search, Hooke and Jeeves 1961). Skeletons say little of where short lines meet;
 * the ink does. Level and upright lines stay so, and what goes on smoothly does. Pure.
 */
import type { Path, Point, Segment } from "../../../shared/vectors/vector-path.ts";
import { distanceOf, dot, minus, plus, unit } from "../../engine/outlines/polyline.ts";
import { flattened } from "./stroke-cover.ts";

/** What is to be covered. */
export interface InkToCover {
  readonly stride: number;
  readonly widthPx: number;
  /** Whether a pixel is ink that they shall cover. */
  readonly isInk: (pixel: number) => boolean;
  /** Whether they shall not cover it; other pixels do not count. */
  readonly isNone: (pixel: number) => boolean;
  /** From a pixel that is no ink to the nearest ink. */
  readonly away: Float32Array;
}

/** Steps of nodes and of the ends of handles, in pixels. */
const stepsPx = [3, 1.5, 0.75, 0.35] as const;
/** How often all nodes are looked at with one step. */
const roundsMost = 4;
/** Every so many pixels one counts, in both directions. */
const everyPx = 2;
/** How much less must be wrong so that something moves, by the width. */
const gainLeast = 0.02;
/** Cosine of the turn up to which a node is smooth. */
const smoothFrom = 0.99;
/** How far from level or upright lines may be that become so, in pixels and by their length. */
const [levelMostPx, levelShare] = [1.6, 0.05] as const;
/** How far edges move at most, by the step. */
const movesMost = 2;
/** Nodes to either side of one that moved that are looked at again. */
const againNodes = 2;
/** Distances beyond this from a stroke are not told apart. */
const reachPx = 6;

/** A path whose nodes move: node `at` is followed by segment `at`. */
interface Nodes {
  readonly points: readonly Point[];
  /** Of each segment. */
  readonly handles: ReadonlyArray<readonly [Point, Point] | undefined>;
  readonly isOpen: boolean;
}

/** Paths that cover the ink at least as well, with as many nodes. */
export function settled(paths: readonly Path[], ink: InkToCover): Path[] {
  if (paths.some(({ segments }) => segments.length === 0)) return [...paths];
  const all = paths.map((path) => straightened(nodesOf(path)));
  const smooth = all.map(smoothNodes);
  for (const px of stepsPx) {
    const open = all.map(({ points }) => new Set(points.keys()));
    for (let round = 0; round < roundsMost && open.some(({ size }) => size > 0); round += 1)
      for (const [path, nodes] of open.entries())
        for (const node of [...nodes].sort((one, other) => one - other)) {
          nodes.delete(node);
          const others = all.filter((_, at) => at !== path);
          const better = bestMove(all[path]!, node, px, smooth[path]!, others, ink);
          if (!better) continue;
          all[path] = better;
          const count = better.points.length;
          for (let at = node - againNodes; at <= node + againNodes; at += 1) nodes.add((at + count) % count);
        }
  }
  return all.map(pathOf);
}

/** Undefined where no move of a node covers the ink better. */
function bestMove(
  own: Nodes,
  node: number,
  px: number,
  isSmooth: readonly boolean[],
  others: readonly Nodes[],
  ink: InkToCover,
): Nodes | undefined {
  const moves = movesOf(own, node, px).map((moved) => aligned(moved, isSmooth));
  const changing = new Set(moves.flatMap((moved) => changedIn(own, moved)));
  const wrongWith = costAround(own, changing, others, px, ink);
  let [best, least] = [undefined as Nodes | undefined, wrongWith(own) - gainLeast * ink.widthPx];
  for (const moved of moves) {
    const wrong = wrongWith(moved, least);
    if (wrong < least) [best, least] = [moved, wrong];
  }
  return best;
}

/** Segments that are elsewhere. */
function changedIn(own: Nodes, moved: Nodes): number[] {
  const count = own.points.length;
  const isMoved = (node: number): boolean => own.points[node % count] !== moved.points[node % count];
  return [...own.handles.keys()].filter(
    (segment) => own.handles[segment] !== moved.handles[segment] || isMoved(segment) || isMoved(segment + 1),
  );
}

function movesOf(own: Nodes, node: number, px: number): Nodes[] {
  const ways: Point[] = [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ];
  for (const segment of segmentsAt(own, node)) {
    if (own.handles[segment]) continue;
    const [x, y] = unit(minus(nodeAt(own, segment + 1), nodeAt(own, segment)));
    if (Math.abs(x * y) > 0.01) ways.push([x, y], [-x, -y], [-y, x], [y, -x]);
  }
  const shifted = ways.map(([x, y]) => shiftedBy(own, node, [px * x, px * y]));
  const curves = segmentsAt(own, node).filter((segment) => own.handles[segment]);
  return [...shifted, ...curves.flatMap((segment) => [px, -px].map((by) => withHandle(own, segment, node, by)))];
}

const nodeAt = ({ points }: Nodes, at: number): Point => points[(at + points.length) % points.length]!;

/** Segments that begin or end at a node. */
const segmentsAt = ({ handles, isOpen, points }: Nodes, node: number): number[] =>
  [node - 1, node]
    .map((at) => (isOpen ? at : (at + points.length) % points.length))
    .filter((at) => at >= 0 && at < handles.length);

/** A node elsewhere, its handles with it; where a level or upright line leads, the other end of that goes along. */
function shiftedBy(own: Nodes, node: number, by: Point): Nodes {
  const shifts = new Map<number, Point>([[node, by]]);
  for (const segment of segmentsAt(own, node)) {
    const other = segment === node ? (node + 1) % own.points.length : segment;
    if (own.handles[segment] || other === node) continue;
    const [dx, dy] = minus(own.points[other]!, own.points[node]!);
    if (Math.abs(dx) < 0.02) shifts.set(other, [by[0], shifts.get(other)?.[1] ?? 0]);
    else if (Math.abs(dy) < 0.02) shifts.set(other, [shifts.get(other)?.[0] ?? 0, by[1]]);
  }
  return [...shifts].reduce((moved, [at, shift]) => withNode(moved, at, shift), own);
}

/** A node elsewhere, its handles with it. */
function withNode(own: Nodes, node: number, by: Point): Nodes {
  if (by[0] === 0 && by[1] === 0) return own;
  const count = own.points.length;
  const handles = own.handles.map((pair, segment) => {
    if (!pair) return pair;
    if (segment === node) return [plus(pair[0], by), pair[1]] as const;
    return (segment + 1) % count === node ? ([pair[0], plus(pair[1], by)] as const) : pair;
  });
  return { ...own, points: own.points.map((point, at) => (at === node ? plus(point, by) : point)), handles };
}

/** Lines that are nearly level or upright are so. */
function straightened(own: Nodes): Nodes {
  const points = [...own.points];
  for (const [segment, pair] of own.handles.entries()) {
    if (pair) continue;
    const next = (segment + 1) % points.length;
    const [one, other] = [points[segment]!, points[next]!];
    for (const side of [0, 1] as const) {
      const off = Math.abs(one[side] - other[side]);
      if (off === 0 || off > levelMostPx || off > levelShare * distanceOf(one, other)) continue;
      const mean = (one[side] + other[side]) / 2;
      for (const node of [segment, next])
        points[node] = side === 0 ? [mean, points[node]![1]] : [points[node]![0], mean];
    }
  }
  return points.reduce((moved, point, node) => withNode(moved, node, minus(point, own.points[node]!)), own);
}

/** A handle longer by so many pixels. */
function withHandle(own: Nodes, segment: number, node: number, byPx: number): Nodes {
  const at = own.points[node]!;
  const handles = own.handles.map((pair, index) => {
    if (index !== segment || !pair) return pair;
    const side = segment === node ? 0 : 1;
    const along = minus(pair[side]!, at);
    const moved = plus(at, unit(along), Math.max(0.5, Math.hypot(...along) + byPx));
    return side === 0 ? ([moved, pair[1]] as const) : ([pair[0], moved] as const);
  });
  return { ...own, handles };
}

/** Nodes at which a line goes on smoothly in a curve. */
function smoothNodes(own: Nodes): boolean[] {
  return own.points.map((point, node) => {
    const [before, after] = segmentsAt(own, node);
    if (before === undefined || after === undefined || !own.handles[before] === !own.handles[after]) return false;
    const coming = minus(point, own.handles[before]?.[1] ?? nodeAt(own, before));
    const going = minus(own.handles[after]?.[0] ?? nodeAt(own, after + 1), point);
    return dot(unit(coming), unit(going)) > smoothFrom;
  });
}

/** Handles of curves that go on smoothly in lines lie in the directions of these. */
function aligned(own: Nodes, isSmooth: readonly boolean[]): Nodes {
  const handles = [...own.handles];
  for (const [node, point] of own.points.entries()) {
    if (!isSmooth[node]) continue;
    const [before, after] = segmentsAt(own, node) as [number, number];
    const isBefore = handles[before] !== undefined;
    const pair = handles[isBefore ? before : after]!;
    const line = isBefore ? nodeAt(own, after + 1) : nodeAt(own, before);
    const handle = isBefore ? pair[1] : pair[0];
    const along = plus(point, unit(minus(point, line)), distanceOf(point, handle));
    if (distanceOf(along, handle) < 1e-6) continue;
    handles[isBefore ? before : after] = isBefore ? [pair[0], along] : [along, pair[1]];
  }
  return { ...own, handles };
}

/**
 * How far pixels around some segments of a path are on the wrong side of the edge, in all, as these change.
 * @returns of a change; from `most` on it need not be exact
 */
function costAround(
  own: Nodes,
  changing: ReadonlySet<number>,
  others: readonly Nodes[],
  stepPx: number,
  { stride, widthPx, isInk, isNone, away }: InkToCover,
): (moved: Nodes, most?: number) => number {
  const half = widthPx / 2;
  const near = piecesOf(own, (segment) => changing.has(segment));
  const rest = [
    ...piecesOf(own, (segment) => !changing.has(segment)),
    ...others.flatMap((other) => piecesOf(other, () => true)),
  ];
  const moves = movesMost * stepPx;
  const more = half + moves;
  const box = boxOf(near, more);
  const close = rest.filter((piece) => {
    const { left, right, top, bottom } = boxOf([piece], half);
    return left < box.right && right > box.left && top < box.bottom && bottom > box.top;
  });
  const pixels: number[] = [];
  const bys: number[] = [];
  for (let y = Math.max(0, Math.floor(box.top)); y <= Math.min(stride - 1, box.bottom); y += everyPx)
    for (let x = Math.max(0, Math.floor(box.left)); x <= Math.min(stride - 1, box.right); x += everyPx) {
      const at = y * stride + x;
      const isOwn = isInk(at);
      if (!isOwn && !isNone(at)) continue;
      // What stays covered, and what stays outside, is not looked at.
      const now = leastAway(near, x + 0.5, y + 0.5) - half;
      if (isOwn ? now < -moves : now > moves) continue;
      const by = leastAway(close, x + 0.5, y + 0.5) - half;
      if (isOwn && by <= 0) continue;
      pixels.push(at);
      bys.push(by);
    }
  return (moved, most = Number.POSITIVE_INFINITY) => {
    const enough = most / everyPx ** 2;
    const pieces = piecesOf(moved, (segment) => changing.has(segment));
    let wrong = 0;
    for (let index = 0; index < pixels.length && wrong < enough; index += 1) {
      const at = pixels[index]!;
      const own = leastAway(pieces, (at % stride) + 0.5, Math.floor(at / stride) + 0.5) - half;
      const by = Math.min(bys[index]!, own);
      if (isInk(at)) wrong += Math.min(Math.max(0, by), reachPx);
      else if (by < 0) wrong += Math.min(-by, away[at]!);
    }
    return wrong * everyPx ** 2;
  };
}

function boxOf(pieces: readonly Piece[], more: number) {
  let [left, right, top, bottom] = [1e6, -1e6, 1e6, -1e6];
  for (const [ax, ay, bx, by] of pieces) {
    [left, right] = [Math.min(left, ax, bx), Math.max(right, ax, bx)];
    [top, bottom] = [Math.min(top, ay, by), Math.max(bottom, ay, by)];
  }
  return { left: left - more, right: right + more, top: top - more, bottom: bottom + more };
}

/** Straight pieces of some segments. */
type Piece = readonly [ax: number, ay: number, bx: number, by: number];

function piecesOf(own: Nodes, isWanted: (segment: number) => boolean): Piece[] {
  return own.handles.flatMap((pair, segment): Piece[] => {
    if (!isWanted(segment)) return [];
    const [from, to] = [nodeAt(own, segment), nodeAt(own, segment + 1)];
    if (!pair) return [[...from, ...to] as Piece];
    const { points } = flattened({ start: from, segments: [{ to, handles: pair }], isOpen: true });
    return points.slice(1).map((point, at) => [...points[at]!, ...point] as Piece);
  });
}

/** Plain loops: this runs for every pixel near every step of a line. */
function leastAway(pieces: readonly Piece[], x: number, y: number): number {
  let least = 1e6;
  for (let at = 0; at < pieces.length; at += 1) {
    const piece = pieces[at]!;
    const ax = piece[0];
    const ay = piece[1];
    const dx = piece[2] - ax;
    const dy = piece[3] - ay;
    const share = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    const offX = x - ax - share * dx;
    const offY = y - ay - share * dy;
    const own = offX * offX + offY * offY;
    if (own < least) least = own;
  }
  return Math.sqrt(least);
}

function nodesOf({ start, segments, isOpen = false }: Path): Nodes {
  const points = [start, ...segments.map(({ to }) => to)];
  const isRound = !isOpen && distanceOf(points.at(-1)!, start) < 0.05;
  const handles = segments.map(({ handles: own }) => own);
  if (isOpen) return { points, handles, isOpen };
  return isRound
    ? { points: points.slice(0, -1), handles, isOpen }
    : { points, handles: [...handles, undefined], isOpen };
}

function pathOf({ points, handles, isOpen }: Nodes): Path {
  const segments = handles.map((pair, segment): Segment => {
    const to = points[(segment + 1) % points.length]!;
    return pair ? { to, handles: pair } : { to };
  });
  return { start: points[0]!, segments, ...(isOpen && { isOpen: true }) };
}
