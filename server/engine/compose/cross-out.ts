/**
 * A drawing crossed out, as sets draw what is off or not there: a line from the upper left to the lower right, and gaps along it. Pure; planes
 * are alphas in one ink, [side, side].
 */
import { longerSide } from "../live-area.ts";
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
  const away = distancesToSegment(from, to, side);
  const line = (beyond: number): Float32Array =>
    away.map((distance) => Math.min(1, Math.max(0, radius + beyond + 0.5 - distance)));
  const gap = fills === "beside lines" ? 0 : gapPx;
  return { behind: cutOut(alphas, line, gap, fills === "whole"), front: line(0) };
}

type Place = readonly [x: number, y: number];

/** From the middle of each pixel to the nearest place of a line, in pixels. */
function distancesToSegment(from: Place, to: Place, side: number): Float32Array {
  const [wide, high] = [to[0] - from[0], to[1] - from[1]];
  const length = wide ** 2 + high ** 2;
  return Float32Array.from({ length: side ** 2 }, (_, at) => {
    const [x, y] = [(at % side) + 0.5 - from[0], Math.floor(at / side) + 0.5 - from[1]];
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, (x * wide + y * high) / length));
    return Math.hypot(x - along * wide, y - along * high);
  });
}
