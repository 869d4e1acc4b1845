/** Counts the pieces of ink of a drawing, and of what is no ink: lines that broke or ran together have other numbers. Pure. */

import { inkFrom } from "../pixels/strokes.ts";
import { labelAreas } from "./label-areas.ts";

const pieceLeastPx = 4;

export interface Parts {
  /** Of ink; pixels that touch at a corner hang together. */
  readonly pieces: number;
  /** Of what is no ink, the ground around counted. */
  readonly holes: number;
}

/**
 * @param alphas [sizePx, sizePx]
 * @param leastPx smaller ones are specks, which do not count
 */
export function countParts(alphas: Float32Array, sizePx: number, leastPx = pieceLeastPx): Parts {
  const ink = inkOf(alphas);
  return {
    pieces: countAreas(labelAreas(ink, 1, sizePx, true), leastPx),
    holes: countAreas(labelAreas(ink, 0, sizePx), leastPx),
  };
}

/**
 * Holes of a drawing of which another has nothing left, by their pixels; the ground around is one.
 * @param drawing [sizePx, sizePx] alphas, as `other` is
 */
export function lostHoles(drawing: Float32Array, other: Float32Array, sizePx: number): number[] {
  const labels = labelAreas(inkOf(drawing), 0, sizePx);
  const [sizes, left]: [number[], boolean[]] = [[], []];
  for (let at = 0; at < labels.length; at += 1) {
    const label = labels[at]!;
    if (label === 0) continue;
    sizes[label] = (sizes[label] ?? 0) + 1;
    if (other[at]! < inkFrom) left[label] = true;
  }
  return sizes.filter((pixels, label) => pixels >= pieceLeastPx && !left[label]);
}

function inkOf(alphas: Float32Array): Uint8Array {
  const ink = new Uint8Array(alphas.length);
  for (let at = 0; at < ink.length; at += 1) ink[at] = alphas[at]! >= inkFrom ? 1 : 0;
  return ink;
}

function countAreas(labels: Uint16Array, leastPx: number): number {
  const sizes: number[] = [];
  for (const label of labels) if (label > 0) sizes[label] = (sizes[label] ?? 0) + 1;
  return sizes.filter((pixels) => pixels >= leastPx).length;
}
