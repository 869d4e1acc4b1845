/** Where an answer differs from a drawing that was given: cuts, and what is new. Pure; planes are premultiplied RGBA, [4, side, side], 0 to 1. */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import { labelAreas } from "../../engine/lines/label-areas.ts";
import { differencesOf } from "./difference.ts";

/** Difference of a pixel from which on something else is there. */
export const otherFrom = 0.25;
/** The same of soft edges. */
const faintFrom = 0.1;
/** Side in pixels of squares that differ wholly. */
const blotPx = 3;
/** Reach in pixels of soft edges beside blots. */
const edgePx = 4;
/** Alpha from which on pixels are of one piece. */
const inkFrom = 0.3;
/** Share of a piece's edge that is none of the drawing's own from which on the piece is new. */
const newFrom = 0.7;

export interface Differing {
  /** [side, side]: the greatest difference of a channel. */
  readonly by: Float32Array;
  /** [side, side]: 1 in squares that differ wholly. */
  readonly blots: Uint8Array;
}

export function differingOf(one: Float32Array, other: Float32Array, sidePx: number): Differing {
  const by = differencesOf(one, other, sidePx);
  const blots = new Uint8Array(by.length);
  const reach = (blotPx - 1) / 2;
  eachSquare(sidePx, reach, (pixels) => {
    if (pixels.every((pixel) => by[pixel]! >= otherFrom)) for (const pixel of pixels) blots[pixel] = 1;
  });
  return { by, blots };
}

/** Visits every square that lies within a picture. */
function eachSquare(sidePx: number, reach: number, visit: (pixels: readonly number[], middle: number) => void): void {
  const steps: number[] = [];
  for (let y = -reach; y <= reach; y += 1) for (let x = -reach; x <= reach; x += 1) steps.push(y * sidePx + x);
  for (let y = reach; y < sidePx - reach; y += 1)
    for (let x = reach; x < sidePx - reach; x += 1) {
      const middle = y * sidePx + x;
      visit(
        steps.map((step) => middle + step),
        middle,
      );
    }
}

/** Pixels and those around them. @param mask [side, side], 1 or 0 */
export function grownMask(mask: Uint8Array, sidePx: number): Uint8Array {
  const grown = mask.slice();
  for (let at = 0; at < mask.length; at += 1) {
    if (mask[at] !== 1) continue;
    const x = at % sidePx;
    for (const row of [at - sidePx, at, at + sidePx])
      for (let column = -1; column <= 1; column += 1)
        if (row >= 0 && row < mask.length && x + column >= 0 && x + column < sidePx) grown[row + column] = 1;
  }
  return grown;
}

/** Pieces of an answer whose edges are not the drawing's own, such as a badge with a gap around it: [side, side], 1 or 0. */
export function newPieces(answer: Float32Array, { by }: Differing, sidePx: number): Uint8Array {
  const count = sidePx ** 2;
  const ink = Uint8Array.from({ length: count }, (_, at) => Number(answer[3 * count + at]! >= inkFrom));
  const labels = labelAreas(ink, 1, sidePx, true);
  const other = grownMask(
    Uint8Array.from(by, (own) => Number(own >= otherFrom)),
    sidePx,
  );
  const edges: Array<{ all: number; other: number } | undefined> = [];
  eachSquare(sidePx, 1, (pixels, middle) => {
    if (ink[middle] !== 1 || pixels.every((pixel) => ink[pixel] === 1)) return;
    edges[labels[middle]!] ??= { all: 0, other: 0 };
    const own = edges[labels[middle]!]!;
    own.all += 1;
    own.other += other[middle]!;
  });
  return Uint8Array.from(labels, (label) => {
    const own = edges[label];
    return Number(label > 0 && own !== undefined && own.other >= newFrom * own.all);
  });
}

/** Pieces where pixels differ, of at least so many: cuts, not ends that have another form. [side, side], 1 or 0. */
export function largePieces(by: Float32Array, leastPx: number, sidePx: number): Uint8Array {
  const labels = labelAreas(
    Uint8Array.from(by, (own) => Number(own >= otherFrom)),
    1,
    sidePx,
    true,
  );
  const sizes: number[] = [];
  for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1;
  return Uint8Array.from(labels, (label) => Number(label > 0 && sizes[label]! >= leastPx));
}

/** Blots and what differs near them, as soft edges do: [side, side], 1 or 0. */
export function aroundBlots({ by, blots }: Differing, sidePx: number): Uint8Array {
  let around = blots;
  for (let step = 0; step < edgePx; step += 1)
    around = grownMask(around, sidePx).map((is, at) => Number(is === 1 && by[at]! >= faintFrom));
  return around;
}

/** A plane between its pixels' middles; 0 outside. */
export function valueAt(plane: Float32Array, sidePx: number, [x, y]: Point): number {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [right, down] = [x - 0.5 - left, y - 0.5 - top];
  const at = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= sidePx || row >= sidePx ? 0 : plane[row * sidePx + column]!;
  const upper = (1 - right) * at(left, top) + right * at(left + 1, top);
  return (1 - down) * upper + down * ((1 - right) * at(left, top + 1) + right * at(left + 1, top + 1));
}
