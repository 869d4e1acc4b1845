/** Curves of a clean sketch as paths of lines and cubic curves: what goes on without a corner does so smoothly, corners become round. Pure. */
import type { Path, Point, Segment } from "../../shared/vectors/vector-path.ts";
import { distanceOf, dot, minus, plus, turnOf, unit } from "../engine/outlines/polyline.ts";
import { ellipsePath } from "../vector/curves/ellipse.ts";
import { sampled } from "../vector/curves/sampled.ts";
import type { Curve, CurvePiece } from "./curves.ts";
import { drawnPx } from "./ink.ts";
import type { Ring } from "./rings.ts";

/** An arc is one cubic curve up to this turn. */
const turnMost = 1.6;
/** How far an arc's end may be turned so that it goes on in a line, in radians, and its height changed by that, of the drawing's side; what is off more is blended. */
const [bentMost, higherMost] = [0.4, 0.04] as const;
/** Length of a blend to either side, of the drawing's side, and of the piece. */
const [blendMost, blendShare] = [0.09, 0.35] as const;
/** Turns that are seen. */
const seenFrom = 0.02;
/** Lines up to this length, in cells, are points. */
const pointMost = 0.5;
/** Steps of a curve that is flattened. */
const curveSteps = 16;

interface Place {
  readonly at: Point;
  readonly radius: number;
}

/** A line or an arc, with what is cut off both ends. */
interface Drawn {
  readonly from: Point;
  readonly to: Point;
  readonly bulge: number;
  readonly length: number;
  readonly cut: [number, number];
}

/** Without short lines whose ends have become one. */
export function withoutPoints(curve: Curve, places: readonly Place[]): Curve {
  const pieces = curve.pieces.filter(
    ({ from, to, bulge }) => bulge !== 0 || distanceOf(places[from]!.at, places[to]!.at) > pointMost,
  );
  return { ...curve, pieces };
}

export function pathOf(curve: Curve, places: readonly Place[]): Path {
  const { isClosed, pieces } = curve;
  const count = pieces.length;
  const drawn = pieces.map(({ from, to, bulge }): Drawn => {
    const [one, other] = [places[from]!.at, places[to]!.at];
    return { from: one, to: other, bulge, length: lengthOf(one, other, bulge), cut: [0, 0] };
  });
  const joints = isClosed ? count : count - 1;
  for (let at = 0; at < joints; at += 1) {
    const [own, next] = [drawn[at]!, drawn[(at + 1) % count]!];
    const turn = Math.abs(turnOf(tangentOf(own, own.length), tangentOf(next, 0)));
    const { radius } = places[pieces[at]!.to]!;
    const isRound = radius > 0 && own.bulge === 0 && next.bulge === 0;
    if (turn < seenFrom || !(isRound || pieces[at]!.smooth[1])) continue;
    const most = Math.min(own.length, next.length) * (isRound ? 0.5 : blendShare);
    const wanted = isRound ? radius * Math.tan(turn / 2) : blendMost * drawnPx;
    own.cut[1] = next.cut[0] = Math.min(wanted, most);
  }
  const segments = drawn.flatMap((own, at): Segment[] => {
    const next = isClosed || at < count - 1 ? drawn[(at + 1) % count]! : undefined;
    const joint = next && own.cut[1] > 0 ? [blend(own, next)] : [];
    return [...pieceSegments(own), ...joint];
  });
  return { start: pointOf(drawn[0]!, drawn[0]!.cut[0]), segments, ...(!isClosed && { isOpen: true }) };
}

/** The place of a piece that is nearest to a point. */
export function nearestOn(
  { from, to, bulge }: Pick<CurvePiece, "from" | "to" | "bulge">,
  places: readonly Place[],
  point: Point,
): Point {
  const [one, other] = [places[from]!.at, places[to]!.at];
  const piece: Drawn = { from: one, to: other, bulge, length: lengthOf(one, other, bulge), cut: [0, 0] };
  const steps = Math.max(2, Math.ceil(piece.length / 0.5));
  const along = Array.from({ length: steps + 1 }, (_, step) => pointOf(piece, (piece.length * step) / steps));
  return along.reduce((best, own) => (distanceOf(own, point) < distanceOf(best, point) ? own : best));
}

