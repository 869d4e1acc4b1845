/** Where a curve is cut before lines and arcs are fitted to it: a closed one somewhere, any at the tip of an arrow. Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { distanceOf, type Line, minus, turnOf } from "../engine/outlines/polyline.ts";
import { type Piece, piecesOf, stepPx } from "./segments.ts";

/** Where another curve ends is a corner, if the curve turns as much over so many points to either side, and both arms leave the other's side within so much. */
const [breakTurn, breakReach, breakLeast, withinMost] = [0.65, 16, 4, 1.35] as const;
/** Points with the pieces that they are. */
interface Cut {
  readonly open: readonly Point[];
  readonly pieces: Piece[];
}

/** Points at which another curve ends where this one turns: the tip of an arrow. */
export function breaksOf(even: readonly Point[], isClosed: boolean, ends: readonly Line[]): number[] {
  const count = even.length;
  const breaks = ends.flatMap(({ at: end, direction }) => {
    const at = even.reduce(
      (best, point, index) => (distanceOf(point, end) < distanceOf(even[best]!, end) ? index : best),
      0,
    );
    if (distanceOf(even[at]!, end) > 1.5 * stepPx) return [];
    const reach = isClosed ? Math.min(breakReach, count >> 2) : Math.min(breakReach, at, count - 1 - at);
    if (reach < breakLeast) return [];
    const [back, on] = [even[(at - reach + count) % count]!, even[(at + reach) % count]!];
    const arms = [back, on].map((point) => minus(point, even[at]!));
    const isWithin = arms.every((arm) => Math.abs(turnOf(arm, [-direction[0], -direction[1]])) < withinMost);
    return isWithin && Math.PI - Math.abs(turnOf(arms[0]!, arms[1]!)) > breakTurn ? [at] : [];
  });
  return [...new Set(breaks)].sort((one, other) => one - other);
}

/** Pieces of a curve that is cut at given points. */
export function brokenPieces(even: readonly Point[], isClosed: boolean, breaks: readonly number[], hand: number): Cut {
  const first = isClosed ? breaks[0]! : 0;
  const open = isClosed ? [...even.slice(first), ...even.slice(0, first + 1)] : even;
  const cuts = [...new Set([0, ...breaks.map((at) => at - first), open.length - 1])];
  const pieces = cuts.slice(1).flatMap((to, index) => {
    const from = cuts[index]!;
    return piecesOf(open.slice(from, to + 1), hand).map((piece) => ({
      ...piece,
      from: piece.from + from,
      to: piece.to + from,
    }));
  });
  return { open, pieces };
}

/** A closed curve cut open where two pieces meet: first anywhere, then within its longest line, so that no piece is cut. */
export function closedPieces(even: readonly Point[], hand: number): Cut {
  const count = even.length;
  const cutAt = (at: number): Point[] => {
    const cut = at % count;
    return [...even.slice(cut), ...even.slice(0, cut + 1)];
  };
  const first = piecesOf(cutAt(0), hand);
  const longest = first.reduce((best, piece) => (weightOf(piece) > weightOf(best) ? piece : best));
  const within = (longest.from + longest.to) >> 1;
  const second = piecesOf(cutAt(within), hand);
  const open = cutAt(within + second[0]!.to);
  return { open, pieces: piecesOf(open, hand, !second[0]!.circle) };
}

/** Lines are cut rather than arcs. */
const weightOf = ({ from, to, circle }: Piece): number => (to - from) * (circle ? 0.5 : 1);
