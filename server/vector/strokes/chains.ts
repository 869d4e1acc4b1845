/**
 * Lines as chains of points: stretches whose middles are known, joined where lines go on through a junction, turn at a corner or bend, and drawn out to where they
 * end. Where two arms meet at a corner is where their middles would; that is sharper than what a skeleton has there. Pure.
 */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import {
  cross,
  distanceOf,
  dot,
  type Line,
  lineOf,
  meetingOf,
  minus,
  plus,
  turnOf,
  unit,
} from "../../engine/outlines/polyline.ts";
import { edgeFrom, type Stretch } from "./across.ts";
import { crossingOf, endLine, hermite, jointOf, type Lines } from "./joints.ts";

/** A branch of the skeleton by the stretches of it that are known. */
export interface BranchLine {
  readonly stretches: readonly Stretch[];
  /** Junctions, −1 for a free end. */
  readonly ends: readonly [number, number];
  readonly isClosed: boolean;
}

/** A line: pieces that begin where the one before ends, at a corner. */
export interface Chain {
  readonly pieces: ReadonlyArray<readonly Point[]>;
  /** The last piece ends where the first begins; a single piece goes on around without a corner unless `isCornered`. */
  readonly isClosed: boolean;
  readonly isCornered: boolean;
  /** Whether it has ends whose caps are seen. */
  readonly hasFreeEnds: boolean;
}

/** How far lines may lie beside each other that go on through a junction, of the width, and how much they may turn, in radians. */
const [besideShare, throughMost] = [0.4, (32 * Math.PI) / 180] as const;
/** Least sine of the angle between lines of which one goes on beyond the other, and by how much it does, of the width. */
const [leansLeast, beyondShare] = [0.5, 0.14] as const;
/** How far from its tip a line is measured, and how broad it is there where its end is round, of its width. */
const [tipShare, roundMost] = [0.15, 0.86] as const;
/** How far back from its new end a stretch is cut, in pixels. */
const backPx = 40;
/** Length of the middle of a dot, of its width. */
const dotMost = 0.2;
/** How far a stretch that is not known may lie beside the line of one that is and goes on to it, of the width. */
const guessShare = 0.16;

/** Where a line ends at a junction: at a point, or beyond, on a line from there. */
type Target = Point | Line;
const isPoint = (target: Target): target is Point => Array.isArray(target);

/** An end of a branch at a junction. */
interface End {
  readonly key: number;
  readonly line: Line;
}

const endKey = (branch: number, side: 0 | 1): number => 2 * branch + side;

/** @param junctions middles of them */
export function chainsOf(lines: Lines, branches: readonly BranchLine[], junctions: readonly Point[]): Chain[] {
  const partners = new Map<number, number>();
  const targets = new Map<number, Target>();
  const lineOfEnd = (key: number): Line => {
    const { stretches } = branches[key >> 1]!;
    const side = (key & 1) as 0 | 1;
    return endLine(side === 0 ? stretches[0]! : stretches.at(-1)!, side, lines.widthPx);
  };
  for (const [at, middle] of junctions.entries()) {
    const ends = branches.flatMap(({ ends: own }, branch) =>
      ([0, 1] as const).flatMap((side): End[] =>
        own[side] === at ? [{ key: endKey(branch, side), line: lineOfEnd(endKey(branch, side)) }] : [],
      ),
    );
    for (const [one, other] of meetAt(lines, ends, middle, targets)) {
      partners.set(one, other);
      partners.set(other, one);
    }
  }
  const isUsed = new Set<number>();
  const chains: Chain[] = [];
  const follow = (start: number): void => {
    const keys: number[] = [];
    for (let key: number | undefined = start; key !== undefined && !isUsed.has(key >> 1); ) {
      isUsed.add(key >> 1);
      keys.push(key);
      key = partners.get(key ^ 1);
    }
    chains.push(chainThrough(lines, branches, keys, partners.get(keys.at(-1)! ^ 1) === start, targets));
  };
  for (const [branch, { isClosed }] of branches.entries())
    for (const side of [0, 1] as const)
      if (!isClosed && !isUsed.has(branch) && !partners.has(endKey(branch, side))) follow(endKey(branch, side));
  for (const branch of branches.keys()) if (!isUsed.has(branch)) follow(endKey(branch, 0));
  return chains;
}

/** Which ends at a junction go on in each other; where the others end is put into `targets`. */
function meetAt(
  { field, widthPx }: Lines,
  ends: readonly End[],
  middle: Point,
  targets: Map<number, Target>,
): Array<readonly [number, number]> {
  const turnAt = (one: End, other: End): number => Math.PI - Math.abs(turnOf(one.line.direction, other.line.direction));
  const besides = (one: End, other: End): number =>
    Math.abs(cross(unit(minus(one.line.direction, other.line.direction)), minus(other.line.at, one.line.at)));
  const pairs = ends
    .flatMap((one, at) => ends.slice(at + 1).map((other) => ({ one, other, turn: turnAt(one, other) })))
    .sort((first, second) => first.turn - second.turn);
  const through = pairs.filter(
    ({ one, other, turn }) => turn <= throughMost && besides(one, other) <= besideShare * widthPx,
  );
  const left = new Set(ends);
  const joined: Array<readonly [End, End]> = [];
  // Where nothing goes on, the two that turn least make a corner, at which others end.
  for (const { one, other } of through.length > 0 ? through : pairs.slice(0, 1))
    if (left.has(one) && left.has(other)) {
      joined.push([one, other]);
      left.delete(one);
      left.delete(other);
    }
  for (const end of left) {
    const [first] = joined;
    const corner = first && turnAt(...first) > throughMost ? meetingOf(first[0].line, first[1].line) : undefined;
    const across = first && crossingOf(end.line, hermite(first[0].line, first[1].line));
    const meeting = corner ?? across?.at;
    const isNear = meeting && distanceOf(meeting, middle) <= widthPx;
    const target = isNear ? meeting : middle;
    const leans = across ? Math.abs(cross(across.direction, end.line.direction)) : 1;
    const reach = edgeFrom(field, target, end.line.direction, 2 * widthPx) ?? 0;
    // A line that goes a little beyond the one at which it ends.
    const isBeyond = !corner && leans > leansLeast && reach > widthPx / 2 / leans + beyondShare * widthPx;
    targets.set(end.key, isBeyond ? { at: target, direction: end.line.direction } : target);
  }
  return joined.map(([one, other]) => [one.key, other.key] as const);
}

