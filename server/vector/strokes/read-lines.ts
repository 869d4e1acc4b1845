/** The lines of each part by its skeleton, in one of the ways in which that can be read. Pure. */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import { distanceOf } from "../../engine/outlines/polyline.ts";
import { type Crossed, crossed, type Field, stretchesOf } from "./across.ts";
import { type BranchLine, type Chain, chainsOf, shortChain } from "./chains.ts";
import type { Parts } from "./parts.ts";
import type { Branch, Skeleton } from "./skeleton.ts";

/** Length around a ring, by the width: around a shorter one there is no room for a hole. */
const ringLeast = 2;
/** Length of a skeleton, by the width, up to which it says little of where a line goes. */
const shortMost = 1;
/**
 * How a skeleton is read, one after the other for what strokes would not yet draw as it is. `spurMost`: length of branches, by the width, up to which they are corners of
 * the ink; `gapLeast` and `cornerShare`: length of what is not known from which on its middle is taken as the skeleton has it, and what corners take of that.
 */
export interface Reading {
  readonly spurMost: number;
  readonly gapLeast: number;
  readonly cornerShare: number;
}
export const firstReading: Reading = { spurMost: 0.3, gapLeast: 1.5, cornerShare: 0.5 };
export const readings: readonly Reading[] = [
  firstReading,
  { spurMost: 0.9, gapLeast: 1.5, cornerShare: 0.5 },
  { spurMost: 1.6, gapLeast: 1.5, cornerShare: 0.5 },
  { spurMost: 0.3, gapLeast: 0.7, cornerShare: 0.25 },
  { spurMost: 0.9, gapLeast: 0.7, cornerShare: 0.25 },
];

/** @param skeleton of the parts that are wanted */
export function chainsByPart(
  field: Field,
  { branches, junctions }: Skeleton,
  parts: Parts,
  { widthPx, ...reading }: Reading & { readonly widthPx: number },
): Map<number, Chain[]> {
  const stride = field.widthPx;
  const byPart = new Map<number, Branch[]>();
  for (const branch of branches) {
    const part = parts.labels[branch.pixels[0]!]!;
    byPart.set(part, [...(byPart.get(part) ?? []), branch]);
  }
  const chains = new Map<number, Chain[]>();
  for (const [part, own] of byPart) {
    const length = own.reduce((sum, { pixels }) => sum + pixels.length, 0);
    const [only, ...others] = own;
    if (others.length === 0 && !only!.isClosed && length < shortMost * widthPx) {
      const chain = shortChain({ field, widthPx }, pixelsOf(parts, part, stride));
      if (chain) chains.set(part, [chain]);
      continue;
    }
    const lines = own.map((branch): BranchLine => {
      const ends = [branch.ends[0] < 0, branch.ends[1] < 0] as const;
      const about = { isClosed: branch.isClosed, ends, widthPx, ...reading };
      return { ...branch, stretches: stretchesOf(acrossBranch(field, branch, widthPx), about) };
    });
    const found = chainsOf({ field, widthPx }, lines, junctions);
    if (found.every((chain) => lengthOf(chain) >= (chain.isClosed ? ringLeast : 0) * widthPx)) chains.set(part, found);
  }
  return chains;
}

const lengthOf = ({ pieces }: Chain): number =>
  pieces
    .flatMap((piece) => piece.slice(1).map((point, at) => distanceOf(piece[at]!, point)))
    .reduce((sum, own) => sum + own, 0);

function pixelsOf({ labels }: Parts, part: number, stride: number): Point[] {
  const pixels: Point[] = [];
  for (let at = 0; at < labels.length; at += 1)
    if (labels[at] === part) pixels.push([(at % stride) + 0.5, Math.floor(at / stride) + 0.5]);
  return pixels;
}

/** Both edges of the line at each pixel of a branch. */
export function acrossBranch(field: Field, { pixels, isClosed }: Branch, widthPx: number): Crossed[] {
  const stride = field.widthPx;
  const middles = pixels.map((pixel): Point => [(pixel % stride) + 0.5, Math.floor(pixel / stride) + 0.5]);
  return crossed(field, middles, isClosed, widthPx);
}
