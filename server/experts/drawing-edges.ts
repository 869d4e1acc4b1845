/**
 * Which pixels of a finished image a line drawing of it would follow: its outline, the middle of its dark lines, and strong inner
 * edges. The first half of line-drawing.ts's reading of a training image. Pure.
 *
 * Edges after Canny (PAMI 1986); dark lines by closing (closing.ts).
 */
import { closingOf } from "./closing.ts";
import { grow, hasAt, type Mask, maskWhere, setAt, shrink, union, without, workPx } from "./drawing-mask.ts";

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
  const channels = smoothed.map((channel, at) => overWhite(image, at, channel));
  // Slivers along the round corners of dark areas are no strokes; true lines so thin are found as edges.
  const strokes = grow(shrink(strokesOf(channels), 1), 1);
  const outline = outlineOf(image);
  const lines = union(strokes, without(outline, grow(strokes, 2)));
  const taken = union(grow(lines, 3), grow(outline, 3));
  for (const at of innerEdges(channels, taken)) setAt(lines, at);
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

/** Rooms for the smoothed channels, used again for each image. */
const smoothed = [0, 1, 2].map(() => new Float32Array(workPx * workPx));
const alongRows = new Float32Array(workPx * workPx);

/** One channel over white, smoothed by [1 2 1] along both axes, into `both` [128 · 128]. Ends, which have one neighbour only, stay as they are. */
function overWhite(image: Float32Array, channel: number, both: Float32Array): Float32Array {
  const pixels = workPx * workPx;
  const values = image.subarray(channel * pixels, (channel + 1) * pixels);
  const alpha = image.subarray(3 * pixels, 4 * pixels);
  let before = Math.fround(values[0]! + 1 - alpha[0]!);
  let here = Math.fround(values[1]! + 1 - alpha[1]!);
  alongRows[0] = before;
  for (let at = 1; at < pixels - 1; at += 1) {
    const next = Math.fround(values[at + 1]! + 1 - alpha[at + 1]!);
    alongRows[at] = 0.25 * (before + next) + 0.5 * here;
    before = here;
    here = next;
  }
  alongRows[pixels - 1] = here;
  both.set(alongRows);
  for (let at = workPx; at < pixels - workPx; at += 1)
    both[at] = 0.25 * (alongRows[at - workPx]! + alongRows[at + workPx]!) + 0.5 * alongRows[at]!;
  return both;
}

/** Pixels of the opaque part that touch the rest or the frame. */
function outlineOf(image: Float32Array): Mask {
  const alpha = image.subarray(3 * workPx * workPx);
  const inside = maskWhere((at) => alpha[at]! > 0.5);
  return without(inside, shrink(inside, 1));
}

/** Dark lines of an image as a mask: where closing (the largest, then the smallest of a square window) makes it lighter. */
function strokesOf([red, green, blue]: readonly Float32Array[]): Mask {
  const [r, g, b] = [red!, green!, blue!];
  // A decoder may leave alpha a little above 1, and what lies over white below 0.
  for (let at = 0; at < light.length; at += 1) light[at] = Math.max(0, 0.3 * r[at]! + 0.59 * g[at]! + 0.11 * b[at]!);
  const closed = closingOf(light);
  return maskWhere((at) => closed[at]! - light[at]! > strokeContrast);
}

/** Room of `strokesOf`, used again for each image. */
const light = new Float32Array(workPx * workPx);

/** Rooms of `innerEdges`: how sharply colour changes, and towards which neighbour, where it does at all. */
const steepness = new Float32Array(workPx * workPx);
const towards = new Int16Array(workPx * workPx);
/** Steps to the eight neighbours. */
const around = [-workPx, 1 - workPx, 1, workPx + 1, workPx, workPx - 1, -1, -workPx - 1];

/** Places where colour changes sharply, in chains that are long and somewhere strong; none on the frame or where something is drawn already. */
function innerEdges(channels: readonly Float32Array[], taken: Mask): number[] {
  steepness.fill(0);
  const [red, green, blue] = [channels[0]!, channels[1]!, channels[2]!];
  for (let y = 1; y < workPx - 1; y += 1)
    for (let x = 1; x < workPx - 1; x += 1) {
      const at = y * workPx + x;
      let bestX = red[at + 1]! - red[at - 1]!;
      let bestY = red[at + workPx]! - red[at - workPx]!;
      let best = bestX * bestX + bestY * bestY;
      const greenX = green[at + 1]! - green[at - 1]!;
      const greenY = green[at + workPx]! - green[at - workPx]!;
      const greenSquared = greenX * greenX + greenY * greenY;
      if (greenSquared > best) [best, bestX, bestY] = [greenSquared, greenX, greenY];
      const blueX = blue[at + 1]! - blue[at - 1]!;
      const blueY = blue[at + workPx]! - blue[at - workPx]!;
      const blueSquared = blueX * blueX + blueY * blueY;
      if (blueSquared > best) [best, bestX, bestY] = [blueSquared, blueX, blueY];
      // Fainter steps are no edges, and less than any edge beside them.
      if (best < faintest) continue;
      steepness[at] = Math.sqrt(best);
      // The neighbour towards which colour changes fastest: along an axis up to 22.5 degrees, else diagonal.
      const wide = Math.abs(bestX);
      const high = Math.abs(bestY);
      if (high < 0.414 * wide) towards[at] = 1;
      else if (wide < 0.414 * high) towards[at] = workPx;
      else towards[at] = bestX * bestY > 0 ? workPx + 1 : workPx - 1;
    }
  const isCrest = new Uint8Array(steepness.length);
  const strong: number[] = [];
  for (let at = workPx; at < steepness.length - workPx; at += 1) {
    const value = steepness[at]!;
    if (
      value < edgeWeak ||
      value < steepness[at - towards[at]!]! ||
      value <= steepness[at + towards[at]!]! ||
      hasAt(taken, at)
    )
      continue;
    isCrest[at] = 1;
    if (value >= edgeStrong) strong.push(at);
  }
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
