/**
 * Shoulders of a drawing of lines: an arch that opens downwards below a round head, as a person in interfaces is drawn. Sets of outlines leave it open at
 * its foot, and sets of fills close and fill it where they fill the head; a flow between them fills the head alone, as nothing encloses the rest. Pure.
 */
import { type Extent, extentsOf } from "./extents.ts";

/** Proportions of the rectangle around a head, and the share of that which is head. */
const [headSquareLeast, headShareLeast] = [0.75, 0.68] as const;
/** Ink between a head and what is below it, room between both, and the depth of shoulders, at least; in widths of lines. */
export const [wallMost, roomMost, deepLeast] = [2.6, 2.5, 0.9] as const;
/** Breadth of shoulders where they end, with their lines, of the head's with its lines. */
const [broadLeast, broadMost] = [1.1, 2.6] as const;
/** Depth of shoulders, of their breadth, at most. */
export const deepMost = 1.2;
/** Breadth of shoulders one width of lines below their top, of that where they end: less is a pair of legs, or of compasses. */
export const bluntLeast = 0.5;
/** How far shoulders are off the middle of their head, of their breadth, and by how much their ends differ in height, in widths of lines. */
export const [offMost, levelWithin] = [0.12, 0.8] as const;

/** A drawing of lines. */
export interface Grid {
  /** Labels of what is no ink, from 1 on, [side, side]; 0 is ink, and the first cell is of what lies around. */
  readonly areas: Uint16Array;
  readonly sidePx: number;
  /** Width of lines, in cells. */
  readonly thick: number;
}

/** Round areas that are filled. */
export function headsIn({ areas, sidePx }: Grid, isFilled: readonly boolean[]) {
  const extents = extentsOf(areas, isFilled.length, sidePx);
  return extents.flatMap((extent, label) =>
    label > 0 && label !== areas[0] && isFilled[label] && isHead(extent) ? [{ label, extent }] : [],
  );
}

/** Whether shoulders are as broad, in cells, as those of a head may be. */
export function broadOf({ left, right }: Extent, broad: number, thick: number): boolean {
  const ofHead = right - left + 1 + 2 * thick;
  return broad >= broadLeast * ofHead && broad <= broadMost * ofHead;
}

function isHead({ cells, left, right, top, bottom }: Extent): boolean {
  const [width, height] = [right - left + 1, bottom - top + 1];
  return (
    Math.min(width, height) >= headSquareLeast * Math.max(width, height) && cells >= headShareLeast * width * height
  );
}

/** Cells between the lines of the shoulders below a head, down to where both end; undefined where there are none. */
export function shouldersBelow({ areas, sidePx, thick }: Grid, head: Extent): number[] | undefined {
  const around = areas[0]!;
  const middle = Math.floor((head.left + head.right) / 2);
  const walk = (from: number, label: number, most: number): number => {
    let y = from;
    while (y < sidePx && areas[y * sidePx + middle] === label && y - from <= most) y += 1;
    return y;
  };
  const [wall, room] = [wallMost * thick, roomMost * thick];
  let top = walk(head.bottom + 1, 0, wall);
  // Below the head's own line there may be room before the line of the shoulders.
  const line = walk(top, around, room);
  if (areas[line * sidePx + middle] === 0) top = walk(line, 0, wall);
  const cells: number[] = [];
  const widths: number[] = [];
  let [left, right, last] = [0, 0, 0];
  let y = top;
  for (; y < sidePx; y += 1) {
    const [from, to] = runAt({ areas, sidePx }, y * sidePx + middle, around);
    if (from % sidePx === 0 || to % sidePx === sidePx - 1 || to < from) break;
    const above = cells.length - (widths.at(-1) ?? 0);
    for (let cell = from; cell <= to; cell += 1) {
      // Lines lie over all of it.
      if (areas[cell - sidePx] !== 0 && !(cell - sidePx >= cells[above]! && cell - sidePx <= last)) return undefined;
      cells.push(cell);
    }
    last = to;
    widths.push(to - from + 1);
    [left, right] = [from % sidePx, to % sidePx];
  }
  const deep = y - top;
  if (deep < deepLeast * thick || y === sidePx) return undefined;
  const foot = widths.at(-1)!;
  const broad = foot + 2 * thick;
  if (!broadOf(head, broad, thick) || deep > deepMost * broad) return undefined;
  if (widths[Math.min(deep - 1, Math.round(thick))]! < bluntLeast * foot) return undefined;
  if (Math.abs(left + right - head.left - head.right) / 2 > offMost * broad) return undefined;
  const ends = (column: number): number => {
    let row = Math.max(top, y - Math.round(thick));
    while (row < sidePx && areas[row * sidePx + Math.round(column)] === 0) row += 1;
    return row;
  };
  const isLevel = [left - thick / 2, right + thick / 2].every((at) => Math.abs(ends(at) - y) <= levelWithin * thick);
  return isLevel ? cells : undefined;
}

/** First and last cell of a row's run of a label around one of its cells; the last is before the first where that is of another. */
function runAt({ areas, sidePx }: Omit<Grid, "thick">, cell: number, label: number): [number, number] {
  if (areas[cell] !== label) return [cell, cell - 1];
  let [from, to] = [cell, cell];
  while (from % sidePx > 0 && areas[from - 1] === label) from -= 1;
  while (to % sidePx < sidePx - 1 && areas[to + 1] === label) to += 1;
  return [from, to];
}
