/**
 * Of the icons that show a drawing's own style, those of the drawing's kind: lines of one width, or not. Sets that mix outlines and solids would
 * tell of a style that is neither.
 */

import { isLines, lineWidthOf } from "../../engine/lines/line-width.ts";
import { shapeOf } from "../../engine/lines/shape.ts";
import type { Picture } from "../../engine/made-picture.ts";
import { LruCache } from "../../platform/lru-cache.ts";

/** Share of the icons that must be of the drawing's kind: with fewer, the drawing is the exception, and they say more together. */
const ownLeast = 0.25;
/** Kinds of the pictures that were looked at last: each takes some 10 ms, and those of a set are asked of for each of its drawings. */
const kinds = new LruCache<{ readonly isOfLines: boolean }>(256);

/** @returns the icons of the drawing's kind, or all where these are few */
export function ofOneKind<Shown extends Picture>(drawing: Picture, icons: readonly Shown[]): readonly Shown[] {
  const own = icons.filter((icon) => isOfLines(icon) === isOfLines(drawing));
  return own.length >= Math.max(1, ownLeast * icons.length) ? own : icons;
}

function isOfLines(picture: Picture): boolean {
  const { key, sizePx } = picture;
  return kinds.once(`${sizePx} ${key}`, () => {
    const alphas = picture.planes.subarray(3 * sizePx ** 2, 4 * sizePx ** 2);
    return { isOfLines: isLines(lineWidthOf(shapeOf(alphas, sizePx), sizePx)) };
  }).isOfLines;
}
