/**
 * Composites a drawing like the images of a folder (background-template.ts): scaled into the box of the objects, on a
 * background with enough contrast.
 */
import { averageAreas } from "../../engine/pixels/areas.ts";
import { type Box, boundsOf } from "../../engine/pixels/places.ts";
import { type BackgroundTemplate, type EmptyBackground, visible } from "./background-template.ts";

/**
 * Scales a drawing into the template's box, centred and never enlarged, and composites it on a background or on nothing.
 * @param drawing premultiplied planes [4, sizePx, sizePx], like the result
 */
export function compositeOn(
  { sizePx, box }: BackgroundTemplate,
  drawing: Float32Array,
  on: EmptyBackground | undefined,
): Float32Array {
  const pixels = sizePx ** 2;
  const composite = new Float32Array(4 * pixels);
  const own = extentOf(drawing, sizePx);
  const side = Math.max(own.right - own.left, own.bottom - own.top);
  const scale = Math.min(
    1,
    (box.right - box.left) / (own.right - own.left),
    (box.bottom - box.top) / (own.bottom - own.top),
  );
  const smallPx = Math.max(1, Math.round(scale * side));
  const small = averageAreas(squareAround(drawing, sizePx, own, side), side, smallPx);
  const [left, top] = [
    Math.round((box.left + box.right - smallPx) / 2),
    Math.round((box.top + box.bottom - smallPx) / 2),
  ];
  for (let y = 0; y < smallPx; y += 1)
    for (let x = 0; x < smallPx; x += 1) {
      const [toX, toY] = [left + x, top + y];
      if (toX < 0 || toY < 0 || toX >= sizePx || toY >= sizePx) continue;
      for (let channel = 0; channel < 4; channel += 1)
        composite[channel * pixels + toY * sizePx + toX] = small[(channel * smallPx + y) * smallPx + x]!;
    }
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const seen = 1 - composite[3 * pixels + pixel]!;
    for (let at = pixel; on && at < 4 * pixels; at += pixels)
      // A decoder may return a colour above its alpha.
      composite[at] = Math.min(1, composite[at]! + seen * on.planes[at]!);
  }
  return composite;
}

/** Distance between colours below which an object can't be seen on its background. */
const lost = 0.3;

/** The background on which the fewest pixels of the drawing are lost. @param drawing premultiplied planes */
export function highestContrast(
  drawing: Float32Array,
  backgrounds: readonly EmptyBackground[],
): EmptyBackground | undefined {
  const pixels = drawing.length / 4;
  const lostOn = ({ colour: [red, green, blue] }: EmptyBackground): number => {
    let count = 0;
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const alpha = drawing[3 * pixels + pixel]!;
      if (alpha < 0.5) continue;
      const squared =
        (drawing[pixel]! / alpha - red) ** 2 +
        (drawing[pixels + pixel]! / alpha - green) ** 2 +
        (drawing[2 * pixels + pixel]! / alpha - blue) ** 2;
      if (squared < lost ** 2) count += 1;
    }
    return count;
  };
  const counts = backgrounds.map(lostOn);
  return backgrounds[counts.indexOf(Math.min(...counts))];
}

/** The box of all visible pixels; the whole square without any. */
function extentOf(drawing: Float32Array, sizePx: number): Box {
  const alpha = drawing.subarray(3 * sizePx ** 2);
  return boundsOf(sizePx, (at) => alpha[at]! > visible) ?? { left: 0, top: 0, right: sizePx, bottom: sizePx };
}

/** Planes [4, side, side] of a square with the same centre as the box. */
function squareAround(
  drawing: Float32Array,
  sizePx: number,
  { left, top, right, bottom }: Box,
  side: number,
): Float32Array {
  const square = new Float32Array(4 * side * side);
  const [dx, dy] = [Math.floor((side - (right - left)) / 2), Math.floor((side - (bottom - top)) / 2)];
  for (let channel = 0; channel < 4; channel += 1)
    for (let y = top; y < bottom; y += 1) {
      const from = (channel * sizePx + y) * sizePx;
      square.set(drawing.subarray(from + left, from + right), (channel * side + y - top + dy) * side + dx);
    }
  return square;
}
