/**
 * How thick the lines of a drawing are: twice the area of a colour by the length of its outlines, which is the width of a line, however it runs; of a disc it is the
 * radius. Of the thinnest colour that makes up a good part of the drawing: that is its line work.
 */
import { areaOf, outlinesOf } from "../engine/outlines/contours.ts";
import type { Memberships } from "./memberships.ts";

/** Share of the drawn area from which a colour counts. */
const countsFrom = 0.08;

/** Width in pixels; 0 for a drawing of nothing. */
export function strokeWidthOf(memberships: Memberships, widthPx: number): number {
  const colours = memberships.slice(0, -1).map((plane) => {
    const outlines = outlinesOf(plane, widthPx);
    const area = Math.abs(outlines.reduce((sum, outline) => sum + areaOf(outline), 0));
    return { area, length: outlines.reduce((sum, outline) => sum + lengthOf(outline), 0) };
  });
  const drawn = colours.reduce((sum, { area }) => sum + area, 0);
  const widths = colours
    .filter(({ area }) => area > 0 && area >= countsFrom * drawn)
    .map(({ area, length }) => (2 * area) / length);
  return widths.length === 0 ? 0 : Math.min(...widths);
}

function lengthOf(outline: ArrayLike<number>): number {
  let length = 0;
  for (let at = 0; at < outline.length; at += 2) {
    const after = (at + 2) % outline.length;
    length += Math.hypot(outline[after]! - outline[at]!, outline[after + 1]! - outline[at + 1]!);
  }
  return length;
}
