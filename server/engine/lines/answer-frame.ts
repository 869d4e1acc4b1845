/** What a flow's answer says of a drawing as a whole: nothing where it is a smear, and else how large it draws things, and where. Pure. */
import { type Box, boundsOf, forNear } from "../pixels/places.ts";
import { inkFrom } from "../pixels/strokes.ts";
import { distancesTo } from "./distances.ts";
import { finePerPx, opened, shapeOf } from "./shape.ts";

/** Share of what an answer has at all that is grey all around, from which on it says next to nothing, and alphas of grey. */
const [smearLeast, greyFrom, greyTo] = [0.3, 0.06, 0.7] as const;
/** Radius of the disc that no line has room for, of its width, the share of an answer's ink that has, from which on it is no lines, and share of soft pixels then. */
const [blotRadius, blotLeast, softLeast] = [1, 0.3, 0.4] as const;
/** Alphas of soft pixels. */
const [softFrom, softTo] = [0.15, 0.85] as const;
/** How much larger or smaller an answer draws things at most. */
const largerMost = 1.35;

/** Whether an answer is grey for the most part, as where the flow is in doubt. @param answer [sizePx, sizePx] alphas */
export function isSmear(answer: Float32Array, sizePx: number): boolean {
  let [some, grey] = [0, 0];
  for (let at = 0; at < answer.length; at += 1) {
    if (answer[at]! <= greyFrom) continue;
    some += 1;
    let isGrey = true;
    forNear(at, sizePx, 1, (near) => {
      isGrey &&= answer[near]! > greyFrom && answer[near]! < greyTo;
    });
    if (isGrey) grey += 1;
  }
  return grey >= smearLeast * some;
}

/** Whether an answer in lines is soft blots for the most part. @param answer [sizePx, sizePx] alphas @param width of the lines, of the side */
export function isBlots(answer: Float32Array, sizePx: number, width: number): boolean {
  const count = (isOf: (alpha: number) => boolean): number =>
    answer.reduce((sum, alpha) => sum + Number(isOf(alpha)), 0);
  if (count((alpha) => alpha > softFrom && alpha < softTo) < softLeast * count((alpha) => alpha > greyFrom))
    return false;
  const { ink, sidePx, area } = shapeOf(answer, sizePx);
  const radius = blotRadius * width * sizePx * finePerPx;
  const broad = opened(distancesTo(0, ink, sidePx, 2 * radius + 1), radius, sidePx);
  const blots = broad.reduce((sum, is) => sum + is, 0);
  return area > 0 && blots >= blotLeast * area;
}

/** A drawing as large as an answer's ink, and where that is; undefined where that is much larger or smaller. Both are alphas, [sizePx, sizePx]. */
export function asLargeAs(drawing: Float32Array, answer: Float32Array, sizePx: number): Float32Array | undefined {
  const [from, to] = [frameOf(drawing, sizePx), frameOf(answer, sizePx)];
  if (!from || !to) return undefined;
  // From the first column or row with ink to the last.
  const across = (to.right - 1 - to.left) / (from.right - 1 - from.left);
  const down = (to.bottom - 1 - to.top) / (from.bottom - 1 - from.top);
  if (![across, down].every((scale) => scale < largerMost && scale > 1 / largerMost)) return undefined;
  const alphaAt = (x: number, y: number): number =>
    x >= 0 && y >= 0 && x < sizePx && y < sizePx ? drawing[y * sizePx + x]! : 0;
  return drawing.map((_, at) => {
    const x = from.left + ((at % sizePx) - to.left) / across;
    const y = from.top + (Math.floor(at / sizePx) - to.top) / down;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const inRow = (row: number): number => (left + 1 - x) * alphaAt(left, row) + (x - left) * alphaAt(left + 1, row);
    return (top + 1 - y) * inRow(top) + (y - top) * inRow(top + 1);
  });
}

const frameOf = (alphas: Float32Array, sizePx: number): Box | undefined =>
  boundsOf(sizePx, (at) => alphas[at]! >= inkFrom);
