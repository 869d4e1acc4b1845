/** Curves of a sketch as anchors with lines and arcs between them. Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";
import {
  distanceOf,
  dot,
  footOn,
  type Line,
  lineOf,
  meetingOf,
  minus,
  plus,
  turnOf,
  unit,
} from "../engine/outlines/polyline.ts";
import { breaksOf, brokenPieces, closedPieces } from "./cuts.ts";
import type { Circle } from "./fits.ts";
import { drawnPx } from "./ink.ts";
import { type Piece, resampled, stepPx } from "./segments.ts";

export interface CurvePiece {
  /** Indices of anchors. */
  readonly from: number;
  readonly to: number;
  /** Tangent of a quarter of the turn, as in DXF files: 0 is a line, 1 half a circle; above 0 it turns from x towards y. */
  readonly bulge: number;
  /** Of an arc that is most of a circle: its height over the chord stays, wherever its ends go. */
  readonly height?: number;
  /** Whether it goes on without a corner in the piece before, and after. */
  readonly smooth: readonly [boolean, boolean];
}

export interface Curve {
  readonly pieces: readonly CurvePiece[];
  readonly isClosed: boolean;
}

export interface Anchor {
  readonly at: Point;
  /** Of a corner that is round, in cells. */
  readonly radius: number;
}

/** Least turn of a corner, in radians; lines that turn less are one. */
const [cornerFrom, straightUpTo] = [0.75, 0.22] as const;
/** A corner is where two lines meet if that is as near, of the drawing's side. */
const meetMost = 0.09;
/** Lines up to this length may be what a hand made of a corner, if those beside it would meet as near; of the drawing's side. */
const [shortMost, shortWithin] = [0.13, 0.08] as const;
/** Sharper corners are half as near. */
const sharpFrom = 2;
/** Round corners: greatest turn, and length of the arc, of the drawing's side. */
const [roundTurnMost, roundMost] = [2.6, 0.36] as const;

/** A piece with its ends' tangents, in the direction of the curve. */
interface Fitted {
  readonly line?: Line;
  readonly circle?: Circle;
  /** 1 if it turns from x towards y. */
  readonly way: number;
  readonly piece: Piece;
}

/** @param hand how unsteady it is, see hand.ts @param ends of other curves, with their directions outwards: at the tip of an arrow this one is sharp @returns pieces whose anchors count from 0 */
export function curveOf(
  points: readonly Point[],
  isClosed: boolean,
  hand: number,
  ends: readonly Line[] = [],
): { readonly curve: Curve; readonly anchors: readonly Anchor[] } {
  const even = resampled(points, isClosed);
  const breaks = breaksOf(even, isClosed, ends);
  const { open, pieces } =
    isClosed && breaks.length === 0 ? closedPieces(even, hand) : brokenPieces(even, isClosed, breaks, hand);
  const fitted = withoutBends(
    open,
    pieces.map((piece) => fittedPiece(open, piece)),
    isClosed,
  );
  const isRound = fitted.map(
    (own, at) => fitted.length > 2 && isRoundCorner(open, own, ...besides(fitted, at, isClosed)),
  );
  const kept = fitted.filter((_, at) => !isRound[at]);
  const count = kept.length;
  const anchors: Anchor[] = [];
  const smooths: boolean[] = [];
  const joints = isClosed ? count : count - 1;
  const start = open[0]!;
  if (!isClosed) {
    anchors.push({ at: endOf(kept[0]!, start), radius: 0 });
    smooths.push(false);
  }
  for (let at = 0; at < joints; at += 1) {
    const [own, next] = [kept[at]!, kept[(at + 1) % count]!];
    const after = (fitted.indexOf(own) + 1) % fitted.length;
    const round = isRound[after] ? fitted[after] : undefined;
    const point = open[own.piece.to]!;
    const turn = Math.abs(turnOf(tangentAt(own, point), tangentAt(next, round ? open[round.piece.to]! : point)));
    if (round?.circle && own.line && next.line) {
      const corner = meetingOf(own.line, next.line);
      if (corner) {
        anchors.push({ at: corner, radius: round.circle.radius });
        smooths.push(false);
        continue;
      }
    }
    anchors.push({ at: jointOf(own, next, point), radius: 0 });
    smooths.push(turn < cornerFrom);
  }
  if (!isClosed) {
    anchors.push({ at: endOf(kept.at(-1)!, open.at(-1)!), radius: 0 });
    smooths.push(false);
  }
  // Anchor k comes before piece k of an open curve, after it of a closed one.
  const pieceAnchors = kept.map(
    (_, at) => (isClosed ? [(at + count - 1) % count, at] : [at, at + 1]) as [number, number],
  );
  const curve: Curve = {
    isClosed,
    pieces: kept.map((own, at) => {
      const [from, to] = pieceAnchors[at]!;
      const bulge = bulgeOf(own, anchors[from]!.at, anchors[to]!.at, open);
      const height = isWide(own)
        ? { height: (Math.abs(bulge) * distanceOf(anchors[from]!.at, anchors[to]!.at)) / 2 }
        : {};
      return { from, to, bulge, ...height, smooth: [smooths[from]!, smooths[to]!] };
    }),
  };
  return { curve, anchors };
}

/** What comes before and after a place. */
const besides = <Own>(all: readonly Own[], at: number, isClosed: boolean): [Own | undefined, Own | undefined] =>
  isClosed ? [all.at(at - 1), all[(at + 1) % all.length]] : [all[at - 1], all[at + 1]];

