/**
 * A slash through a drawing of lines, as in *bell off*, and the drawing behind it. Designers break lines where the slash crosses them, on one side of it or on
 * both. Ends on both sides that point at each other belong together, and a curve between them is what the slash hides. Pure.
 */
import type { Point } from "../../../../shared/vectors/vector-path.ts";
import { cross, distanceOf, dot, minus, plus, unit } from "../../outlines/polyline.ts";
import { inkFrom, ringOf, skeletonOf, turns } from "../../pixels/strokes.ts";
import { bridged } from "../gaps/bridge-gaps.ts";
import type { Gap, LineEnd } from "../gaps/find-gaps.ts";

/** Length of a slash, of the side, at least, and how far it is off the middle, of the same, at most. Nearly all interface sets draw it as a diagonal. */
const [longLeast, offMost] = [0.8, 0.25] as const;
/** Steps between the diagonals that are looked at, in pixels, and by how much those within a slash are shorter than its middle, of its width. */
const [stepPx, shorterMost] = [0.5, 0.5] as const;
/** Pixels of a line by which the direction of its end is told, of its width. */
const tailShare = 1.2;
/** How far ends that a slash cut are from its middle, and from each other, in widths of lines, at most. */
const [reachMost, apartMost] = [3.2, 5] as const;
/** Cosine of the angle between an end and the way to the slash, from which on it points there. */
const towardsLeast = 0.2;
/** Distance of the tip of a line from the middle of the slash from which on there is a gap, in widths of lines: without one it is a half. */
const gapFrom = 0.95;

/** A slash through a drawing. */
export interface Slash {
  /** Ends of its middle, in pixels. */
  readonly from: Point;
  readonly to: Point;
  /** Its width, in pixels. */
  readonly thick: number;
  /** Alphas of the drawing behind it, [sizePx, sizePx]. */
  readonly behind: Float32Array;
  /** Whether lines have a gap along it, to the left as one goes from its start to its end, and to the right. */
  readonly hasGap: readonly [boolean, boolean];
}

/**
 * @param alphas of a drawing of lines, [sizePx, sizePx]
 * @param width of its lines, of the side
 * @returns undefined where there is no slash, or lines have no gaps along it, as two that cross
 */
