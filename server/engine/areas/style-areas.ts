/**
 * What a style of several flat colours is painted in: which colours its drawings have together, and whether dark lines of one width go around what is
 * drawn. Pure.
 */
import { isLines, lineWidthOf } from "../lines/line-width.ts";
import { shapeOf } from "../lines/shape.ts";
import { type Drawing, type Ink, inkDistance } from "../pixels/ink-colour.ts";
import type { Flat } from "./flat-colours.ts";
import { labOfInk } from "./lab-of-ink.ts";
import { type Partition, partitionOf } from "./partition.ts";

/** A colour of a drawing, and its share of what is drawn. */
export interface PaletteColour {
  readonly ink: Ink;
  readonly share: number;
}

/** Lines around areas. */
export interface Outline {
  readonly ink: Ink;
  /** Of the side, 0 to 1; absent where it differs. */
  readonly width?: number | undefined;
}

export interface StyleAreas {
  /** The colours of each of some drawings, by their shares. */
  readonly palettes: ReadonlyArray<readonly PaletteColour[]>;
  readonly outline?: Outline | undefined;
  /** Whether next to no drawing has lines around areas: what a drawing of lines has is areas then. */
  readonly isOfFills: boolean;
}

/** Drawings that are looked at; each takes some 10 ms. */
const lookedMost = 16;
/** Share of them that must be of flat colours. */
const flatLeast = 0.7;
/** Alpha of colours that count, and the least share of a drawing. */
const [opaqueFrom, shareLeast] = [0.9, 0.015] as const;
/** Colours of one drawing. */
const coloursMost = 8;
/** Difference of a channel of the same colour in other drawings. */
const sameWithin = 0.12;
/** Share of a silhouette's border that must have the outline's colour, and of the drawings that must. */
const [aroundLeast, outlinedLeast] = [0.8, 0.7] as const;
/** Share of drawings with lines around areas, up to which a style is of fills. */
const linedMost = 0.15;
/** Pixels within the silhouette at which its border is looked at. */
const borderPx = 2;

/** @returns undefined where the drawings are of one colour, or not of flat ones */
export function styleAreasOf(drawings: readonly Drawing[]): StyleAreas | undefined {
  const looked = drawings.slice(0, lookedMost).flatMap((drawing) => {
    const partition = partitionOf(drawing);
    const palette = partition && paletteOf(partition);
    return partition && palette && palette.length > 0 ? [{ partition, palette }] : [];
  });
  if (looked.length === 0 || looked.length < flatLeast * Math.min(lookedMost, drawings.length)) return undefined;
  const palettes = looked.map(({ palette }) => palette);
  if (palettes.every((palette) => palette.length === 1)) return undefined;
  const { outline, lined } = outlineOf(looked.map(({ partition }) => partition));
  return { palettes, ...(outline && { outline }), isOfFills: lined <= linedMost * looked.length };
}

/** A style in requested colours, the darkest of them around areas where the style's drawings have an outline. One alone says too little. */
export function areasIn({ outline, isOfFills }: StyleAreas, colours: readonly Ink[]): StyleAreas | undefined {
  if (colours.length < 2) return undefined;
  const darkest = colours.reduce((best, ink) => (labOfInk(ink)[0] < labOfInk(best)[0] ? ink : best));
  return {
    palettes: [colours.map((ink) => ({ ink, share: 1 / colours.length }))],
    isOfFills,
    ...(outline && { outline: { ...outline, ink: darkest } }),
  };
}

/** Straight colour of what is opaque. */
export const inkOfFlat = ([red, green, blue, alpha]: Flat): Ink => [red / alpha, green / alpha, blue / alpha];

function paletteOf({ colours, areas }: Partition): PaletteColour[] {
  const sizes = colours.map(() => 0);
  for (const { colour, size } of areas) sizes[colour]! += size;
  const drawn = sizes.reduce((sum, size, colour) => (colour === 0 ? sum : sum + size), 0);
  return colours
    .flatMap((colour, at) => {
      const share = sizes[at]! / drawn;
      return at === 0 || colour[3] < opaqueFrom || share < shareLeast ? [] : [{ ink: inkOfFlat(colour), share }];
    })
    .sort((one, other) => other.share - one.share)
    .slice(0, coloursMost);
}

/** The colour that goes around most of what is drawn, in most drawings, and how many have lines of any colour around areas. */
function outlineOf(partitions: readonly Partition[]): { readonly outline?: Outline; readonly lined: number } {
  const around = partitions.flatMap((partition) => aroundOf(partition) ?? []);
  const lined = around.filter(({ isAlone, width }) => !isAlone && width).length;
  const sets = around.map(({ ink }) => around.filter((other) => inkDistance(ink, other.ink) <= sameWithin));
  const same = sets.reduce((best, set) => (set.length > best.length ? set : best), []);
  if (same.length < outlinedLeast * partitions.length || same.every(({ isAlone }) => isAlone)) return { lined };
  const widths = same.flatMap(({ width }) => width ?? []).sort((one, other) => one - other);
  const ink = same[0]?.ink;
  if (!ink) return { lined };
  return { outline: widths.length < same.length / 3 ? { ink } : { ink, width: widths[widths.length >> 1]! }, lined };
}

export interface Around {
  /** In the drawing's flat colours. */
  readonly colour: number;
  readonly ink: Ink;
  /** Whether all that is drawn has this colour: then it goes around nothing. */
  readonly isAlone: boolean;
  /** Of the side, where what has this colour is lines of one width. */
  readonly width?: number | undefined;
}

/** What goes around most of a drawing, if anything. */
export function aroundOf(partition: Partition): Around | undefined {
  const { labels, areas, colours, sizePx } = partition;
  const colour = colourAround(partition);
  if (colour === undefined) return undefined;
  const isAlone = areas.every((area) => area.colour === 0 || area.colour === colour);
  const cover = Float32Array.from(labels, (label) => Number(areas[label]!.colour === colour));
  const lines = lineWidthOf(shapeOf(cover, sizePx), sizePx);
  return { colour, ink: inkOfFlat(colours[colour]!), isAlone, width: isLines(lines) ? lines.width : undefined };
}

/** The colour of most of the border to the outside. */
function colourAround({ labels, areas, colours, sizePx }: Partition): number | undefined {
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
  return most > 0 && colours[most]![3] >= opaqueFrom && counts[most]! >= aroundLeast * total ? most : undefined;
}
