/**
 * Finds the ink of a designer's sketch: contrast to paper or transparency, enlarged to a mask that the drawing fills, with
 * filled areas hollowed out. First half of reading a sketch in line-drawing.ts. Pure.
 */
import { type Box, boundsOf } from "../../engine/pixels/places.ts";
import { emptyMask, grow, isEmpty, type Mask, overlap, setAt, shrink, without, workPx } from "./mask.ts";

/**
 * Contrast to the background, in [0, 1], below which a sketch counts as empty; and the share of the strongest contrast from
 * which a pixel is ink.
 */
const faintest = 0.1;
const inkShare = 0.3;
/** Half the thickness, at workPx, from which a stroke counts as a filled area: its rim is drawn instead of its centre line. */
const fillDepthPx = 12;

/**
 * The ink of a sketch as a mask of 128×128, or undefined without any.
 * @param planes premultiplied RGBA [4, size, size] in [0, 1]
 */
export function binarizeSketch(planes: Float32Array, sizePx: number): Mask | undefined {
  const ink = inkOf(planes, sizePx);
  const box = boundsOf(sizePx, (at) => ink[at]! >= 0.5);
  return box && rimsOfFills(enlarge(ink, sizePx, box));
}

/** Contrast to the background [size · size], scaled so that ink begins at 0.5. */
export function inkOf(planes: Float32Array, sizePx: number): Float32Array {
  const pixels = sizePx * sizePx;
  const ink = new Float32Array(pixels);
  const paper = paperOf(planes, sizePx);
  let peak = 0;
  for (let at = 0; at < pixels; at += 1) {
    const alpha = planes[3 * pixels + at]!;
    let contrast = paper ? 0 : alpha;
    // The difference that the pixel makes over the paper: zero if it is transparent or of the paper's colour.
    if (paper)
      for (let channel = 0; channel < 3; channel += 1)
        contrast = Math.max(contrast, Math.abs(planes[channel * pixels + at]! - alpha * paper[channel]!));
    ink[at] = contrast;
    if (contrast > peak) peak = contrast;
  }
  const scale = peak < faintest ? 0 : 0.5 / (inkShare * peak);
  return ink.map((contrast) => contrast * scale);
}

/**
 * Colour of the paper, or undefined for strokes on transparency. A sheet that does not fill the frame is found by its corners.
 */
function paperOf(planes: Float32Array, sizePx: number): readonly number[] | undefined {
  const pixels = sizePx * sizePx;
  const isOpaque = (at: number): boolean => planes[3 * pixels + at]! > 0.5;
  const sheet = boundsOf(sizePx, isOpaque);
  if (!sheet) return undefined;
  const rim: number[] = [];
  for (let x = sheet.left; x < sheet.right; x += 1) rim.push(sheet.top * sizePx + x, (sheet.bottom - 1) * sizePx + x);
  for (let y = sheet.top; y < sheet.bottom; y += 1) rim.push(y * sizePx + sheet.left, y * sizePx + sheet.right - 1);
  if (rim.filter(isOpaque).length < 0.9 * rim.length) return undefined;
  const colour = [0, 1, 2].map((channel) => {
    const values = rim.filter(isOpaque).map((at) => planes[channel * pixels + at]! / planes[3 * pixels + at]!);
    return values.sort((a, b) => a - b)[values.length >> 1]!;
  });
  let [opaque, plain] = [0, 0];
  for (let at = 0; at < pixels; at += 1) {
    if (!isOpaque(at)) continue;
    opaque += 1;
    const far = colour.some((value, channel) => Math.abs(planes[channel * pixels + at]! - value) > faintest);
    if (!far) plain += 1;
  }
  const sheetPx = (sheet.right - sheet.left) * (sheet.bottom - sheet.top);
  // A single plain area is a filled shape, unless it is the whole frame.
  const hasStrokes = plain < opaque || opaque === pixels;
  return opaque > 0.9 * sheetPx && plain > 0.4 * opaque && hasStrokes ? colour : undefined;
}

/** The box of an ink map, scaled to fill a mask with a margin of 4 px. */
function enlarge(ink: Float32Array, sizePx: number, box: Box): Mask {
  const mask = emptyMask();
  forEachInked(ink, sizePx, box, { sidePx: workPx, marginPx: 4 }, (x, y) => setAt(mask, y * workPx + x));
  return mask;
}

/** Visits the cells of a grid that the box of an ink map fills but for a margin, where ink is; lines thinner than a cell are kept. */
export function forEachInked(
  ink: Float32Array,
  sizePx: number,
  box: Box,
  { sidePx, marginPx }: { readonly sidePx: number; readonly marginPx: number },
  visit: (x: number, y: number) => void,
): void {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const step = Math.max(width, height) / (sidePx - 2 * marginPx);
  const clamp = (value: number): number => Math.min(sizePx - 1, Math.max(0, value));
  const [startX, startY] = [box.left + width / 2 - (step * sidePx) / 2, box.top + height / 2 - (step * sidePx) / 2];
  for (let y = 0; y < sidePx; y += 1)
    for (let x = 0; x < sidePx; x += 1) {
      const [fromX, fromY] = [startX + x * step, startY + y * step];
      let value = 0;
      if (step > 1) {
        const [endX, endY] = [clamp(Math.ceil(fromX + step) - 1), clamp(Math.ceil(fromY + step) - 1)];
        for (let v = Math.max(0, Math.floor(fromY)); v <= endY; v += 1)
          for (let u = Math.max(0, Math.floor(fromX)); u <= endX; u += 1) value = Math.max(value, ink[v * sizePx + u]!);
      } else {
        const [u, v] = [clamp(fromX + step / 2 - 0.5), clamp(fromY + step / 2 - 0.5)];
        const [u0, v0] = [Math.floor(u), Math.floor(v)];
        const [u1, v1] = [clamp(u0 + 1), clamp(v0 + 1)];
        const upper = ink[v0 * sizePx + u0]! * (1 - u + u0) + ink[v0 * sizePx + u1]! * (u - u0);
        const lower = ink[v1 * sizePx + u0]! * (1 - u + u0) + ink[v1 * sizePx + u1]! * (u - u0);
        value = upper * (1 - v + v0) + lower * (v - v0);
      }
      if (value >= 0.5) visit(x, y);
    }
}

/** The mask with areas that are too thick for a stroke hollowed out. */
function rimsOfFills(mask: Mask): Mask {
  const core = shrink(mask, fillDepthPx);
  if (isEmpty(core)) return mask;
  return without(mask, overlap(shrink(mask, 2), grow(core, fillDepthPx - 2)));
}
