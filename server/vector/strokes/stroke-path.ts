/** A chain of points → a path of few lines and curves: straight stretches first, curves between them; a ring may be an ellipse. Pure. */
import type { Path, Point, Segment } from "../../../shared/vectors/vector-path.ts";
import {
  distanceOf,
  footOn,
  type Line,
  type Loop,
  meetingOf,
  openLoopOf,
  pointAt,
} from "../../engine/outlines/polyline.ts";
import type { Run } from "../../engine/outlines/straight-runs.ts";
import { straightStretches } from "../../engine/outlines/straight-stretches.ts";
import { curvesThrough, type Fit, fitRing, headingOf, straightFor } from "../curves/fit.ts";
import { roundedBetween } from "../curves/rounded.ts";
import type { Chain } from "./chains.ts";

/** A piece with its straight stretches in order. */
interface Piece {
  readonly loop: Loop;
  readonly runs: readonly Run[];
}

/** How far from an end a straight stretch may begin that goes on to it, and how far a corner moves to where two of them meet, of the width of lines. */
const [nearShare, movesShare] = [0.3, 0.35] as const;

/** Distance of points to which curves are fitted, by the width of lines, and in pixels. */
const [stepShare, stepLeastPx, stepMostPx] = [0.06, 0.7, 1.3] as const;
/** Over which length the direction of an end is measured, in pixels. */
const armPx = 5;

export function strokePath(chain: Chain, widthPx: number, fit: Fit): Path {
  const { tolerancePx } = fit;
  const stepPx = Math.min(stepMostPx, Math.max(stepLeastPx, stepShare * widthPx));
  if (chain.isClosed && !chain.isCornered) return fitRing(chain.pieces[0]!, fit);
  const pieces = chain.pieces.map((points): Piece => {
    const loop = openLoopOf(points, stepPx);
    const runs = straightStretches(loop, {
      ...straightFor(tolerancePx),
      offPx: 0.6 * tolerancePx,
      bendPx: 0.4 * tolerancePx,
    });
    return { loop, runs: [...runs].sort((one, other) => one.from - other.from) };
  });
  const near = nearShare * widthPx;
  const lineAt = ({ loop, runs }: Piece, side: 0 | 1): Line | undefined => {
    const run = side === 0 ? runs[0] : runs.at(-1);
    if (!run) return undefined;
    const left = side === 0 ? run.from : loop.points.length - 1 - run.to;
    return left * loop.stepPx <= near ? run.line : undefined;
  };
  /** Where a piece begins or ends, on its own line and on that of the piece beyond the corner. */
  const placeOf = (point: Point, own: Line | undefined, other: Line | undefined): Point => {
    const meeting = own && other && meetingOf(own, other);
    if (meeting && distanceOf(meeting, point) <= movesShare * widthPx) return meeting;
    const line = own ?? other;
    return line ? footOn(line, point) : point;
  };
  const count = pieces.length;
  const starts = pieces.map((piece, at) => {
    const before = at > 0 || chain.isClosed ? pieces[(at - 1 + count) % count] : undefined;
    return placeOf(piece.loop.points[0]!, lineAt(piece, 0), before && lineAt(before, 1));
  });
  const ends = pieces.map((piece, at) =>
    at < count - 1 || chain.isClosed
      ? starts[(at + 1) % count]!
      : placeOf(piece.loop.points.at(-1)!, lineAt(piece, 1), undefined),
  );
  return {
    start: starts[0]!,
    segments: pieces.flatMap((piece, at) => pieceSegments(piece, starts[at]!, ends[at]!, near, fit)),
    ...(!chain.isClosed && { isOpen: true }),
  };
}

const lengthOf = (line: { readonly begins: Point; readonly ends: Point } | undefined): number =>
  line ? distanceOf(line.begins, line.ends) : 0;

function pieceSegments({ loop, runs }: Piece, start: Point, end: Point, near: number, fit: Fit): Segment[] {
  const last = loop.points.length - 1;
  const startsStraight = runs.length > 0 && runs[0]!.from * loop.stepPx <= near;
  const endsStraight = runs.length > 0 && (last - runs.at(-1)!.to) * loop.stepPx <= near;
  const lines = runs.map(({ from, to, line }, at) => ({
    from,
    to,
    line,
    begins: at === 0 && startsStraight ? start : footOn(line, pointAt(loop, from)),
    ends: at === runs.length - 1 && endsStraight ? end : footOn(line, pointAt(loop, to)),
  }));
  const segments: Segment[] = [];
  for (let at = startsStraight ? 1 : 0; at <= lines.length - (endsStraight ? 1 : 0); at += 1) {
    const [before, after] = [lines[at - 1], lines[at]];
    const points = between(loop, before?.to ?? 0, after?.from ?? last, before?.ends ?? start, after?.begins ?? end);
    const lengths = [lengthOf(before), lengthOf(after)] as const;
    const arc = roundedBetween(
      { points, before: before?.line.direction, after: after?.line.direction, lengths },
      fit.tolerancePx,
    );
    if (before) segments.push({ to: arc?.from ?? before.ends });
    segments.push(
      ...(arc?.segments ??
        curvesThrough(
          points,
          before?.line.direction ?? headingOf(loop, 0, armPx),
          after?.line.direction ?? headingOf(loop, last, armPx),
          fit,
          [before !== undefined, after !== undefined],
        )),
    );
    if (arc && after) lines[at] = { ...after, begins: arc.to };
  }
  if (endsStraight) segments.push({ to: end });
  return segments;
}

/** Points from one index to another, with both ends put elsewhere. */
function between(loop: Loop, from: number, to: number, start: Point, end: Point): Point[] {
  const points = loop.points
    .slice(from + 1, to)
    .filter((point) => distanceOf(point, start) > 1 && distanceOf(point, end) > 1);
  return [start, ...points, end];
}
