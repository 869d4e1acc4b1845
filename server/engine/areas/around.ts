/** What goes around all that a drawing shows: lines of one colour, or a ground. Pure. */
import { isLines, lineWidthOf } from "../lines/line-width.ts";
import { shapeOf } from "../lines/shape.ts";
import type { Ink } from "../pixels/ink-colour.ts";
import type { Flat } from "./flat-colours.ts";
import type { Partition } from "./partition.ts";

/** Alpha of colours that count. */
export const opaqueFrom = 0.9;
/** Share of a silhouette's border that must have one colour. */
const aroundLeast = 0.8;
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
  /** Of the side, where what has this colour is lines of one width. */
  readonly width?: number | undefined;
}

/** What goes around most of a drawing, if anything. @param least share of the silhouette's border */
export function aroundOf(partition: Partition, least = aroundLeast): Around | undefined {
  const { labels, areas, colours, sizePx } = partition;
  const colour = colourAround(partition, least);
  if (colour === undefined) return undefined;
  const isAlone = areas.every((area) => area.colour === 0 || area.colour === colour);
  const cover = Float32Array.from(labels, (label) => Number(areas[label]!.colour === colour));
  const lines = lineWidthOf(shapeOf(cover, sizePx), sizePx);
  return { colour, ink: inkOfFlat(colours[colour]!), isAlone, width: isLines(lines) ? lines.width : undefined };
}

/** The colour of most of the border to the outside. */
function colourAround({ labels, areas, colours, sizePx }: Partition, least: number): number | undefined {
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
  return most > 0 && colours[most]![3] >= opaqueFrom && counts[most]! >= least * total ? most : undefined;
}