export function slashIn(alphas: Float32Array, sizePx: number, width: number): Slash | undefined {
  const thick = width * sizePx;
  const along = longestDiagonal(alphas, sizePx, thick);
  if (!along) return undefined;
  const [from, to] = along;
  const without = alphas.map((alpha, at) => {
    if (alpha === 0) return 0;
    const far = toSegment(from, to, [(at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5]);
    return Math.min(alpha, Math.max(0, far - thick / 2));
  });
  const cut = cutBy(from, to, endsOf(without, sizePx, thick), thick);
  const farFrom = cut.map((pair) => pair.map((end) => offOf(from, to, tipOf(without, sizePx, end))));
  if (cut.length === 0 || farFrom.some((pair) => Math.max(...pair.map(Math.abs)) < gapFrom * thick)) return undefined;
  const hasGap = [1, -1].map((side) => {
    const own = farFrom.flat().filter((off) => Math.sign(off) === side);
    return own.reduce((sum, off) => sum + Math.abs(off), 0) >= gapFrom * thick * own.length;
  }) as [boolean, boolean];
  return { from, to, thick, behind: bridged({ alphas: without, sizePx }, cut, width), hasGap };
}

/** Where the ink of a line ends. */
function tipOf(alphas: Float32Array, sizePx: number, { at, along }: LineEnd): Point {
  let tip = at;
  for (let next = at; ; next = plus(next, along, stepPx)) {
    const [x, y] = [Math.floor(next[0]), Math.floor(next[1])];
    if (x < 0 || y < 0 || x >= sizePx || y >= sizePx || alphas[y * sizePx + x]! < inkFrom) return tip;
    tip = next;
  }
}

/** How far a place is from the line through a slash, in pixels: above 0 to its left, below 0 to its right. */
export const offOf = (from: Point, to: Point, place: Point): number =>
  -cross(unit(minus(to, from)), minus(place, from));

/** How far a place is from a slash, in pixels. */
export function toSegment(from: Point, to: Point, place: Point): number {
  const way = minus(to, from);
  const share = Math.min(1, Math.max(0, dot(minus(place, from), way) / dot(way, way)));
  return distanceOf(place, plus(from, way, share));
}

/** The longest diagonal line of ink: the ends of its middle, where it is round. */
function longestDiagonal(alphas: Float32Array, sizePx: number, thick: number): [Point, Point] | undefined {
  const runs = [1, -1].flatMap((down) => {
    const found: Run[] = [];
    for (let off = -offMost * sizePx; off <= offMost * sizePx; off += stepPx)
      found.push({ down, off, ...longestRun(alphas, sizePx, off, down) });
    return found;
  });
  const longest = runs.reduce((best, run) => (run.to - run.from > best.to - best.from ? run : best));
  const longOf = ({ from, to }: Run): number => Math.SQRT2 * (to - from);
  if (longOf(longest) < longLeast * sizePx) return undefined;
  const within = runs.filter(
    (run) =>
      run.down === longest.down &&
      Math.abs(run.off - longest.off) <= thick &&
      longOf(run) >= longOf(longest) - shorterMost * thick,
  );
  const off = within.reduce((sum, run) => sum + run.off, 0) / within.length;
  const cap = thick / 2 / Math.SQRT2;
  const placeAt = (x: number): Point => [x, rowAt(x, off, longest.down, sizePx)];
  return [placeAt(longest.from + cap), placeAt(longest.to - cap)];
}

/** Columns between which a diagonal is ink. */
interface Run {
  readonly down: number;
  readonly off: number;
  readonly from: number;
  readonly to: number;
}

/** Row of a diagonal that goes down (1) or up (-1) and is off the middle, in pixels. */
const rowAt = (x: number, off: number, down: number, sizePx: number): number => (down > 0 ? x : sizePx - x) + off;

function longestRun(alphas: Float32Array, sizePx: number, off: number, down: number): Pick<Run, "from" | "to"> {
  let best = { from: 0, to: 0 };
  let from: number | undefined;
  for (let x = 0; x <= sizePx; x += stepPx) {
    const y = Math.floor(rowAt(x, off, down, sizePx));
    const isInk = x < sizePx && y >= 0 && y < sizePx && alphas[y * sizePx + Math.floor(x)]! >= inkFrom;
    if (isInk) from ??= x;
    else if (from !== undefined) {
      if (x - from > best.to - best.from) best = { from, to: x };
      from = undefined;
    }
  }
  return best;
}

/** Ends on both sides of a slash that belong together, each to one. */
function cutBy(from: Point, to: Point, ends: readonly LineEnd[], thick: number): Gap[] {
  const way = unit(minus(to, from));
  const far = distanceOf(from, to);
  const near = ends.filter(({ at, along }) => {
    const [on, off] = [dot(minus(at, from), way), offOf(from, to, at)];
    const towards = Math.sign(off) * cross(way, along);
    return on > 0 && on < far && Math.abs(off) <= reachMost * thick && towards >= towardsLeast;
  });
  const isLeft = ({ at }: LineEnd): boolean => offOf(from, to, at) > 0;
  const pairs = near
    .filter(isLeft)
    .flatMap((one) => near.filter((end) => !isLeft(end)).map((other): Gap => [one, other]))
    .filter(([one, other]) => {
      const across = minus(other.at, one.at);
      const isAcross = dot(one.along, across) >= 0 && dot(other.along, across) <= 0;
      return (
        (isAcross || meetAhead(one, other, apartMost * thick)) && distanceOf(one.at, other.at) <= apartMost * thick
      );
    })
    .sort(([a, b], [c, d]) => distanceOf(a.at, b.at) - distanceOf(c.at, d.at));
  const taken = new Set<LineEnd>();
  return pairs.filter((pair) => {
    if (pair.some((end) => taken.has(end))) return false;
    for (const end of pair) taken.add(end);
    return true;
  });
}

/** Whether the lines of two ends meet beyond both, as at a corner. @param most how far beyond, in pixels */
function meetAhead(one: LineEnd, other: LineEnd, most: number): boolean {
  const turn = cross(one.along, other.along);
  const across = minus(other.at, one.at);
  const [far, near] = [cross(across, other.along) / turn, cross(across, one.along) / turn];
  return far >= 0 && near >= 0 && Math.max(far, near) <= most;
}

/** Ends of lines, also of slanted ones, where two pixels of the skeleton may be beside the last. */
function endsOf(alphas: Float32Array, sizePx: number, thick: number): LineEnd[] {
  const skeleton = Uint8Array.from(skeletonOf(alphas, sizePx));
  const middleOf = (at: number): Point => [(at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5];
  const nextTo = (at: number): number[] => ringOf(at, sizePx).filter((near) => skeleton[near] === 1);
  const ends: LineEnd[] = [];
  for (let at = sizePx; at < skeleton.length - sizePx; at += 1) {
    if (skeleton[at] === 0 || at % sizePx === 0 || at % sizePx === sizePx - 1) continue;
    if (turns(ringOf(at, sizePx), skeleton) !== 1 || nextTo(at).length > 2) continue;
    const seen = new Set([at]);
    let last = [at];
    for (let step = 0; step < tailShare * thick && last.length > 0; step += 1) {
      const next = last.flatMap(nextTo).filter((near) => !seen.has(near));
      if (next.length === 0) break;
      last = [...new Set(next)];
      for (const near of last) seen.add(near);
    }
    const tail = last.map(middleOf).reduce((sum, place) => plus(sum, place, 1 / last.length), [0, 0] as Point);
    // Stumps say nothing.
    if (distanceOf(tail, middleOf(at)) >= thick / 2)
      ends.push({ at: middleOf(at), along: unit(minus(middleOf(at), tail)) });
  }
  return ends;
}
