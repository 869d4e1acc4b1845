/**
 * How much of the picture drawings of a set take: what icon grids call the live area, with padding around it. Drawings of one live area
 * look equally large beside each other, whatever set each is of. Pure.
 */
import type { Drawing } from "./pixels/ink-colour.ts";
import { type Box, boundsOf } from "./pixels/places.ts";

/** Fewer drawings may be small by chance, as arrows are. */
const drawingsLeast = 3;
/** Share of the drawings that take no more: small things and a few that reach further are in every set. */
const usualShareOf = 0.75;

/** Share of the side of a picture that the longer side of a usual drawing takes; undefined for too few drawings. */
export function liveAreaOf(drawings: readonly Drawing[]): number | undefined {
  const longer = drawings.flatMap((drawing) => {
    const box = boxOfInk(drawing);
    return box ? [longerSide(box) / drawing.sizePx] : [];
  });
  if (longer.length < drawingsLeast) return undefined;
  return longer.sort((one, other) => one - other)[Math.round(usualShareOf * (longer.length - 1))];
}

export const longerSide = ({ left, top, right, bottom }: Box): number => Math.max(right - left, bottom - top);

/** Around what is at least half opaque; undefined where nothing is. */
export const boxOfInk = ({ planes, sizePx }: Drawing): Box | undefined =>
  boundsOf(sizePx, (at) => planes[3 * sizePx ** 2 + at]! >= 0.5);