/** @param keys of the ends at which the branches of the chain begin, in their order */
function chainThrough(
  lines: Lines,
  branches: readonly BranchLine[],
  keys: readonly number[],
  isRing: boolean,
  targets: ReadonlyMap<number, Target>,
): Chain {
  const isClosed = isRing || branches[keys[0]! >> 1]!.isClosed;
  const all = keys.flatMap((key) => {
    const { stretches: found } = branches[key >> 1]!;
    return key % 2 === 0 ? found : [...found].reverse().map(reversed);
  });
  const stretches = withoutGuesses(all, isClosed, lines.widthPx).map(({ points }) => points);
  let hasFreeEnds = false;
  const lineAt = (at: number, side: 0 | 1): Line =>
    endLine({ points: stretches[at]!, isKnown: true }, side, lines.widthPx);
  if (!isClosed) {
    const endAt = (key: number, own: Line): Point => {
      const target = targets.get(key);
      if (target && isPoint(target)) return target;
      hasFreeEnds = true;
      return tipOf(lines, target ?? own);
    };
    const last = stretches.length - 1;
    const [first, final] = [lineAt(0, 0), lineAt(last, 1)];
    const [start, end] = [endAt(keys[0]!, first), endAt(keys.at(-1)! ^ 1, final)];
    stretches[0] = [start, ...upTo([...stretches[0]!].reverse(), first, start).reverse()];
    stretches[last] = [...upTo(stretches[last]!, final, end), end];
  }
  const pieces: Point[][] = [[]];
  const count = stretches.length;
  for (const [at, stretch] of stretches.entries()) {
    pieces.at(-1)!.push(...stretch);
    const next = (at + 1) % count;
    // The end of a line, or a ring without a gap.
    if (next === 0 && (!isClosed || (count === 1 && distanceOf(stretch[0]!, stretch.at(-1)!) < 3))) break;
    const joint = jointOf(lines, lineAt(at, 1), lineAt(next, 0));
    if ("bend" in joint) pieces.at(-1)!.push(...joint.bend);
    else {
      pieces.at(-1)!.push(joint.corner);
      pieces.push([joint.corner]);
    }
  }
  const isCornered = pieces.length > 1;
  if (!isClosed || !isCornered) return { pieces, isClosed, isCornered, hasFreeEnds };
  // It begins at a corner.
  const [first, ...others] = pieces;
  others.at(-1)!.push(...first!);
  return { pieces: others, isClosed, isCornered, hasFreeEnds };
}

const reversed = ({ points, isKnown }: Stretch): Stretch => ({ points: [...points].reverse(), isKnown });

/** Without stretches that are not known, where those beside them go on to where they are. */
function withoutGuesses(stretches: readonly Stretch[], isClosed: boolean, widthPx: number): readonly Stretch[] {
  const known = stretches.filter((stretch, at) => {
    if (stretch.isKnown) return true;
    const beside = [-1, 1].flatMap((step) => {
      const other = isClosed ? stretches.at((at + step) % stretches.length) : stretches[at + step];
      return other?.isKnown ? [endLine(other, step < 0 ? 1 : 0, widthPx)] : [];
    });
    return !beside.some(({ at: from, direction }) =>
      stretch.points.every((point) => Math.abs(cross(direction, minus(point, from))) < guessShare * widthPx),
    );
  });
  return known.length > 0 ? known : stretches;
}

/** Points of a stretch without what lies beyond its new end. */
const upTo = (stretch: readonly Point[], { direction }: Line, end: Point): Point[] => {
  const points = [...stretch];
  while (
    points.length > 1 &&
    dot(minus(points.at(-1)!, end), direction) > -0.5 &&
    distanceOf(points.at(-1)!, end) < backPx
  )
    points.pop();
  return points;
};

/** A line that is hardly longer than broad, along the axis of its ink; undefined for a dot. @param pixels middles of the ink */
export function shortChain(lines: Lines, pixels: readonly Point[]): Chain | undefined {
  const axis = lineOf(pixels);
  const tips = [1, -1].map((way) =>
    tipOf(lines, { at: axis.at, direction: [way * axis.direction[0], way * axis.direction[1]] }),
  );
  if (distanceOf(tips[0]!, tips[1]!) < dotMost * lines.widthPx) return undefined;
  return { pieces: [tips], isClosed: false, isCornered: false, hasFreeEnds: true };
}

/** Where the middle of a line with a free end ends: half the width before a round end, and where one that is cut off flat is. */
function tipOf({ field, widthPx }: Lines, { at, direction }: Line): Point {
  const reach = edgeFrom(field, at, direction, 3 * widthPx) ?? widthPx / 2;
  const nearTip = plus(at, direction, Math.max(0, reach - tipShare * widthPx));
  const [x, y] = direction;
  const broad = [[-y, x] as const, [y, -x] as const]
    .map((across) => edgeFrom(field, nearTip, across, widthPx) ?? widthPx / 2)
    .reduce((sum, half) => sum + half, 0);
  return plus(at, direction, broad < roundMost * widthPx ? reach - widthPx / 2 : reach);
}
