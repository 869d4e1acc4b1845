/**
 * Whether a drawing's lines are as whole as the truth's: as many pieces of ink, as many holes, and ends of lines at the same places. Ends
 * are those of a skeleton (server/wasm/assembly/thinning.ts), so a broken line has two more and a line run together with another has fewer.
 */
import { emptyMask, hasAt, setAt, workPx } from "../../experts/sketch/mask.ts";
import { skeletonize } from "../../wasm/drawings.ts";

/** Smaller specks do not count. */
const pieceLeastPx = 8;
/** Ends at this distance are the same one; branches of a skeleton that are shorter come from corners and edges. */
const endWithinPx = 6;
const branchLeastPx = 8;

export interface LineFacts {
  readonly pieces: number;
  readonly holes: number;
  readonly ends: readonly (readonly [x: number, y: number])[];
  /** Mean width of its lines: ink for each pixel of the skeleton. */
  readonly widthPx: number;
}

/** @param planes premultiplied RGBA [4, size, size], at most 128 px; ink is where alpha is at least a half */
export function lineFactsOf(planes: Float32Array, sizePx: number): LineFacts {
  const ink = Uint8Array.from(planes.subarray(3 * sizePx * sizePx), (alpha) => (alpha >= 0.5 ? 1 : 0));
  const ground = ink.map((value) => 1 - value);
  const skeleton = thinned(ink, sizePx);
  const total = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0);
  return {
    pieces: countPieces(ink, sizePx, around),
    holes: countPieces(ground, sizePx, beside),
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

type Steps = readonly (readonly [dx: number, dy: number])[];
const beside: Steps = [[0, -1], [1, 0], [0, 1], [-1, 0]]; // biome-ignore format: one line
/** Clockwise from above. */
const around: Steps = [[0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1]]; // biome-ignore format: one line

function neighboursOf(at: number, sizePx: number, steps: Steps): number[] {
  const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
  return steps.map(([dx, dy]) => {
    const isInside = x + dx >= 0 && x + dx < sizePx && y + dy >= 0 && y + dy < sizePx;
    return isInside ? at + dy * sizePx + dx : -1;
  });
}

function countPieces(mask: Uint8Array, sizePx: number, steps: Steps): number {
  const open = mask.slice();
  let pieces = 0;
  for (let start = 0; start < open.length; start += 1) {
    if (open[start] === 0) continue;
    open[start] = 0;
    const piece = [start];
    for (let next = 0; next < piece.length; next += 1)
      for (const at of neighboursOf(piece[next]!, sizePx, steps))
        if (at >= 0 && open[at] === 1) {
          open[at] = 0;
          piece.push(at);
        }
    if (piece.length >= pieceLeastPx) pieces += 1;
  }
  return pieces;
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
    neighboursOf(at, sizePx, around).filter((place) => place >= 0 && skeleton[place] === 1);
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
