/**
 * A wobbly curve as few lines and arcs: of all ways to cut it, the one that costs least, where a piece costs as much as its points are off and a little for itself
 * (dynamic programming; Bellman 1961, "On the approximation of curves by line segments using dynamic programming"). Sums up to each point make a fit a few products
 * (Kåsa 1976, "A circle fitting procedure and its error analysis"). Pure.
 */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { distanceOf, minus, turnOf } from "../engine/outlines/polyline.ts";
import { drawnPx } from "./ink.ts";

export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Undefined for a line. */
  readonly circle?: Circle;
}

export interface Circle {
  readonly middle: Point;
  readonly radius: number;
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
export function resampled(points: readonly Point[], isClosed: boolean): Point[] {
  if (points.length < 2) return [...points];
  const own = isClosed ? [...points, points[0]!] : points;
  const lengths = [0];
  for (let at = 1; at < own.length; at += 1) lengths.push(lengths[at - 1]! + distanceOf(own[at - 1]!, own[at]!));
  const total = lengths.at(-1)!;
  const steps = Math.max(2, Math.round(total / stepPx));
  const even: Point[] = [];
  for (let step = 0, at = 0; step < steps + Number(!isClosed); step += 1) {
    const wanted = (step * total) / steps;
    while (at < own.length - 2 && lengths[at + 1]! < wanted) at += 1;
    const share = (wanted - lengths[at]!) / (lengths[at + 1]! - lengths[at]! || 1);
    const [one, other] = [own[at]!, own[at + 1]!];
    even.push([one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])]);
  }
  return even;
}

/** What a piece is: round corners lie between two lines. */
const [line, arc, corner] = [0, 1, 2] as const;
const before = { [line]: [line, arc, corner], [arc]: [line, arc], [corner]: [line] } as const;

/**
 * Pieces of an open curve at even steps.
 * @param goesOn whether a line leads to its start and on from its end
 */
export function piecesOf(points: readonly Point[], goesOn = false): Piece[] {
  const fits = new Fits(points);
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
      consider(line, from, to, (isUpright(points[from]!, points[to]!) ? uprightCost : lineCost) + fits.line(from, to));
      const found = to - from < 4 ? undefined : fits.arc(from, to);
      if (!found) continue;
      const { circle, turn } = found;
      const squares =
        found.squares + (circle.radius > sharpBeside * drawnPx ? sharpCost * sharps.between(from, to) : 0);
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

/** What squared distances cost in a curve of this length: a hand is off less in what is small. */
export const costOf = (squares: number, length: number): number =>
  squares / (alike * (offShare * drawnPx) ** 2 * Math.min(1, length / drawnPx));

const isUpright = (one: Point, other: Point): boolean => {
  const [x, y] = [Math.abs(other[0] - one[0]), Math.abs(other[1] - one[1])];
  return Math.min(x, y) < leanMost * Math.max(x, y);
};

/** Of x, y, x², xy, y², xr, yr, r² with r = x² + y², and how many points there are. */
type Sums = [number, number, number, number, number, number, number, number, number];

/** Least squares over any run of points. */
class Fits {
  private readonly sums: Float64Array[];
  /** Of the run that was asked for last: every two points ask. */
  private readonly run: Sums = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  private readonly length: number;

  constructor(points: readonly Point[]) {
    this.length = points.length * stepPx;
    this.sums = Array.from({ length: 9 }, () => new Float64Array(points.length + 1));
    for (const [at, [x, y]] of points.entries()) {
      const r = x * x + y * y;
      const terms = [x, y, x * x, x * y, y * y, x * r, y * r, r * r, 1];
      for (const [index, sum] of this.sums.entries()) sum[at + 1] = sum[at]! + terms[index]!;
    }
  }

  private between(from: number, to: number): Sums {
    const own = this.run;
    for (let index = 0; index < own.length; index += 1)
      own[index] = this.sums[index]![to + 1]! - this.sums[index]![from]!;
    return own;
  }

  line(from: number, to: number): number {
    const [x, y, xx, xy, yy, , , , n] = this.between(from, to);
    const [a, b, c] = [xx - (x * x) / n, xy - (x * y) / n, yy - (y * y) / n];
    return costOf(Math.max(0, (a + c) / 2 - Math.hypot((a - c) / 2, b)), this.length);
  }

  arc(
    from: number,
    to: number,
  ): { readonly squares: number; readonly turn: number; readonly circle: Circle } | undefined {
    const [x, y, xx, xy, yy, xr, yr, rr, n] = this.between(from, to);
    const [mx, my] = [x / n, y / n];
    const r = xx + yy;
    // About the mean: u = x − mx, v = y − my, q = x² + y² − its mean.
    const [uu, uv, vv] = [xx - x * mx, xy - x * my, yy - y * my];
    const [uq, vq] = [xr - (r * x) / n, yr - (r * y) / n];
    const det = uu * vv - uv * uv;
    if (Math.abs(det) < 1e-6) return undefined;
    const [a, b] = [(uq * vv - vq * uv) / det, (vq * uu - uq * uv) / det];
    const middle: Point = [a / 2, b / 2];
    const radius = Math.sqrt(Math.max(0, r / n - a * mx - b * my + (a * a + b * b) / 4));
    if (!(radius > radiusLeast * drawnPx && radius < radiusMost * drawnPx)) return undefined;
    const turn = ((to - from) * stepPx) / radius;
    if (turn > turnMost) return undefined;
    const qq = rr - (r * r) / n;
    const squares = Math.max(0, qq - a * uq - b * vq) / (4 * radius * radius);
    return { squares: costOf(squares, this.length), turn, circle: { middle, radius } };
  }
}
