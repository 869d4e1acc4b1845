/**
 * A drawing crossed out, as sets draw what is off or not there: a line from the upper left to the lower right, and gaps along it; the other
 * way for what lies along that line, as a telephone receiver does. Pure; planes are alphas in one ink, [side, side].
 */
import { longerSide } from "../live-area.ts";
import { drawLine } from "../outlines/draw-line.ts";
import { boxOf, type Composed, cutOut, type Fills, widthsOf } from "./layers.ts";

/** Share of the line that lies on lines of the drawing from which on it would be lost among them without a gap. */
const lostFrom = 0.3;
/** Of that, share of a line the other way below which it is drawn so. */
const otherBelow = 0.65;
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
  const [left, top] = [inPicture(x - half + radius), inPicture(y - half + radius)];
  const [right, bottom] = [inPicture(x + half - radius), inPicture(y + half - radius)];
  const lineAcross = (isRising: boolean, beyond: number): Float32Array => {
    const drawn = new Float32Array(alphas.length);
    const [from, to] = isRising ? [bottom, top] : [top, bottom];
    drawLine(drawn, side, [left, from], [right, to], radius + beyond + 0.5);
    return drawn;
  };
  const [falling, rising] = [false, true].map((isRising) => shareWithin(lineAcross(isRising, 0), alphas));
  const isRising = falling! >= lostFrom && rising! < otherBelow * falling!;
  const line = (beyond: number): Float32Array => lineAcross(isRising, beyond);
  const front = line(0);
  const gap = fills === "beside lines" && (isRising ? rising! : falling!) < lostFrom ? 0 : gapPx;
  return { behind: cutOut(alphas, line, gap, fills === "whole"), front };
}

/** Share of a plane's ink that lies on that of another. */
function shareWithin(plane: Float32Array, other: Float32Array): number {
  let [shared, all] = [0, 0];
  for (const [at, alpha] of plane.entries()) {
    shared += alpha * other[at]!;
    all += alpha;
  }
  return all === 0 ? 0 : shared / all;
}
