/**
 * Outlines that are open at their foot: a cloud that it rains from, a gauge, a light bulb. Sets of outlines leave the foot open as something else is there,
 * and sets of fills close and fill it; a flow between them fills little of it, as nothing encloses it. Here such an outline is told by its two ends, which
 * are level and nearer to each other than the outline is broad, and its inside goes down to the chord between them. Pure.
 */
import { ringOf, skeletonOf, turns } from "../../pixels/strokes.ts";
import { distancesTo } from "../distances.ts";
import { areasAtBorder, highestOf, labelAreas } from "../label-areas.ts";
import { cellAt } from "../shape.ts";
import { type Extent, extentsOf } from "./extents.ts";
import type { Grid } from "./shoulders.ts";

/** By how much the ends of an arch differ in height, and how thick its ink is, in widths of lines, at most. */
const [levelMost, thickMost] = [0.9, 1.6] as const;
/** How much lower an arch is between its ends, of its height, at most. */
const dentMost = 0.6;
/** How far an arch reaches below its ends, in widths of lines, at most, and height of outlines and of waves, of their breadth, at least. */
const [belowMost, highLeast, waveHighLeast] = [1.1, 0.3, 0.15] as const;
/** Length of the chord, in widths of lines at least, and of the breadth of the inside at most: straight legs and those that spread are no body. */
const [chordLeast, chordMost] = [1, 0.92] as const;
/** Depth of the inside, in widths of lines, at least. */
const deepLeast = 1.5;
/** Share of the inside that nothing else encloses. */
const openLeast = 0.4;
/** Distance from the chord within which all of a dash lies, in widths of lines, and its length, of its height, at least: less is a dot. */
const [dashWithin, dashLongLeast] = [0.8, 1.3] as const;
/** How far the middles of waves differ, in widths of lines, and breadths and heights of a pair, of the larger one's, at most. */
const [waveWithin, pairWithin] = [0.75, 0.1] as const;
/** Breadth of the gap along what lies over the inside, in widths of lines. */
const gapBreadth = 0.9;

/** Outlines that are open at their foot. */
export interface OpenFeet {
  /** Cells that are filled besides the ink. */
  readonly cells: readonly number[];
  /** Whether a part of the ink is such an outline, by its label. */
  readonly isOutline: readonly boolean[];
}

/**
 * @param alphas of the drawing, [sizePx, sizePx]
 * @param grid the same on its grid
 * @param parts labels of ink, [side, side]
 * @param isFilled of each label of areas
 * @returns undefined where there are none
 */
export function openFeet(
  alphas: Float32Array,
  sizePx: number,
  grid: Grid,
  parts: Uint16Array,
  isFilled: readonly boolean[],
): OpenFeet | undefined {
  const { areas, sidePx, thick } = grid;
  const open = openParts(alphas, sizePx, parts, sidePx);
  const waves = open.filter((one) => isArch(one, thick, waveHighLeast));
  const cells: number[] = [];
  const isOutline: boolean[] = [];
  for (const arch of open.filter((one) => isArch(one, thick, highLeast))) {
    if (waves.some((other) => areWaves(arch, other, thick)) || open.some((other) => arePair(arch, other))) continue;
    const inside = insideOf(grid, parts, arch);
    if (!inside) continue;
    isOutline[arch.part] = true;
    const away = distancesTo(1, othersOf(grid, parts, arch.part, inside, isFilled), sidePx, gapBreadth * thick + 1);
    const toChord = distancesTo(1, chordOf(arch, sidePx), sidePx, thick);
    for (let cell = 0; cell < inside.length; cell += 1) {
      if (areas[cell] !== areas[0] || away[cell]! <= gapBreadth * thick) continue;
      // Down to where the round ends of the line are.
      if (inside[cell] === 1 || toChord[cell]! <= thick / 2) cells.push(cell);
    }
  }
  return cells.length > 0 ? { cells, isOutline } : undefined;
}

/** A part of the ink that is one line, or several without further ends. */
interface OpenPart {
  readonly part: number;
  readonly extent: Extent;
  /** Column and row of each end, in the middle of the line. */
  readonly ends: readonly [readonly [number, number], readonly [number, number]];
  /** First row of it in the column between both. */
  readonly top: number;
}

/** Parts with two ends. */
function openParts(alphas: Float32Array, sizePx: number, parts: Uint16Array, sidePx: number): OpenPart[] {
  const ends: [number, number][][] = [];
  const skeleton = Uint8Array.from(skeletonOf(alphas, sizePx));
  for (let at = sizePx; at < skeleton.length - sizePx; at += 1) {
    if (skeleton[at] === 0 || at % sizePx === 0 || at % sizePx === sizePx - 1) continue;
    const ring = ringOf(at, sizePx);
    // At the end of a slanted line two neighbours may be beside each other.
    if (turns(ring, skeleton) !== 1 || ring.reduce((sum, near) => sum + skeleton[near]!, 0) > 2) continue;
    const cell = cellAt(at, sizePx);
    ends[parts[cell]!] ??= [];
    ends[parts[cell]!]!.push([cell % sidePx, Math.floor(cell / sidePx)]);
  }
  const extents = extentsOf(parts, highestOf(parts) + 1, sidePx);
  return ends.flatMap((own, part) => {
    const [one, other] = own;
    if (part === 0 || own.length !== 2 || !one || !other) return [];
    const extent = extents[part]!;
    const column = (one[0] + other[0]) >> 1;
    let { top } = extent;
    while (top < extent.bottom && parts[top * sidePx + column] !== part) top += 1;
    return [{ part, extent, ends: [one, other] as const, top }];
  });
}