/** Arcs that nearly go on in lines do. */
export function tangentArcs({ pieces, isClosed }: Curve, places: readonly Place[]): CurvePiece[] {
  const count = pieces.length;
  return pieces.map((piece, at) => {
    if (piece.bulge === 0) return piece;
    if (piece.height !== undefined) {
      const apart = distanceOf(places[piece.from]!.at, places[piece.to]!.at);
      return { ...piece, bulge: (Math.sign(piece.bulge) * 2 * piece.height) / Math.max(1, apart) };
    }
    const chord = minus(places[piece.to]!.at, places[piece.from]!.at);
    const wanted = ([0, 1] as const).flatMap((side) => {
      const beside = pieces[isClosed ? (at + 2 * side - 1 + count) % count : at + 2 * side - 1];
      if (beside?.bulge !== 0 || !piece.smooth[side]) return [];
      const line = minus(places[beside.to]!.at, places[beside.from]!.at);
      return [side === 0 ? turnOf(line, chord) : turnOf(chord, line)];
    });
    const own = 2 * Math.atan(piece.bulge);
    if (wanted.length === 0 || wanted.some((turn) => Math.abs(turn - own) > bentMost)) return piece;
    const mean = wanted.reduce((sum, turn) => sum + turn, 0) / wanted.length;
    const bulge = Math.tan(mean / 2);
    const isNear = (Math.abs(bulge - piece.bulge) * Math.hypot(chord[0], chord[1])) / 2 < higherMost * drawnPx;
    return isNear ? { ...piece, bulge } : piece;
  });
}

/** Length of a line or an arc. */
function lengthOf(from: Point, to: Point, bulge: number): number {
  const chord = distanceOf(from, to);
  return bulge === 0 ? chord : (chord * (1 + bulge ** 2) * Math.atan(Math.abs(bulge))) / Math.abs(bulge);
}

const rotated = ([x, y]: Point, by: number): Point => [
  x * Math.cos(by) - y * Math.sin(by),
  x * Math.sin(by) + y * Math.cos(by),
];

/** Direction at a length along a piece. */
function tangentOf({ from, to, bulge, length }: Drawn, along: number): Point {
  const chord = unit(minus(to, from));
  const turn = 4 * Math.atan(bulge);
  return rotated(chord, turn * (along / (length || 1) - 0.5));
}

/** Place at a length along a piece. */
function pointOf(piece: Drawn, along: number): Point {
  const { from, to, bulge, length } = piece;
  if (bulge === 0) return plus(from, minus(to, from), along / (length || 1));
  const turn = 4 * Math.atan(bulge) * (along / length);
  const radius = length / Math.abs(4 * Math.atan(bulge));
  // The chord from the start has half the turn.
  return plus(from, rotated(tangentOf(piece, 0), turn / 2), 2 * radius * Math.abs(Math.sin(turn / 2)));
}

/** A piece without what is cut off. */
function pieceSegments(piece: Drawn): Segment[] {
  const [start, end] = [piece.cut[0], piece.length - piece.cut[1]];
  if (end - start < 1e-6) return [];
  if (piece.bulge === 0) return [{ to: pointOf(piece, end) }];
  const turn = Math.abs(4 * Math.atan(piece.bulge)) * ((end - start) / piece.length);
  const steps = Math.max(1, Math.ceil(turn / turnMost));
  return Array.from({ length: steps }, (_, step): Segment => {
    const [from, to] = [step, step + 1].map((at) => start + ((end - start) * at) / steps) as [number, number];
    return cubic(pointOf(piece, from), tangentOf(piece, from), pointOf(piece, to), tangentOf(piece, to));
  });
}

const blend = (own: Drawn, next: Drawn): Segment => {
  const end = own.length - own.cut[1];
  return cubic(pointOf(own, end), tangentOf(own, end), pointOf(next, next.cut[0]), tangentOf(next, next.cut[0]));
};

/** The cubic curve that is nearest to an arc, between two places and directions. */
function cubic(from: Point, start: Point, to: Point, end: Point): Segment {
  const turn = Math.abs(turnOf(start, end)) / 2;
  const handle = ((2 / 3) * distanceOf(from, to)) / (1 + Math.cos(turn));
  const isAhead = dot(start, minus(to, from)) > 0;
  const reach = isAhead ? handle : handle / 2;
  return { to, handles: [plus(from, start, reach), plus(to, end, -reach)] };
}

export const ringPath = ([x, y]: Point, { radii: [rx, ry] }: Ring): Path =>
  ellipsePath((u, v) => [x + rx * u, y + ry * v], 1);

/** Points along a path, close to each other. */
export function flattened({ start, segments, isOpen }: Path): Point[] {
  const points = [start];
  for (const { to, handles } of segments) {
    if (handles) points.push(...sampled([points.at(-1)!, ...handles, to], curveSteps));
    points.push(to);
  }
  return isOpen ? points : [...points, start];
}
