/**
 * Which pixels of a finished image a line drawing of it would follow: its outline, the middle of its dark lines, and strong inner
 * edges. The first half of line-drawing.ts's reading of a training image. Pure.
 *
 * Edges after Canny (PAMI 1986); dark lines by closing. What is looked for at every pixel is done in server/simd.
 */
import { type Lines, readLines } from "../../wasm/drawings.ts";
import { forEachSet, grow, type Mask, setAt, shrink, union, without, workPx } from "./mask.ts";

const strokeContrast = 0.25;
/** Steps of colour, per pixel of 2 after smoothing: an edge needs the first somewhere and the second everywhere. */
const edgeStrong = 0.16;
const edgeWeak = 0.07;
const shortestEdgePx = 9;
/** Squared, and a little below `edgeWeak`, so that rounding leaves no edge out. */
const faintest = 0.99 * edgeWeak ** 2;

/**
 * The lines of an image as a mask of 128×128, not yet thinned.
 * @param planes premultiplied RGBA [4, size, size] in [0, 1]
 */
export function edgeMaskOf(planes: Float32Array, sizePx: number): Mask {
  const image = sizePx === workPx ? planes : atWorkSize(planes, sizePx);
  const found = readLines(image, strokeContrast, faintest);
  // Slivers along the round corners of dark areas are no strokes; true lines so thin are found as edges.
  const strokes = grow(shrink(found.strokes, 1), 1);
  // Pixels of the opaque part that touch the rest or the frame.
  const outline = without(found.opaque, shrink(found.opaque, 1));
  const lines = union(strokes, without(outline, grow(strokes, 2)));
  const taken = union(grow(lines, 3), grow(outline, 3));
  for (const at of innerEdges(found, taken)) setAt(lines, at);
  // Growing closes small gaps and makes one line of two that almost touch.
  return grow(lines, 1);
}

/** Means of the pixels that each of 128×128 covers, planes [4, 128, 128]. */
function atWorkSize(planes: Float32Array, sizePx: number): Float32Array {
  const result = new Float32Array(4 * workPx * workPx);
  const step = sizePx / workPx;
  for (let plane = 0, at = 0; plane < 4; plane += 1)
    for (let y = 0; y < workPx; y += 1)
      for (let x = 0; x < workPx; x += 1, at += 1) {
        const [left, top] = [Math.floor(x * step), Math.floor(y * step)];
        const [right, bottom] = [
          Math.max(left + 1, Math.floor((x + 1) * step)),
          Math.max(top + 1, Math.floor((y + 1) * step)),
        ];
        let sum = 0;
        for (let v = top; v < bottom; v += 1)
          for (let u = left; u < right; u += 1) sum += planes[(plane * sizePx + v) * sizePx + u]!;
        result[at] = sum / ((right - left) * (bottom - top));
      }
  return result;
}

/** Steps to the eight neighbours. */
const around = [-workPx, 1 - workPx, 1, workPx + 1, workPx, workPx - 1, -1, -workPx - 1];

/** Places of `innerEdges` that may still be taken. */
const isCrest = new Uint8Array(workPx * workPx);

/** Places where colour changes sharply, in chains that are long and somewhere strong; none on the frame or where something is drawn already. */
function innerEdges({ steep, gradientMagnitude, gradientStep }: Lines, taken: Mask): number[] {
  isCrest.fill(0);
  const strong: number[] = [];
  forEachSet(without(steep, taken), (x, y) => {
    const at = y * workPx + x;
    const value = gradientMagnitude[at]!;
    // No edge, or less than the one beside it.
    if (
      value < edgeWeak ||
      value < gradientMagnitude[at - gradientStep[at]!]! ||
      value <= gradientMagnitude[at + gradientStep[at]!]!
    )
      return;
    isCrest[at] = 1;
    if (value >= edgeStrong) strong.push(at);
  });
  const kept: number[] = [];
  for (const seed of strong) {
    if (!isCrest[seed]) continue;
    const chain = [seed];
    isCrest[seed] = 0;
    for (let next = 0; next < chain.length; next += 1)
      for (const step of around) {
        const at = chain[next]! + step;
        if (isCrest[at]) {
          isCrest[at] = 0;
          chain.push(at);
        }
      }
    if (chain.length >= shortestEdgePx) kept.push(...chain);
  }
  return kept;
}
