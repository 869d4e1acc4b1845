/**
 * Whether a drawing's lines are as whole as the truth's: as many pieces of ink, as many holes, and ends of lines at the same places. Ends
 * are those of a skeleton (server/wasm/assembly/thinning.ts), so a broken line has two more and a line run together with another has fewer.
 */
import { countParts, type Parts } from "../../engine/lines/count-parts.ts";
import { emptyMask, hasAt, setAt, workPx } from "../../experts/sketch/mask.ts";
import { skeletonize } from "../../wasm/drawings.ts";

/** Smaller specks do not count. */
const pieceLeastPx = 8;
/** Ends at this distance are the same one; branches of a skeleton that are shorter come from corners and edges. */
const endWithinPx = 6;
const branchLeastPx = 8;

export interface LineFacts extends Parts {
  readonly ends: readonly (readonly [x: number, y: number])[];
  /** Mean width of its lines: ink for each pixel of the skeleton. */
  readonly widthPx: number;
}

/** @param planes premultiplied RGBA [4, size, size], at most 128 px; ink is where alpha is at least a half */
export function lineFactsOf(planes: Float32Array, sizePx: number): LineFacts {
  const ink = Uint8Array.from(planes.subarray(3 * sizePx * sizePx), (alpha) => (alpha >= 0.5 ? 1 : 0));
  const skeleton = thinned(ink, sizePx);
  const total = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0);
  return {
    ...countParts(planes.subarray(3 * sizePx * sizePx), sizePx, pieceLeastPx),
    ends: endsOf(skeleton, sizePx),
    widthPx: total(ink) / Math.max(1, total(skeleton)),
  };
}

export const isWhole = (made: LineFacts, truth: LineFacts): boolean =>
  made.pieces === truth.pieces &&
  made.holes === truth.holes &&
  haveNear(made.ends, truth.ends) &&
  haveNear(truth.ends, made.ends);

const haveNear = (some: LineFacts["ends"], others: LineFacts["ends"]): boolean =>
  some.every(([x, y]) => others.some(([u, v]) => Math.hypot(x - u, y - v) <= endWithinPx));

/** Clockwise from above. */
const around = [[0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1]] as const; // biome-ignore format: one line

function neighboursOf(at: number, sizePx: number): number[] {
  const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
  return around.map(([dx, dy]) => {
    const isInside = x + dx >= 0 && x + dx < sizePx && y + dy >= 0 && y + dy < sizePx;
    return isInside ? at + dy * sizePx + dx : -1;
  });
}

/** Lines of one pixel. Pictures of less than 128 px lie in the corner of a mask. */
function thinned(ink: Uint8Array, sizePx: number): Uint8Array {
  const mask = emptyMask();
  const placeOf = (at: number): number => Math.floor(at / sizePx) * workPx + (at % sizePx);
  for (const [at, value] of ink.entries()) if (value === 1) setAt(mask, placeOf(at));
  const lines = skeletonize(mask);
  return ink.map((_, at) => Number(hasAt(lines, placeOf(at))));
}

/** Pixels of a skeleton where a line ends. */
function endsOf(skeleton: Uint8Array, sizePx: number): (readonly [number, number])[] {
  const nextTo = (at: number): number[] =>
    neighboursOf(at, sizePx).filter((place) => place >= 0 && skeleton[place] === 1);
  const ends: (readonly [number, number])[] = [];
  for (let at = 0; at < skeleton.length; at += 1)
    if (skeleton[at] === 1 && nextTo(at).length === 1 && !isSpur(at, nextTo))
      ends.push([at % sizePx, Math.floor(at / sizePx)]);
  return ends;
}

/** Whether a branch from an end meets others within a few pixels. */
function isSpur(end: number, nextTo: (at: number) => number[]): boolean {
  const seen = new Set([end]);
  for (let [at, length] = [end, 1]; length < branchLeastPx; length += 1) {
    const next = nextTo(at).filter((place) => !seen.has(place));
    if (next.length === 0) return false;
    if (next.length > 1 && length > 1) return true;
    at = next[0]!;
    seen.add(at);
  }
  return false;
}
