/**
 * A drawing crossed out, as sets draw what is off or not there: a line from the upper left to the lower right, and gaps along it. Pure; planes
 * are alphas in one ink, [side, side].
 */
import { longerSide } from "../live-area.ts";
import { drawLine } from "../outlines/draw-line.ts";
import { boxOf, type Composed, cutOut, type Fills, widthsOf } from "./layers.ts";

/** Border of the picture that the line leaves free, of its side. */
const borderShare = 0.06;

/** What lines enclose ends at the crossing line where it is filled beside them: one more line along each gap would be three. */
export function crossedOut(alphas: Float32Array, fills: Fills): Composed {
  const box = boxOf(alphas);
  if (!box) return { behind: alphas, front: new Float32Array(alphas.length) };
  const side = Math.sqrt(alphas.length);
  const half = longerSide(box) / 2;
  const { line: width, gapPx } = widthsOf(alphas);
  const radius = (width * side) / 2;
  const inPicture = (place: number): number =>
    Math.min(side * (1 - borderShare) - radius, Math.max(side * borderShare + radius, place));
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const from = [inPicture(x - half + radius), inPicture(y - half + radius)] as const;
  const to = [inPicture(x + half - radius), inPicture(y + half - radius)] as const;
  const line = (beyond: number): Float32Array => {
    const drawn = new Float32Array(alphas.length);
    drawLine(drawn, side, from, to, radius + beyond + 0.5);
    return drawn;
  };
  const gap = fills === "beside lines" ? 0 : gapPx;
  return { behind: cutOut(alphas, line, gap, fills === "whole"), front: line(0) };
}
