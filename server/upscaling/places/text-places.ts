/**
 * Where a picture holds little but letters that were read: what lies between those is paper, so that the quick Φ of text is enough there.
 * A heading, an icon or a photograph beside them is not of letters, and needs the exact network. Pure.
 */
import { extremesAround } from "../extremes-around.ts";
import type { Box } from "../picture-planes.ts";
import { rowWithin } from "../tiles.ts";

/** Difference of neighbours that is more than shading: six levels of 8 bits. */
const jump = 6 / 255;
/** Edges this near to a letter belong to it, px. */
const besideLettersPx = 2;
/** Share of the edges that may be of other things: with more, places lose up to half a decibel (server/pretrain/super-resolution/NOTES.md). */
const othersMost = 1 / 3;

/**
 * @param tile of `whole`, [planes, heightPx, widthPx] in [0, 1]
 * @param letters chosen there, [letterPlanes, heightPx, widthPx]: the class of a pixel's letter first, 0 where there is none
 * @returns whether there are letters in the core and two thirds of its edges or more are theirs
 */
export function isTextAlone(tile: Float32Array, letters: Float32Array, whole: Box, core: Box): boolean {
  const { widthPx } = whole;
  const pixels = widthPx * whole.heightPx;
  const planes = Array.from({ length: tile.length / pixels }, (_, at) => tile.subarray(at * pixels, (at + 1) * pixels));
  const isEdge = (at: number): boolean =>
    planes.some(
      (plane) => Math.abs(plane[at + 1]! - plane[at]!) >= jump || Math.abs(plane[at + widthPx]! - plane[at]!) >= jump,
    );
  const nearLetters = extremesAround(letters.subarray(0, pixels), widthPx, besideLettersPx).most;
  let [edges, others] = [0, 0];
  for (let y = 0; y < core.heightPx - 1; y += 1) {
    const from = rowWithin(whole, core, y);
    for (let at = from; at < from + core.widthPx - 1; at += 1) {
      if (!isEdge(at)) continue;
      edges += 1;
      if (nearLetters[at] === 0) others += 1;
    }
  }
  return others < edges && others <= othersMost * edges;
}
