/**
 * A wobbly curve as few lines and arcs: of all ways to cut it, the one that costs least, where a piece costs as much as its points are off and a little for itself
 * (dynamic programming; Bellman 1961, "On the approximation of curves by line segments using dynamic programming"). Pure.
 */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { evenPoints, minus, turnOf } from "../engine/outlines/polyline.ts";
import { type Circle, Fits } from "./fits.ts";
import { drawnPx } from "./ink.ts";

export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Undefined for a line. */
  readonly circle?: Circle;
}

/** Step of points in cells, and how many of them a hand is off together. */
export const stepPx = 2;
const alike = 8;
/** How far a hand is off, of the drawing's side; what a piece costs. */
const offShare = 0.01;
const [lineCost, uprightCost, arcCost, cornerCost, smallCost, wideCost] = [3, 2, 4.6, 2.2, 3.4, 6] as const;
/** Lines that lean by less are upright or level; arcs up to this length, of the drawing's side, that turn so much are round corners. */
const [leanMost, cornerLength, cornerTurn] = [0.12, 0.2, 0.9] as const;
/** Of arcs: least radius, of the drawing's side, and greatest turn. */
const [radiusLeast, turnMost] = [0.025, 5.6] as const;
const radiusMost = 2;
/** An arc with a larger radius, of the drawing's side, has no point at which the curve turns by so much, over so many points to either side; each costs. */
const [sharpBeside, sharpTurn, sharpReach, sharpCost] = [0.1, 1, 4, 1] as const;

/** Points at even steps. */
export const resampled = (points: readonly Point[], isClosed: boolean): readonly Point[] =>
  evenPoints(points, stepPx, !isClosed, 2);

/** What a piece is: round corners lie between two lines. */
const [line, arc, corner] = [0, 1, 2] as const;
const before = { [line]: [line, arc, corner], [arc]: [line, arc], [corner]: [line] } as const;

/**
 * Pieces of an open curve at even steps.
 * @param hand how unsteady it is, see hand.ts
 * @param goesOn whether a line leads to its start and on from its end
 */
export function piecesOf(points: readonly Point[], hand: number, goesOn = false): Piece[] {
  const fits = new Fits(points);
  const lengthPx = points.length * stepPx;
  const sharps = sharpsOf(points);
  const count = points.length;
  const never = Number.POSITIVE_INFINITY;
  const best = [line, arc, corner].map(() => new Float64Array(count).fill(never)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const made = best.map((): Made[] => new Array(count));
  best[arc][0] = 0;
  if (goesOn) best[line][0] = 0;
  const consider = (kind: 0 | 1 | 2, from: number, to: number, cost: number, circle?: Circle): void => {
    for (const last of before[kind]) {
      const total = best[last][from]! + cost;
      if (total >= best[kind][to]!) continue;
      best[kind][to] = total;
      made[kind]![to] = { from, last, ...(circle && { circle }) };
    }
  };
  for (let to = 1; to < count; to += 1)
    for (let from = 0; from < to; from += 1) {
      consider(
        line,
        from,
        to,
        (isUpright(points[from]!, points[to]!) ? uprightCost : lineCost) + costOf(fits.line(from, to), lengthPx, hand),
      );
      const found = to - from < 4 ? undefined : fits.arc(from, to);
      const turn = found ? ((to - from) * stepPx) / found.circle.radius : 0;
      if (!found || !isArc(found.circle, turn)) continue;
      const { circle } = found;
      const squares =
        costOf(found.squares, lengthPx, hand) +
        (circle.radius > sharpBeside * drawnPx ? sharpCost * sharps.between(from, to) : 0);
      const isSmall = turn > cornerTurn && (to - from) * stepPx < cornerLength * drawnPx;
      consider(arc, from, to, (isSmall ? smallCost : turn > Math.PI ? wideCost : arcCost) + squares, circle);
      if (isSmall) consider(corner, from, to, cornerCost + squares, circle);
    }
  const ends = goesOn ? ([line, arc, corner] as const) : ([line, arc] as const);
  let kind: 0 | 1 | 2 = ends.reduce((one, other) => (best[other][count - 1]! < best[one][count - 1]! ? other : one));
  const pieces: Piece[] = [];
  for (let at = count - 1; at > 0; ) {
    const { from, last, circle } = made[kind]![at]!;
    pieces.unshift({ from, to: at, ...(circle && { circle }) });
    [at, kind] = [from, last];
  }
  return pieces;
}

/** How many points a run has, but for its ends, around which the curve turns at once. */
function sharpsOf(points: readonly Point[]): { between: (from: number, to: number) => number } {
  const sums = new Float64Array(points.length + 1);
  for (const at of points.keys()) {
    const [back, on] = [points[at - sharpReach], points[at + sharpReach]];
    const turn = back && on ? Math.abs(turnOf(minus(points[at]!, back), minus(on, points[at]!))) : 0;
    sums[at + 1] = sums[at]! + Number(turn > sharpTurn);
  }
  return { between: (from, to) => Math.max(0, sums[Math.max(from, to - 1)]! - sums[Math.min(to, from + 2)]!) };
}

interface Made {
  readonly from: number;
  readonly last: 0 | 1 | 2;
  readonly circle?: Circle;
}

/** What squared distances cost in a curve of this length: a hand is off less in what is small. @param hand how unsteady it is, see hand.ts */
export const costOf = (squares: number, length: number, hand: number): number =>
  squares / (alike * (hand * offShare * drawnPx) ** 2 * Math.min(1, length / drawnPx));

const isArc = ({ radius }: Circle, turn: number): boolean =>
  radius > radiusLeast * drawnPx && radius < radiusMost * drawnPx && turn <= turnMost;

const isUpright = (one: Point, other: Point): boolean => {
  const [x, y] = [Math.abs(other[0] - one[0]), Math.abs(other[1] - one[1])];
  return Math.min(x, y) < leanMost * Math.max(x, y);
};
