/**
 * Whether a style draws lines with gaps in them, as some sets do everywhere: two ends that point at each other across a short gap. What
 * keeps a drawing's lines whole does not suit such a style. Ends are those of the skeleton. Pure.
 */
import { skeletonOf } from "../pixels/strokes.ts";

/** Pixels of the skeleton by which the direction of an end is told. */
const tailPx = 7;
/** Shortest and longest gap, in widths of the lines, from end to end of the skeleton. */
const [gapLeast, gapMost] = [1.2, 5] as const;
/** Cosine of the angle between an end and the gap from which on it points across. */
const alongLeast = 0.9;

interface End {
  readonly x: number;
  readonly y: number;
  /** Outwards, of length 1. */
  readonly along: readonly [x: number, y: number];
}

/**
 * @param alphas [sizePx, sizePx]
 * @param width of the lines, of the side
 */
export function hasGaps(alphas: Float32Array, sizePx: number, width: number): boolean {
  const ends = endsOf(skeletonOf(alphas, sizePx), sizePx);
  const [least, most] = [gapLeast * width * sizePx, gapMost * width * sizePx];
  return ends.some((one, at) =>
    ends.slice(at + 1).some((other) => {
      const [dx, dy] = [other.x - one.x, other.y - one.y];
      const far = Math.hypot(dx, dy);
      if (far < least || far > most) return false;
      const [u, v] = [dx / far, dy / far];
      return (
        one.along[0] * u + one.along[1] * v >= alongLeast && -other.along[0] * u - other.along[1] * v >= alongLeast
      );
    }),
  );
}

function endsOf(skeleton: Uint16Array, sizePx: number): End[] {
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
  const ends: End[] = [];
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
    const [x, y, from] = [at % sizePx, Math.floor(at / sizePx), tail.at(-1)!];
    const [dx, dy] = [x - (from % sizePx), y - Math.floor(from / sizePx)];
    const length = Math.hypot(dx, dy);
    ends.push({ x, y, along: [dx / length, dy / length] });
  }
  return ends;
}
