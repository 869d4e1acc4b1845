/**
 * Finds the pixels of an image that a line drawing of it would follow: its outline, the centres of dark lines, and strong inner
 * edges. First half of reading a training image in line-drawing.ts. Pure.
 * Edges after Canny (PAMI 1986), dark lines by morphological closing. server/wasm does the work at every pixel.
 */
import { type Lines, readLines } from "../../wasm/drawings.ts";
import { forEachSet, grow, type Mask, setAt, shrink, union, without, workPx } from "./mask.ts";

const strokeContrast = 0.25;
/**
 * Thresholds of the colour gradient, per 2 pixels after smoothing: an edge has the strong one somewhere and the weak one
 * everywhere.
 */
const edgeStrong = 0.16;
const edgeWeak = 0.07;
const shortestEdgePx = 9;
/** Squared and slightly below `edgeWeak`, so that rounding loses no edge. */
const faintest = 0.99 * edgeWeak ** 2;

/**
 * The lines of an image as a mask of 128×128, not yet skeletonized.
 * @param planes premultiplied RGBA [4, size, size] in [0, 1]
 */
export function edgeMaskOf(planes: Float32Array, sizePx: number): Mask {
  const image = sizePx === workPx ? planes : atWorkSize(planes, sizePx);
  const found = readLines(image, strokeContrast, faintest);
  // Slivers along round corners of dark areas are no strokes; real lines that thin are found as edges.
  const strokes = grow(shrink(found.strokes, 1), 1);
  // Opaque pixels next to the rest or to the frame.
  const outline = without(found.opaque, shrink(found.opaque, 1));
  const lines = union(strokes, without(outline, grow(strokes, 2)));
  const taken = union(grow(lines, 3), grow(outline, 3));
  for (const at of innerEdges(found, taken)) setAt(lines, at);
  // Growing closes small gaps and joins two lines that almost touch.
  return grow(lines, 1);
}

/** Area means at the work size, planes [4, 128, 128]. */
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

/** Offsets of the eight neighbours. */
const around = [-workPx, 1 - workPx, 1, workPx + 1, workPx, workPx - 1, -1, -workPx - 1];

/** Pixels that `innerEdges` may still take; reused. */
const isCrest = new Uint8Array(workPx * workPx);

/**
 * Pixels with a sharp change of colour, in long chains that are strong somewhere; none at the frame or on a line that was found
 * already.
 */
function innerEdges({ steep, gradientMagnitude, gradientStep }: Lines, taken: Mask): number[] {
  isCrest.fill(0);
  const strong: number[] = [];
  forEachSet(without(steep, taken), (x, y) => {
    const at = y * workPx + x;
    const value = gradientMagnitude[at]!;
    // No edge, or a lower gradient than beside it.
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
