/** What a flow's answer says of a drawing as a whole: nothing where it is a smear, and else how large it draws things, and where. Pure. */
import { forNear } from "../pixels/places.ts";
import { inkFrom } from "../pixels/strokes.ts";

/** Share of what an answer has at all that is grey all around, from which on it says next to nothing, and alphas of grey. */
const [smearLeast, greyFrom, greyTo] = [0.3, 0.06, 0.7] as const;
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

/** A drawing as large as an answer's ink, and where that is; undefined where that is much larger or smaller. Both are alphas, [sizePx, sizePx]. */
export function asLargeAs(drawing: Float32Array, answer: Float32Array, sizePx: number): Float32Array | undefined {
  const [from, to] = [frameOf(drawing, sizePx), frameOf(answer, sizePx)];
  const scales = [0, 1].map((axis) => (to.end[axis]! - to.start[axis]!) / (from.end[axis]! - from.start[axis]!));
  if (!scales.every((scale) => scale < largerMost && scale > 1 / largerMost)) return undefined;
  const placeOf = (at: number, axis: number): number => from.start[axis]! + (at - to.start[axis]!) / scales[axis]!;
  const alphaAt = (x: number, y: number): number =>
    x >= 0 && y >= 0 && x < sizePx && y < sizePx ? drawing[y * sizePx + x]! : 0;
  return drawing.map((_, at) => {
    const [x, y] = [placeOf(at % sizePx, 0), placeOf(Math.floor(at / sizePx), 1)];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const across = (row: number): number => (left + 1 - x) * alphaAt(left, row) + (x - left) * alphaAt(left + 1, row);
    return (top + 1 - y) * across(top) + (y - top) * across(top + 1);
  });
}

/** First and last column and row with ink. */
function frameOf(alphas: Float32Array, sizePx: number): { readonly start: number[]; readonly end: number[] } {
  const [start, end] = [
    [sizePx, sizePx],
    [-1, -1],
  ];
  for (let at = 0; at < alphas.length; at += 1) {
    if (alphas[at]! < inkFrom) continue;
    for (const [axis, place] of [at % sizePx, Math.floor(at / sizePx)].entries()) {
      start[axis] = Math.min(start[axis]!, place);
      end[axis] = Math.max(end[axis]!, place);
    }
  }
  return { start, end };
}