/** Lines that hardly turn are one, and short ones between two lines that meet there are none. */
function withoutBends(points: readonly Point[], fitted: readonly Fitted[], isClosed: boolean): Fitted[] {
  const kept: Fitted[] = [];
  for (const own of fitted) {
    const before = kept.at(-1);
    const turn = before?.line && own.line ? Math.abs(turnOf(before.line.direction, own.line.direction)) : Math.PI;
    if (before && turn < straightUpTo)
      kept.splice(-1, 1, fittedPiece(points, { from: before.piece.from, to: own.piece.to }));
    else kept.push(own);
  }
  let left = kept;
  for (const own of kept) if (isBend(points, own, left, isClosed)) left = left.filter((other) => other !== own);
  return left;
}

/** Whether a short line lies between two that meet near it. */
function isBend(points: readonly Point[], own: Fitted, all: readonly Fitted[], isClosed: boolean): boolean {
  const [before, after] = besides(all, all.indexOf(own), isClosed);
  if (all.length < 4 || !own.line || !before?.line || !after?.line) return false;
  if ((own.piece.to - own.piece.from) * stepPx > shortMost * drawnPx) return false;
  const meeting = meetingOf(before.line, after.line);
  const middle = points[(own.piece.from + own.piece.to) >> 1]!;
  return meeting !== undefined && distanceOf(meeting, middle) <= shortWithin * drawnPx;
}

function fittedPiece(points: readonly Point[], piece: Piece): Fitted {
  const own = points.slice(piece.from, piece.to + 1);
  if (!piece.circle) return { piece, way: 0, line: lineThrough(own) };
  const { middle } = piece.circle;
  const half = own[own.length >> 1]!;
  const [a, b] = [minus(own[0]!, middle), minus(half, middle)];
  return { piece, way: Math.sign(a[0] * b[1] - a[1] * b[0]) || 1, circle: piece.circle };
}

/** What is near both ends is rounded by corners. */
function lineThrough(points: readonly Point[]): Line {
  const cut = points.length > 12 ? Math.min(4, points.length >> 3) : 0;
  return lineOf(points.slice(cut, points.length - cut));
}

function tangentAt({ line, circle, way }: Fitted, point: Point): Point {
  if (line) return line.direction;
  const out = unit(minus(point, circle!.middle));
  return [-out[1] * way, out[0] * way];
}

function isRoundCorner(
  points: readonly Point[],
  own: Fitted,
  before: Fitted | undefined,
  after: Fitted | undefined,
): boolean {
  if (!own.circle || !before?.line || !after?.line) return false;
  const turn = Math.abs(turnOf(before.line.direction, after.line.direction));
  const corner = meetingOf(before.line, after.line);
  const ends = [own.piece.from, own.piece.to].map((at) => points[at]!);
  // Two lines that run apart meet behind.
  const isAhead =
    corner &&
    dot(minus(corner, ends[0]!), before.line.direction) > 0 &&
    dot(minus(ends[1]!, corner), after.line.direction) > 0;
  if (!isAhead || distanceOf(corner, points[(own.piece.from + own.piece.to) >> 1]!) > meetMost * drawnPx) return false;
  const length = (own.piece.to - own.piece.from) * stepPx;
  const sweep = length / own.circle.radius;
  return (
    turn > 0.6 &&
    turn < roundTurnMost &&
    sweep < roundTurnMost + 0.4 &&
    Math.abs(sweep - turn) < 0.7 &&
    length < roundMost * drawnPx
  );
}

const onCircle = ({ middle, radius }: Circle, point: Point): Point => plus(middle, unit(minus(point, middle)), radius);
const endOf = ({ line, circle }: Fitted, point: Point): Point =>
  line ? footOn(line, point) : onCircle(circle!, point);

function jointOf(one: Fitted, other: Fitted, point: Point): Point {
  if (one.line && other.line) {
    const turn = Math.abs(turnOf(one.line.direction, other.line.direction));
    const meeting = turn > straightUpTo ? meetingOf(one.line, other.line) : undefined;
    if (meeting && distanceOf(meeting, point) < (turn > sharpFrom ? 0.5 : 1) * meetMost * drawnPx) return meeting;
  }
  if (one.line && other.circle) return lineOnCircle(one.line, other.circle, point) ?? halfway(one, other, point);
  if (other.line && one.circle) return lineOnCircle(other.line, one.circle, point) ?? halfway(one, other, point);
  return halfway(one, other, point);
}

const halfway = (one: Fitted, other: Fitted, point: Point): Point => {
  const [a, b] = [endOf(one, point), endOf(other, point)];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
};

/** Where a line meets a circle near a point. */
function lineOnCircle(line: Line, { middle, radius }: Circle, point: Point): Point | undefined {
  const foot = footOn(line, middle);
  const away = distanceOf(foot, middle);
  if (away > radius) return undefined;
  const half = Math.sqrt(radius ** 2 - away ** 2);
  const [a, b] = [plus(foot, line.direction, half), plus(foot, line.direction, -half)];
  const nearer = distanceOf(a, point) < distanceOf(b, point) ? a : b;
  return distanceOf(nearer, point) < 0.5 * meetMost * drawnPx ? nearer : undefined;
}

function bulgeOf({ circle, way, piece }: Fitted, from: Point, to: Point, points: readonly Point[]): number {
  if (!circle) return 0;
  const chord = distanceOf(from, to);
  if (chord < 1e-6) return 0;
  // By the height over the chord of where the points are in their middle.
  const half = onCircle(circle, points[(piece.from + piece.to) >> 1]!);
  const middle = plus(from, minus(to, from), 0.5);
  const height = distanceOf(half, middle);
  return (way * 2 * height) / chord;
}

const isWide = ({ circle, piece }: Fitted): boolean =>
  circle !== undefined && ((piece.to - piece.from) * stepPx) / circle.radius > Math.PI;
