/** The ink of a sketch on a grid that it fills, with strokes that were drawn twice as one. Pure. */
import { distancesTo } from "../engine/lines/distances.ts";
import { labelAreas } from "../engine/lines/label-areas.ts";
import { boundsOf } from "../engine/pixels/places.ts";
import { forEachInked, inkOf } from "../experts/sketch/ink.ts";
import { evenlyLit } from "./paper.ts";

/** Side of the grid in cells, and what is left empty at its border. */
export const gridPx = 256;
const borderPx = 16;
/** What the sketch's longer side takes of the grid. */
export const drawnPx = gridPx - 2 * borderPx;
/** Slits narrower than this, by the strokes' width, are closed; holes smaller than this, by its square, are filled. */
const [slitMost, holeMost] = [0.2, 0.5] as const;
/** Ink that is deeper than this, by the strokes' width, is filled: its rim is drawn. Strokes are at most so broad, of the drawing's side. */
const [filledFrom, broadMost] = [1.1, 0.22] as const;
/** Share of its box that a drawing of strokes inks at most. */
const inkedMost = 0.5;
/** Flatter boxes count as this high, by their width: a single line fills its own. */
const flatLeast = 0.3;
/** Width that strokes have at least, in cells: a pencil's are broken else. */
const widthLeast = 4;

export interface SketchInk {
  /** [gridPx, gridPx]; 1 where ink is. */
  readonly ink: Uint8Array;
  /** Usual width of the strokes, in cells. */
  readonly widthPx: number;
}

/** @param planes premultiplied RGBA [4, sizePx, sizePx] @returns undefined without any ink, "filled" for what is no drawing of strokes */
export function inkOfSketch(planes: Float32Array, sizePx: number): SketchInk | "filled" | undefined {
  const contrast = inkOf(evenlyLit(planes, sizePx), sizePx);
  const box = boundsOf(sizePx, (at) => contrast[at]! >= 0.5);
  if (!box) return undefined;
  const ink = new Uint8Array(gridPx ** 2);
  forEachInked(contrast, sizePx, box, { sidePx: gridPx, marginPx: borderPx }, (x, y) => {
    ink[y * gridPx + x] = 1;
  });
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const boxPx = drawnPx ** 2 * Math.max(flatLeast, Math.min(width, height) / Math.max(width, height));
  if (ink.reduce((sum, value) => sum + value, 0) > inkedMost * boxPx) return "filled";
  const thinPx = usualWidth(ink);
  if (thinPx > broadMost * drawnPx) return "filled";
  const grown = thinPx < widthLeast ? closer(ink, 0, (widthLeast - thinPx) / 2) : ink;
  const widthPx = Math.max(widthLeast, thinPx);
  const reach = (slitMost / 2) * widthPx;
  const closed = closer(closer(grown, 0, reach), 1, reach);
  fillHoles(closed, holeMost * widthPx ** 2);
  return { ink: rimsOf(closed, widthPx), widthPx };
}

/** What lies within `reach` of cells with this value, as ink or as none. */
function closer(ink: Uint8Array, from: 0 | 1, reach: number): Uint8Array {
  const distances = distancesTo(from === 0 ? 1 : 0, ink, gridPx, reach + 2);
  return ink.map((value, at) => (value === from && distances[at]! <= reach ? 1 - from : value));
}

/** Filled areas by their rims, as broad as strokes. */
function rimsOf(ink: Uint8Array, widthPx: number): Uint8Array {
  const depths = distancesTo(0, ink, gridPx, gridPx);
  const isDeep = depths.map((depth) => Number(depth > filledFrom * widthPx));
  if (!isDeep.includes(1)) return ink;
  const away = distancesTo(1, Uint8Array.from(isDeep), gridPx, widthPx + 2);
  const isNear = (at: number): boolean => isDeep[at] === 1 || away[at]! <= 0.5 * widthPx;
  return ink.map((value, at) => (value === 1 && depths[at]! > widthPx && isNear(at) ? 0 : value));
}

/** Twice the depth that the ridges of the ink have in the middle. */
function usualWidth(ink: Uint8Array): number {
  const depths = distancesTo(0, ink, gridPx, gridPx);
  const ridges: number[] = [];
  for (let at = gridPx + 1; at < depths.length - gridPx - 1; at += 1) {
    const own = depths[at]!;
    if (
      own > 0 &&
      [1, gridPx, gridPx + 1, gridPx - 1].every((step) => own >= depths[at - step]! && own >= depths[at + step]!)
    )
      ridges.push(own);
  }
  ridges.sort((one, other) => one - other);
  // Filled areas have few ridges that are deep, strokes many of their own depth.
  return Math.max(1, 2 * (ridges[ridges.length >> 1] ?? 0.5) - 1);
}

/** Fills what is enclosed and smaller than `most` cells. */
function fillHoles(ink: Uint8Array, most: number): void {
  const labels = labelAreas(ink, 0, gridPx);
  const sizes: number[] = [];
  for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1;
  for (const [at, label] of labels.entries()) if (label > 0 && sizes[label]! < most) ink[at] = 1;
}
