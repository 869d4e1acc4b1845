/**
 * Shoulders of which one half is drawn, as another thing lies over the other: a plus, a check mark or a cog beside a person. Sets of fills draw both halves,
 * with a gap along that thing. The half that is drawn says what the other is: its mirror image. Pure.
 */
import { distancesTo } from "../distances.ts";
import { opened } from "../shape.ts";
import type { Extent } from "./extents.ts";
import {
  bluntLeast,
  broadOf,
  deepLeast,
  deepMost,
  type Grid,
  headsIn,
  levelWithin,
  roomMost,
  shouldersBelow,
  wallMost,
} from "./shoulders.ts";

/** How far from the middle of a head its shoulders are looked for, and breadth of the gap along the thing, in widths of lines. */
const [asideBy, gapBreadth] = [1, 0.9] as const;
/** Radius of the disc that fits into what stays of shoulders, in widths of lines: less is slivers. */
const evenRadius = 1;

/** Shoulders that are filled. */
export interface Shoulders {
  /** Label of the head above them. */
  readonly head: number;
  /** Cells that are filled besides the ink, with those of lines that are missing. */
  readonly cells: readonly number[];
}

/** @param parts labels of ink, [side, side] @returns shoulders below heads that are filled: whole ones, and those that are half behind another thing */
export function filledShoulders(grid: Grid, isFilled: readonly boolean[], parts: Uint16Array): Shoulders[] {
  return headsIn(grid, isFilled).flatMap(({ label, extent }) => {
    const whole = shouldersBelow(grid, extent);
    if (whole) return [{ head: label, cells: whole }];
    for (const toLeg of [-1, 1] as const) {
      const half = halfBelow(grid, extent, toLeg, parts);
      const cells = half && bothHalves(grid, half, parts, label);
      if (cells) return [{ head: label, cells }];
    }
    return [];
  });
}

/** A half of shoulders. */
interface Half {
  /** Columns of the grid: the middle of the head, and where what is known of the half begins. */
  readonly middle: number;
  readonly begin: number;
  readonly toLeg: -1 | 1;
  /** Rows of the silhouette by columns from there on, the first and the last. */
  readonly rows: ReadonlyArray<readonly [number, number]>;
  /** Label of its ink. */
  readonly part: number;
}

function halfBelow({ areas, sidePx, thick }: Grid, head: Extent, toLeg: -1 | 1, parts: Uint16Array): Half | undefined {
  const around = areas[0]!;
  const middle = Math.round((head.left + head.right) / 2);
  const begin = middle + toLeg * Math.round(asideBy * thick);
  const labelAt = (x: number, y: number): number => areas[y * sidePx + x]!;
  const walk = (from: number, label: number, most: number): number => {
    let y = from;
    while (y < sidePx && labelAt(begin, y) === label && y - from <= most) y += 1;
    return y;
  };
  // At this column the head's line ends higher up than below its middle.
  let line = head.bottom + 1;
  while (line > head.top && labelAt(begin, line) !== 0) line -= 1;
  line = walk(walk(line, 0, 2 * wallMost * thick), around, (roomMost + 1) * thick);
  if (labelAt(begin, line) !== 0) return undefined;
  const part = parts[line * sidePx + begin]!;
  const top = walk(line, 0, wallMost * thick);
  let [foot, blunt, y] = [begin, begin, top];
  for (; y < sidePx && labelAt(begin, y) === around; y += 1) {
    let x = begin;
    while (x > 0 && x < sidePx - 1 && labelAt(x, y) === around) {
      // Lines lie over all of it.
      if (y === top && labelAt(x, y - 1) !== 0) return undefined;
      x += toLeg;
    }
    if (labelAt(x, y) !== 0 || (y > top && (x - foot) * toLeg > thick)) break;
    if (parts[y * sidePx + x] !== part) return undefined;
    foot = x;
    if (y - top <= thick) blunt = x;
  }
  const [deep, wide] = [y - top, Math.abs(foot - middle) - 1];
  const broad = 2 * wide + 2 * thick;
  if (y === sidePx || deep < deepLeast * thick || deep > deepMost * broad || !broadOf(head, broad, thick))
    return undefined;
  if (Math.abs(blunt - middle) < bluntLeast * wide) return undefined;
  const leg = foot + toLeg * Math.round(thick / 2);
  let end = Math.max(top, y - Math.round(thick));
  while (end < sidePx && labelAt(leg, end) === 0) end += 1;
  if (Math.abs(end - y) > levelWithin * thick) return undefined;
  const rows: Array<[number, number]> = [];
  for (let x = begin; x > 0 && x < sidePx - 1; x += toLeg) {
    const own: number[] = [];
    for (let row = line; row < y; row += 1) {
      const isWithin = labelAt(x, row) === around && (x - foot) * toLeg < 0 && row >= top;
      if (isWithin || parts[row * sidePx + x] === part) own.push(row);
    }
    if (own.length === 0) break;
    rows.push([own[0]!, own.at(-1)!]);
  }
  return { middle, begin, toLeg, rows, part };
}

/** Both halves without what is ink, and without a gap along what lies over them; undefined where nothing does. */
function bothHalves(
  { areas, sidePx, thick }: Grid,
  half: Half,
  parts: Uint16Array,
  head: number,
): number[] | undefined {
  const { middle, begin, toLeg, rows, part } = half;
  const around = areas[0]!;
  const body = new Uint8Array(areas.length);
  const add = (x: number, [from, to]: readonly [number, number]): void => {
    if (x > 0 && x < sidePx - 1) for (let y = from; y <= to; y += 1) body[y * sidePx + x] = 1;
  };
  for (let off = 0; off < Math.abs(begin - middle); off += 1)
    for (const side of [-1, 1]) add(middle + side * off, rows[0]!);
  for (const [at, own] of rows.entries()) {
    add(begin + toLeg * at, own);
    add(2 * middle - begin - toLeg * at, own);
  }
  const isOfHead: boolean[] = [];
  let isOfOther = false;
  for (let at = sidePx; at < areas.length - sidePx; at += 1)
    if (areas[at]! > 0 && areas[at] !== around)
      for (const near of [at - 1, at + 1]) {
        if (areas[at] === head) isOfHead[parts[near]!] = true;
        else if (parts[near] === part) isOfOther = true;
      }
  // What encloses something is no line of shoulders.
  if (isOfOther) return undefined;
  const over = new Uint8Array(areas.length);
  for (let at = 0; at < areas.length; at += 1)
    if (parts[at]! > 0 && parts[at] !== part && !isOfHead[parts[at]!]) over[at] = 1;
  const away = distancesTo(1, over, sidePx, gapBreadth * thick + 1);
  // Of the half that is drawn and of the other, cells that lie behind.
  const behind = [0, 0];
  for (let at = 0; at < body.length; at += 1)
    if (body[at] === 1 && away[at]! <= gapBreadth * thick) {
      behind[((at % sidePx) - middle) * toLeg > 0 ? 0 : 1]! += 1;
      body[at] = 0;
    }
  if (behind[1]! <= behind[0]!) return undefined;
  for (let at = 0; at < body.length; at += 1) if (parts[at] === part) body[at] = 1;
  const even = opened(distancesTo(0, body, sidePx, evenRadius * thick + 2), evenRadius * thick, sidePx);
  // What is below the head stays.
  const [top, bottom] = rows[0]!;
  if (even[Math.floor((top + bottom) / 2) * sidePx + begin] === 0) return undefined;
  const cells: number[] = [];
  for (let at = 0; at < body.length; at += 1) if (even[at] === 1 && areas[at] === around) cells.push(at);
  return cells;
}
