/**
 * Whether a drawing's lines are as whole as the truth's: as many pieces of ink, as many holes, and ends of lines at the same places. A broken
 * line has two more ends and a line run together with another has fewer (line-ends.ts). What is nearly too small to count, and ends that may come
 * from corners, count where the other drawing surely has them, and not by themselves.
 */
import { labelAreas } from "../../engine/lines/label-areas.ts";
import { cellAt, finePerPx, shapeOf } from "../../engine/lines/shape.ts";
import { type LineEnds, lineEndsOf, type Place, thinned } from "./line-ends.ts";

/** Smaller specks do not count by themselves, and not at all. */
const [pieceLeastPx, speckMostPx] = [8, 4] as const;
/** Ends at this distance are the same one. */
const endWithinPx = 6;

/** Cells around the middle of a pixel in which its depth is looked for. */
const aroundCells = 2;

interface Count {
  readonly sure: number;
  readonly all: number;
}

export interface LineFacts {
  /** Of ink, on a grid finer than pixels, so that a slanted gap of one pixel is one: what touches at a corner does not hang together. */
  readonly pieces: Count;
  /** Of what is no ink, the ground around counted, which goes on beyond the picture. */
  readonly holes: Count;
  readonly ends: LineEnds;
  /** Mean width of its lines: ink for each pixel of the skeleton. */
  readonly widthPx: number;
}

/** @param planes premultiplied RGBA [4, size, size], at most 128 px; ink is where alpha is at least a half */
export function lineFactsOf(planes: Float32Array, sizePx: number): LineFacts {
  const alphas = planes.subarray(3 * sizePx * sizePx);
  const { ink: cells, depth, sidePx } = shapeOf(alphas, sizePx);
  const ink = Uint8Array.from(alphas, (alpha) => (alpha >= 0.5 ? 1 : 0));
  const skeleton = thinned(ink, sizePx);
  const total = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0);
  return {
    pieces: countOf(labelAreas(cells, 1, sidePx)),
    holes: countOf(labelAreas(cells, 0, sidePx, true)),
    ends: lineEndsOf(skeleton, (at) => deepestNear(depth, cellAt(at, sizePx), sidePx) / finePerPx, sizePx),
    widthPx: total(ink) / Math.max(1, total(skeleton)),
  };
}

/** A skeleton of pixels is not quite in the middle of slanted lines. */
function deepestNear(depth: Float32Array, cell: number, sidePx: number): number {
  let deepest = 0;
  for (let y = -aroundCells; y <= aroundCells; y += 1)
    for (let x = -aroundCells; x <= aroundCells; x += 1) deepest = Math.max(deepest, depth[cell + y * sidePx + x]!);
  return deepest;
}

export const isWhole = (made: LineFacts, truth: LineFacts): boolean =>
  hasSameParts(made, truth) && haveEnds(truth.ends.all, made.ends.sure) && haveEnds(made.ends.all, truth.ends.sure);

/** Whether two drawings have as many pieces and holes. */
export const hasSameParts = (made: LineFacts, truth: LineFacts): boolean =>
  isAlike(made.pieces, truth.pieces) && isAlike(made.holes, truth.holes);

const isAlike = (one: Count, other: Count): boolean => one.sure <= other.all && other.sure <= one.all;

function countOf(labels: Uint16Array): Count {
  const sizes: number[] = [];
  for (const label of labels) if (label > 0) sizes[label] = (sizes[label] ?? 0) + 1;
  const larger = (leastPx: number): number => sizes.filter((size) => size >= leastPx * finePerPx ** 2).length;
  return { sure: larger(pieceLeastPx), all: larger(speckMostPx) };
}

const haveEnds = (places: readonly Place[], wanted: LineEnds["sure"]): boolean =>
  wanted.every((end) => end.some(([x, y]) => places.some(([u, v]) => Math.hypot(x - u, y - v) <= endWithinPx)));
