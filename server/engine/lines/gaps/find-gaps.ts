/** Gaps in lines: two ends that point at each other across a short way. Ends are those of the skeleton. Pure. */
import type { Point } from "../../../../shared/vectors/vector-path.ts";
import { cross, distanceOf, dot, minus, unit } from "../../outlines/polyline.ts";
import { skeletonOf } from "../../pixels/strokes.ts";

/** Pixels of the skeleton by which the direction of an end is told. */
const tailPx = 7;
/** Shortest gap, in widths of the lines, from end to end of the skeleton. */
const gapLeast = 1.2;
/**
 * Longest gap, by the same, and cosine of the angle between an end and the gap from which on it points across: of what is surely one, and of what is one
 * where all lines have gaps, as arcs do.
 */
const kinds = { sure: { gapMost: 5, alongLeast: 0.9 }, likely: { gapMost: 7, alongLeast: 0.8 } } as const;

/** Sum of the sines of both angles up to which a line turns to one side across a gap, as arcs do, and is no other line beside it. */
const shiftMost = 0.35;

/** The end of a line, in pixels. */
export interface LineEnd {
  readonly at: Point;
  /** Outwards, of length 1. */
  readonly along: Point;
}

/** From one end to the other; each ends where the skeleton does. */
export type Gap = readonly [LineEnd, LineEnd];

export interface Drawn {
  /** [sizePx, sizePx] */
  readonly alphas: Float32Array;
  readonly sizePx: number;
}

/** @param width of the lines, of the side */
export function gapsIn({ alphas, sizePx }: Drawn, width: number, kind: keyof typeof kinds): Gap[] {
  const { gapMost, alongLeast } = kinds[kind];
  const ends = endsOf(skeletonOf(alphas, sizePx), sizePx);
  const [least, most] = [gapLeast * width * sizePx, gapMost * width * sizePx];
  const found = ends
    .flatMap((one, at) => ends.slice(at + 1).map((other): Gap => [one, other]))
    .filter(([one, other]) => {
      const far = distanceOf(one.at, other.at);
      if (far < least || far > most) return false;
      const across = unit(minus(other.at, one.at));
      const isAlong = dot(one.along, across) >= alongLeast && -dot(other.along, across) >= alongLeast;
      return isAlong && Math.abs(cross(across, one.along) - cross(across, other.along)) <= shiftMost;
    })
    .sort((one, other) => lengthOf(one) - lengthOf(other));
  // An end has one gap, the shortest.
  const taken = new Set<LineEnd>();
  return found.filter((gap) => {
    if (gap.some((end) => taken.has(end))) return false;
    for (const end of gap) taken.add(end);
    return true;
  });
}

export const lengthOf = ([one, other]: Gap): number => distanceOf(one.at, other.at);

function endsOf(skeleton: Uint16Array, sizePx: number): LineEnd[] {
  const nextTo = (at: number): number[] => {
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    const found: number[] = [];
    for (let row = Math.max(0, y - 1); row <= Math.min(sizePx - 1, y + 1); row += 1)
      for (let column = Math.max(0, x - 1); column <= Math.min(sizePx - 1, x + 1); column += 1) {
        const near = row * sizePx + column;
        if (near !== at && skeleton[near] === 1) found.push(near);
      }
    return found;
  };
  const middleOf = (at: number): Point => [(at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5];
  const ends: LineEnd[] = [];
  for (let at = 0; at < skeleton.length; at += 1) {
    if (skeleton[at] === 0 || nextTo(at).length !== 1) continue;
    const tail = [at];
    while (tail.length < tailPx) {
      const next = nextTo(tail.at(-1)!).filter((place) => !tail.includes(place));
      if (next.length !== 1) break;
      tail.push(next[0]!);
    }
    // Stumps at corners and where lines meet say nothing.
    if (tail.length < tailPx) continue;
    ends.push({ at: middleOf(at), along: unit(minus(middleOf(at), middleOf(tail.at(-1)!))) });
  }
  return ends;
}
