/**
 * Where gaps in a fill end: a line that became a gap meets the outline, which stays, and labels of lines are ragged where lines meet. Pure.
 */
import { distancesTo } from "../distances.ts";
import { labelAreas } from "../label-areas.ts";
import { finePerPx, opened } from "../shape.ts";

/** Radius of the disc that does not get into a crack: in pixels, and at most this share of a line's width. */
const [crackPx, crackShare] = [0.7, 0.3] as const;
/** Share of half a line's width from which on a cell is its middle. */
const middleShare = 0.7;

interface GapEnds {
  /** Cells of the drawing's ink, [side, side]. */
  readonly ink: Uint8Array;
  /** Of ink to what is none, in cells. */
  readonly away: Float32Array;
  /** Width of lines, in cells. */
  readonly thick: number;
  readonly sidePx: number;
  isEmpty(cell: number): boolean;
  /** Whether a cell's line is beside something empty. */
  isOutline(cell: number): boolean;
}

/**
 * Where lines meet, those that stay end where they would without the others: an outline is as broad beside a gap as elsewhere.
 * @param mask cells that stay, changed in place
 */
export function endGaps(mask: Uint8Array, { ink, away, thick, sidePx, isEmpty, isOutline }: GapEnds): void {
  const far = (middleShare * thick) / 2;
  const [middles, outlines, empties, gaps] = Array.from({ length: 4 }, () => new Uint8Array(ink.length)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  for (let cell = 0; cell < ink.length; cell += 1) {
    if (ink[cell] === 0) empties[cell] = isEmpty(cell) ? 1 : 0;
    else if (mask[cell] === 0) gaps[cell] = 1;
    else if (away[cell]! >= far) (isOutline(cell) ? outlines : middles)[cell] = 1;
  }
  const [toMiddle, toOutline, toEmpty, toGap] = [
    distancesTo(1, middles, sidePx, far + 1),
    distancesTo(1, outlines, sidePx, thick + 2),
    distancesTo(1, empties, sidePx, thick + 2),
    distancesTo(1, gaps, sidePx, thick + 2),
  ];
  for (let cell = 0; cell < ink.length; cell += 1) {
    if (ink[cell] === 0) continue;
    if (toMiddle[cell]! < far || (toEmpty[cell]! <= thick && toOutline[cell]! < thick)) mask[cell] = 1;
    else if (toGap[cell]! < thick && isOutline(cell)) mask[cell] = 0;
  }
  // Where an outline is a little broader than most, that is no gap, nor where it bends beside one.
  const left = new Uint8Array(ink.length);
  for (let cell = 0; cell < ink.length; cell += 1) left[cell] = ink[cell] === 1 && mask[cell] === 0 ? 1 : 0;
  const radius = Math.min(crackPx * finePerPx, crackShare * thick);
  const open = opened(distancesTo(0, left, sidePx, radius + 2), radius, sidePx);
  const labels = labelAreas(open, 1, sidePx);
  const isGap: boolean[] = [];
  for (let cell = 0; cell < ink.length; cell += 1) if (gaps[cell] === 1) isGap[labels[cell]!] = true;
  for (let cell = 0; cell < ink.length; cell += 1)
    if (left[cell] === 1 && !(labels[cell]! > 0 && isGap[labels[cell]!])) mask[cell] = 1;
}
