/** What goes around all that a drawing shows: lines of one colour, or a ground. Pure. */
import { isLines, type LineWidth, lineWidthOf } from "../lines/line-width.ts";
import { shapeOf } from "../lines/shape.ts";
import type { Ink } from "../pixels/ink-colour.ts";
import type { Flat } from "./flat-colours.ts";
import { labOfInk } from "./lab-of-ink.ts";
import type { Partition } from "./partition.ts";

/** Alpha of colours that count. */
export const opaqueFrom = 0.9;
/** Share of a silhouette's border that must have one colour, and where that colour is lines. */
const [aroundLeast, linedLeast] = [0.8, 0.5] as const;
/** Width of most of what is thin, of the side, and share of it that may be much broader. */
const [thinMost, deepMost] = [0.11, 0.15] as const;
/** Difference of lightness of what is darker. */
const darkerLeast = 0.15;
/** Pixels within the silhouette at which its border is looked at. */
const borderPx = 2;

/** Straight colour of what is opaque. */
export const inkOfFlat = ([red, green, blue, alpha]: Flat): Ink => [red / alpha, green / alpha, blue / alpha];

export interface Around {
  /** In the drawing's flat colours. */
  readonly colour: number;
  readonly ink: Ink;
  /** Whether all that is drawn has this colour: then it goes around nothing. */
  readonly isAlone: boolean;
  /** Of the side, of most of it, where it is about as thin as lines. */
  readonly width?: number | undefined;
  /** Whether it is lines of one width: with a hard shadow it is not. */
  readonly isEven: boolean;
  /** Whether it is darker than what it goes around. */
  readonly isDarker: boolean;
}

/** What goes around most of a drawing, if anything. @param least share of the silhouette's border */
export function aroundOf(partition: Partition, least: number = aroundLeast): Around | undefined {
  const { labels, areas, colours, sizePx } = partition;
  const { colour, share } = colourAround(partition);
  if (colour === 0 || colours[colour]![3] < opaqueFrom || share < Math.min(least, linedLeast)) return undefined;
  const isAlone = areas.every((area) => area.colour === 0 || area.colour === colour);
  const cover = Float32Array.from(labels, (label) => Number(areas[label]!.colour === colour));
  const lines = isAlone ? undefined : lineWidthOf(shapeOf(cover, sizePx), sizePx);
  const isEven = isLines(lines);
  const width = lines && isThin(lines) ? lines.width : undefined;
  const isDarker = labOfInk(inkOfFlat(colours[colour]!))[0] < lightnessOf(partition, colour) - darkerLeast;
  // A soft shadow may lie beside dark lines, and a hand draws them unevenly. A shade on one side encloses nothing.
  const areLines = isEven || (isDarker && width !== undefined && enclosedShare(partition, colour) >= aroundLeast);
  return share < least && !areLines
    ? undefined
    : { colour, ink: inkOfFlat(colours[colour]!), isAlone, width, isEven, isDarker };
}

const isThin = ({ width, deep }: LineWidth): boolean => width <= thinMost && deep <= deepMost;

/** Whether ink is about as thin as lines, of whatever widths. @param alphas [sizePx, sizePx] */
export function areThin(alphas: Float32Array, sizePx: number): boolean {
  const lines = lineWidthOf(shapeOf(alphas, sizePx), sizePx);
  return lines !== undefined && isThin(lines);
}

/** Share of the border of the opaque areas of other colours, where it is not between two of them, that a colour lies along. */
function enclosedShare({ areas, colours }: Partition, around: number): number {
  let [along, total] = [0, 0];
  for (const { colour, beside } of areas) {
    if (colour === around || colours[colour]![3] < opaqueFrom) continue;
    for (const [near, length] of beside) {
      const other = areas[near]!.colour;
      if (other === around) along += length;
      if (other === around || colours[other]![3] < opaqueFrom) total += length;
    }
  }
  return total === 0 ? 0 : along / total;
}

/** Mean OKLab lightness of the opaque areas of other colours; 0 where there are none. */
function lightnessOf({ areas, colours }: Partition, around: number): number {
  let [sum, total] = [0, 0];
  for (const { colour, size } of areas) {
    if (colour === 0 || colour === around || colours[colour]![3] < opaqueFrom) continue;
    sum += size * labOfInk(inkOfFlat(colours[colour]!))[0];
    total += size;
  }
  return total === 0 ? 0 : sum / total;
}

/** The colour that most of the border to the outside has, and the share of it that does. */
function colourAround({ labels, areas, colours, sizePx }: Partition): { colour: number; share: number } {
  const counts = colours.map(() => 0);
  let total = 0;
  const isOutside = (at: number): boolean => areas[labels[at]!]!.isOutside;
  for (let y = borderPx; y < sizePx - borderPx; y += 1)
    for (let x = borderPx; x < sizePx - borderPx; x += 1) {
      const at = y * sizePx + x;
      if (isOutside(at)) continue;
      const far = [at - borderPx, at + borderPx, at - borderPx * sizePx, at + borderPx * sizePx];
      if (!far.some(isOutside)) continue;
      total += 1;
      counts[areas[labels[at]!]!.colour]! += 1;
    }
  const most = counts.indexOf(Math.max(...counts));
  return { colour: most, share: total === 0 ? 0 : counts[most]! / total };
}
