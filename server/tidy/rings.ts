/** Rings of a sketch: closed curves that are circles, or ellipses along the axes, as whole. Pure. */
import { Matrix, solve } from "ml-matrix";
import type { Point } from "../../shared/vectors/vector-path.ts";
import { drawnPx } from "./ink.ts";
import { costOf, resampled, stepPx } from "./segments.ts";

export interface Ring {
  readonly middle: Point;
  readonly radii: readonly [number, number];
}

/** Radii that differ by less are one. */
const roundWithin = 0.2;
/** Least radius, of the drawing's side. */
const radiusLeast = 0.015;
/** How far points are off a ring in the mean, of its radius: for sure, and at most where that costs little; how far any is. */
const [offSure, offMost, costMost, farMost] = [0.022, 0.085, 9, 0.2] as const;

/** Junctions dent a ring whatever the hand is. */
const ringHand = (hand: number): number => Math.max(0.7, hand);

/** The ring that a closed curve is. @param hand how unsteady it is, see hand.ts */
export function ringOf(points: readonly Point[], hand = 1): Ring | undefined {
  const even = resampled(points, true);
  const found = even.length < 6 ? undefined : ellipseThrough(even);
  if (!found) return undefined;
  const { middle, radii } = found;
  const [rx, ry] = radii;
  const offs = even.map(([x, y]) => {
    const far = Math.hypot((x - middle[0]) / rx, (y - middle[1]) / ry);
    return ((far - 1) * Math.hypot(x - middle[0], y - middle[1])) / Math.max(1e-6, far);
  });
  const squares = offs.reduce((sum, off) => sum + off * off, 0);
  const least = Math.min(rx, ry);
  const off = Math.sqrt(squares / even.length) / least;
  const isSure =
    off <= ringHand(hand) * offSure ||
    (off <= offMost && costOf(squares, stepPx * even.length, ringHand(hand)) <= costMost);
  if (least < radiusLeast * drawnPx || !isSure || offs.some((own) => Math.abs(own) > farMost * least)) return undefined;
  const isRound = Math.abs(rx - ry) < roundWithin * Math.max(rx, ry);
  return isRound ? { middle, radii: [Math.sqrt(rx * ry), Math.sqrt(rx * ry)] } : found;
}

/** The ellipse along the axes that fits best: a x² + b y² + c x + d y = 1, by least squares. */
function ellipseThrough(points: readonly Point[]): Ring | undefined {
  const count = points.length;
  const middle: Point = [
    points.reduce((sum, [x]) => sum + x, 0) / count,
    points.reduce((sum, [, y]) => sum + y, 0) / count,
  ];
  const terms = points.map(([x, y]) => {
    const [u, v] = [(x - middle[0]) / drawnPx, (y - middle[1]) / drawnPx];
    return [u * u, v * v, u, v];
  });
  const left = new Matrix(terms);
  const squares = left.transpose().mmul(left);
  // A line has no ellipse.
  for (let at = 0; at < 4; at += 1) squares.set(at, at, squares.get(at, at) + 1e-9);
  const [a, b, c, d] = solve(squares, left.transpose().mmul(Matrix.ones(count, 1))).to1DArray() as [
    number,
    number,
    number,
    number,
  ];
  if (!(a > 0 && b > 0)) return undefined;
  const [u, v] = [-c / (2 * a), -d / (2 * b)];
  const scale = 1 + a * u * u + b * v * v;
  return {
    middle: [middle[0] + drawnPx * u, middle[1] + drawnPx * v],
    radii: [drawnPx * Math.sqrt(scale / a), drawnPx * Math.sqrt(scale / b)],
  };
}
