/**
 * Line drawings as the sketch expert sees them: 64×64 maps of ink, lines 2 px thick, fitted into one centred box. A designer's
 * sketch (drawing-ink.ts) and the edges of a training image (drawing-edges.ts) end in the same thinning and the same drawing, so
 * that both look alike to the network. Pure; knows no files and no network.
 */
import { edgeMaskOf } from "./drawing-edges.ts";
import { inkMaskOf } from "./drawing-ink.ts";
import { around, boundsOf, stride, thin } from "./drawing-mask.ts";

/** Side of the map, and of the box that the drawing's longer side fills, thickness included. */
export const drawingPx = 64;
const boxPx = 60;
const linePx = 2;

/**
 * A sketch as an ink map [64 · 64] in [0, 1], all zeros when nothing is drawn.
 * @param planes premultiplied RGBA [4, size, size] in [0, 1]: strokes on transparency, or on paper of one colour
 */
export function normaliseDrawing(planes: Float32Array, sizePx: number): Float32Array {
  const mask = inkMaskOf(planes, sizePx);
  return mask ? drawLines(thin(mask)) : new Float32Array(drawingPx * drawingPx);
}

/**
 * The line drawing that stands for an image in training, [64 · 64] in [0, 1]: its outline, the middle of its dark lines, and strong
 * inner edges.
 * @param planes premultiplied RGBA [4, size, size] in [0, 1]
 */
export function edgesOf(planes: Float32Array, sizePx: number): Float32Array {
  return drawLines(thin(edgeMaskOf(planes, sizePx)));
}

/** Thin lines → ink [64 · 64]: moved and scaled into the box, 2 px thick, edges one pixel soft. */
function drawLines(lines: Uint8Array): Float32Array {
  const ink = new Float32Array(drawingPx * drawingPx);
  const box = boundsOf(stride, stride, (at) => lines[at] === 1);
  if (!box) return ink;
  const longest = Math.max(box.right - box.left, box.bottom - box.top);
  const scale = longest === 0 ? 0.5 : (boxPx - linePx) / longest;
  const [centreX, centreY] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const reach = linePx / 2 + 0.5;
  /** Draws from one place of the mask to its neighbour. */
  const segment = (at: number, stepX: number, stepY: number): void => {
    const x = ((at % stride) - centreX) * scale + (drawingPx - 1) / 2;
    const y = (Math.floor(at / stride) - centreY) * scale + (drawingPx - 1) / 2;
    const [dx, dy] = [stepX * scale, stepY * scale];
    const squared = dx * dx + dy * dy;
    const [left, right] = [
      Math.max(0, Math.ceil(Math.min(x, x + dx) - reach)),
      Math.min(drawingPx - 1, Math.max(x, x + dx) + reach),
    ];
    const [top, bottom] = [
      Math.max(0, Math.ceil(Math.min(y, y + dy) - reach)),
      Math.min(drawingPx - 1, Math.max(y, y + dy) + reach),
    ];
    for (let v = top; v <= bottom; v += 1)
      for (let u = left; u <= right; u += 1) {
        const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((u - x) * dx + (v - y) * dy) / squared));
        const [offX, offY] = [u - x - along * dx, v - y - along * dy];
        const value = reach - Math.sqrt(offX * offX + offY * offY);
        if (value > ink[v * drawingPx + u]!) ink[v * drawingPx + u] = Math.min(1, value);
      }
  };
  for (let at = stride; at < lines.length - stride; at += 1) {
    if (!lines[at]) continue;
    const [east, south] = [lines[at + 1], lines[at + stride]];
    if (east) segment(at, 1, 0);
    if (south) segment(at, 0, 1);
    if (lines[at + stride + 1] && !east && !south) segment(at, 1, 1);
    if (lines[at + stride - 1] && !lines[at - 1] && !south) segment(at, -1, 1);
    if (around.every((step) => !lines[at + step])) segment(at, 0, 0);
  }
  return ink;
}
