/**
 * Line drawings as input of the sketch expert: 64×64 ink maps with lines 2 px thick, fitted into a centred box. Sketches
 * (ink.ts) and edges of training images (edges.ts) are skeletonized and drawn by the same code, so that the network can't
 * distinguish them. Pure: no files, no network.
 */

import { boundsOf } from "../../engine/pixels/places.ts";
import { skeletonize } from "../../wasm/drawings.ts";
import { edgeMaskOf } from "./edges.ts";
import { binarizeSketch } from "./ink.ts";
import { forEachSet, hasAt, isSet, type Mask, workPx } from "./mask.ts";

/** Side of the map, and of the box that the drawing's longer side fills, including line thickness. */
export const drawingPx = 64;
const boxPx = 60;
const linePx = 2;

/**
 * A sketch as an ink map [64 · 64] in [0, 1]; zeros for an empty sketch.
 * @param planes premultiplied RGBA [4, size, size] in [0, 1]: strokes on transparency or on paper of one colour
 */
export function normaliseDrawing(planes: Float32Array, sizePx: number): Float32Array {
  const mask = binarizeSketch(planes, sizePx);
  return mask ? drawLines(skeletonize(mask)) : new Float32Array(drawingPx * drawingPx);
}

/**
 * The line drawing of a training image, [64 · 64] in [0, 1]: its outline, the centres of dark lines, and strong inner edges.
 * @param planes premultiplied RGBA [4, size, size] in [0, 1]
 */
export function edgesOf(planes: Float32Array, sizePx: number): Float32Array {
  return drawLines(skeletonize(edgeMaskOf(planes, sizePx)));
}

/** Lines of one pixel → ink [64 · 64]: moved and scaled into the box, 2 px thick, with edges one pixel soft. */
function drawLines(lines: Mask): Float32Array {
  const ink = new Float32Array(drawingPx * drawingPx);
  const box = boundsOf(workPx, (at) => hasAt(lines, at));
  if (!box) return ink;
  const longest = Math.max(box.right - box.left, box.bottom - box.top) - 1;
  const scale = longest === 0 ? 0.5 : (boxPx - linePx) / longest;
  const [centreX, centreY] = [(box.left + box.right - 1) / 2, (box.top + box.bottom - 1) / 2];
  /** Draws from a pixel of the mask to its neighbour. */
  const segment = (x: number, y: number, stepX: number, stepY: number): void => {
    const [startX, startY] = [(x - centreX) * scale, (y - centreY) * scale];
    drawSegment(ink, startX + (drawingPx - 1) / 2, startY + (drawingPx - 1) / 2, stepX * scale, stepY * scale);
  };
  forEachSet(lines, (x, y) => {
    const [east, south, west] = [isSet(lines, x + 1, y), isSet(lines, x, y + 1), isSet(lines, x - 1, y)];
    const [southEast, southWest] = [isSet(lines, x + 1, y + 1), isSet(lines, x - 1, y + 1)];
    if (east) segment(x, y, 1, 0);
    if (south) segment(x, y, 0, 1);
    if (southEast && !east && !south) segment(x, y, 1, 1);
    if (southWest && !west && !south) segment(x, y, -1, 1);
    if (east || south || west || southEast || southWest) return;
    const isDot = ![-1, 0, 1].some((step) => isSet(lines, x + step, y - 1));
    if (isDot) segment(x, y, 0, 0);
  });
  return ink;
}

const reach = linePx / 2 + 0.5;

/** Draws a line from a position of the ink map, by this distance along each axis. */
function drawSegment(ink: Float32Array, x: number, y: number, dx: number, dy: number): void {
  const squared = dx * dx + dy * dy;
  const left = Math.max(0, Math.ceil(Math.min(x, x + dx) - reach));
  const right = Math.min(drawingPx - 1, Math.max(x, x + dx) + reach);
  const top = Math.max(0, Math.ceil(Math.min(y, y + dy) - reach));
  const bottom = Math.min(drawingPx - 1, Math.max(y, y + dy) + reach);
  for (let v = top; v <= bottom; v += 1)
    for (let u = left; u <= right; u += 1) {
      const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((u - x) * dx + (v - y) * dy) / squared));
      const offX = u - x - along * dx;
      const offY = v - y - along * dy;
      const value = reach - Math.sqrt(offX * offX + offY * offY);
      if (value > ink[v * drawingPx + u]!) ink[v * drawingPx + u] = Math.min(1, value);
    }
}