/** Whether a line goes from one of its ends up and down to the other. @param least height, of its breadth */
function isArch({ extent, ends: [[x0, y0], [x1, y1]], top }: OpenPart, thick: number, least: number): boolean {
  const foot = Math.max(y0, y1);
  return (
    Math.abs(y1 - y0) <= levelMost * thick &&
    Math.abs(x1 - x0) >= chordLeast * thick &&
    extent.bottom - foot <= belowMost * thick &&
    top - extent.top <= dentMost * (foot - extent.top) &&
    foot - extent.top - thick / 2 >= least * (extent.right - extent.left + 1 - thick)
  );
}

/** Whether two arches are one around the other, as waves and rainbows are. */
function areWaves(one: OpenPart, other: OpenPart, thick: number): boolean {
  const [own, far] = [one.extent, other.extent];
  const off = [own.left + own.right - far.left - far.right, middleOf(one) - middleOf(other)];
  const isAround = own.left < far.left === far.right < own.right;
  return one !== other && isAround && off.every((twice) => Math.abs(twice) / 2 <= waveWithin * thick);
}

/** Twice the column in the middle of both ends. */
const middleOf = ({ ends: [[x0], [x1]] }: OpenPart): number => x0 + x1;

/** Whether two open parts have the same size, as halves of one thing and links of a chain have. */
function arePair(own: OpenPart, far: OpenPart): boolean {
  const [one, other] = [own.extent, far.extent];
  const isAlike = (first: number, last: number): boolean =>
    Math.abs(first - last) <= pairWithin * Math.max(first, last);
  return (
    own !== far &&
    isAlike(one.right - one.left, other.right - other.left) &&
    isAlike(one.bottom - one.top, other.bottom - other.top)
  );
}

/** What an arch and its chord enclose, 1 or 0, [side, side]; undefined where that is no body. */
function insideOf({ areas, sidePx, thick }: Grid, parts: Uint16Array, arch: OpenPart): Uint8Array | undefined {
  const { part, ends } = arch;
  const chord = chordOf(arch, sidePx);
  const wall = new Uint8Array(parts.length);
  for (let cell = 0; cell < parts.length; cell += 1) if (parts[cell] === part) wall[cell] = 1;
  if (distancesTo(0, wall, sidePx, thick).some((depth) => 2 * depth > thickMost * thick)) return undefined;
  if (hasDashes(parts, part, distancesTo(1, chord, sidePx, thick + 1), { sidePx, thick })) return undefined;
  for (let cell = 0; cell < wall.length; cell += 1) if (chord[cell] === 1) wall[cell] = 1;
  const labels = labelAreas(wall, 0, sidePx);
  const outside = areasAtBorder(labels, sidePx);
  const inside = new Uint8Array(parts.length);
  let [cells, open] = [0, 0];
  for (let cell = 0; cell < inside.length; cell += 1) {
    if (wall[cell] === 1 || outside.has(labels[cell]!)) continue;
    inside[cell] = 1;
    if (parts[cell]! > 0) continue;
    cells += 1;
    if (areas[cell] === areas[0]) open += 1;
  }
  if (open === 0 || open < openLeast * cells) return undefined;
  const { left, right } = extentsOf(Uint16Array.from(inside), 2, sidePx)[1]!;
  if (Math.abs(ends[0][0] - ends[1][0]) > chordMost * (right - left + 1 + thick)) return undefined;
  const deep = distancesTo(0, inside, sidePx, deepLeast * thick + 1);
  return deep.some((depth) => depth > deepLeast * thick) ? inside : undefined;
}

/** Cells between the ends of a line, 1 or 0, [side, side]. */
function chordOf({ ends: [[x0, y0], [x1, y1]] }: OpenPart, sidePx: number): Uint8Array {
  const chord = new Uint8Array(sidePx ** 2);
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
  for (let step = 0; step <= steps; step += 1) {
    const [x, y] = [x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps];
    const cell = Math.round(y) * sidePx + Math.round(x);
    // Cells of an area hang together along rows and columns: where the chord steps, it needs two.
    chord[cell] = 1;
    chord[cell + sidePx] = 1;
  }
  return chord;
}

/** Whether other ink lies along a chord alone, as in an outline whose foot is dashed. @param away distances to the chord */
function hasDashes(
  parts: Uint16Array,
  part: number,
  away: Float32Array,
  { sidePx, thick }: Pick<Grid, "sidePx" | "thick">,
): boolean {
  const goesOn: boolean[] = [];
  for (let cell = 0; cell < parts.length; cell += 1) goesOn[parts[cell]!] ||= away[cell]! > dashWithin * thick;
  const isLong = ({ left, right, top, bottom }: Extent): boolean =>
    right - left + 1 >= dashLongLeast * (bottom - top + 1);
  return extentsOf(parts, goesOn.length, sidePx).some(
    (extent, own) => own > 0 && own !== part && !goesOn[own] && isLong(extent),
  );
}

/** Ink beside an outline but for marks within it, which lie over nothing, 1 or 0, [side, side]. */
function othersOf(
  { areas, sidePx }: Grid,
  parts: Uint16Array,
  outline: number,
  inside: Uint8Array,
  isFilled: readonly boolean[],
): Uint8Array {
  const isOther = new Uint8Array(highestOf(parts) + 1);
  for (let cell = sidePx; cell < parts.length - sidePx; cell += 1) {
    const part = parts[cell]!;
    if (part === 0 || part === outline) continue;
    if (inside[cell] === 0) isOther[part] = 1;
    for (const near of [cell - 1, cell + 1, cell - sidePx, cell + sidePx])
      if (isFilled[areas[near]!]) isOther[part] = 1;
  }
  return Uint8Array.from(parts, (part) => isOther[part]!);
}
