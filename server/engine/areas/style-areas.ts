/**
 * What a style of several flat colours is painted in: which colours its drawings have together, and whether dark lines of one width go around what is
 * drawn. Pure.
 */
import { type Silhouette, type Tubes, tubesAmong } from "../lines/tubes.ts";
import { commonShape } from "../pixels/ground/ground.ts";
import { type Drawing, type Ink, inkDistance } from "../pixels/ink-colour.ts";
import { type AreasGround, areasGroundOf } from "./areas-ground.ts";
import { type Around, areThin, aroundOf, inkOfFlat, opaqueFrom } from "./around.ts";
import { labOfInk } from "./lab-of-ink.ts";
import type { Paint } from "./paint.ts";
import { type Partition, partitionOf } from "./partition.ts";
import { smoothAreasOf } from "./smooth-areas.ts";

/** A colour of a drawing, and its share of what is drawn. */
export interface PaletteColour extends Paint {
  readonly share: number;
}

/** Lines around areas. */
export interface Outline {
  readonly ink: Ink;
  /** Of the side, 0 to 1. */
  readonly width: number;
  /** What lines become where the style fills them too. */
  readonly tubes?: Tubes | undefined;
}

/** Colours that go together. */
export interface StylePalette {
  /** Of areas, by their shares. */
  readonly colours: readonly PaletteColour[];
  /** Of what goes around them all: lines, or a ground. */
  readonly around?: Paint | undefined;
}

export interface StyleAreas {
  /** Of each of some drawings. */
  readonly palettes: readonly StylePalette[];
  readonly outline?: Outline | undefined;
  /** Of one silhouette, on which all drawings lie. */
  readonly ground?: AreasGround | undefined;
  /** Whether drawings lie on grounds of other silhouettes: nothing is known of where. */
  readonly hasGrounds: boolean;
  /** Whether areas have linear gradients: what else the flow draws of such is a smear. */
  readonly hasGradients?: boolean | undefined;
  /** Whether next to no drawing has lines around areas: what a drawing of lines has is areas then. */
  readonly isOfFills: boolean;
}

/** Drawings that are looked at; each takes some 10 ms. */
const lookedMost = 12;
/** Share of them that must be of flat colours. */
const flatLeast = 0.7;
/** Share of a drawing that a colour takes at least. */
const shareLeast = 0.015;
/** Colours of one drawing. */
const coloursMost = 8;
/** Difference of a channel of the same colour in other drawings. */
const sameWithin = 0.12;
/** Drawings from which on a style may have grounds: one or two show only what they are themselves. */
const groundedLeast = 3;
/** Share of the drawings that must have the same around what is drawn. */
const outlinedLeast = 0.7;
/** Share of a ground's border that must have its colour: a long shadow may reach it. */
const groundLeast = 0.5;
/** Share of the ground's colour among those on it. */
const throughShare = 0.1;
/** OKLab lightness of what is nearly white. */
const lightFrom = 0.9;
/** Share of drawings with lines around areas, up to which a style is of fills: of flat ones, and where lines may be what an icon shows in a gradient. */
const [linedMost, linedOfGradients] = [0.25, 0.5] as const;
/** Share of a drawing that must lie in smooth areas, share of it whose areas must have a gradient, and share of the drawings of which that is so. */
const [coveredLeast, slopedLeast, slopedDrawings] = [0.75, 0.15, 0.3] as const;

/** @returns undefined where the drawings are of one flat colour, or neither of flat ones nor of gradients */
export function styleAreasOf(drawings: readonly Drawing[]): StyleAreas | undefined {
  const silhouette = drawings.length < groundedLeast ? undefined : commonShape(drawings);
  const some = drawings.slice(0, lookedMost);
  const least = Math.max(1, flatLeast * some.length);
  const flat = some.flatMap((drawing): Shown[] => {
    const partition = partitionOf(drawing);
    return partition ? [{ partition, palette: paletteOf(partition) }] : [];
  });
  const read = flat.filter(({ palette }) => palette.length > 0);
  const shown = read.length >= least ? read : ofGradients(some);
  if (shown.length < least || shown.every(({ palette: [first, ...others] }) => others.length === 0 && !first?.slopes))
    return undefined;
  const looked = shown.map((one) => ({ ...one, around: aroundOf(one.partition, silhouette && groundLeast) }));
  const { outline: lines, lined } = outlineOf(
    looked.map(({ around }) => around),
    silhouette !== undefined,
  );
  const hasGradients = looked.some(({ gradients }) => gradients !== undefined);
  // A light margin around gradients, as stickers have it, is nothing to draw lines in.
  const drawn = lines && hasGradients && labOfInk(lines.ink)[0] >= lightFrom ? undefined : lines;
  const tubes =
    drawn &&
    tubesAmong(
      looked.map(({ partition }) => silhouetteOf(partition, drawn.ink)),
      drawn.width,
    );
  const outline = drawn && { ...drawn, ...(tubes && { tubes }) };
  const ground = silhouette && !lines && areasGroundOf(silhouette, looked);
  const grounded = looked.filter(({ around }) => around && !around.isAlone && !around.width).length;
  const palettes = looked.map(({ palette, around, gradients }): StylePalette => {
    if (ground) {
      const own = around && { ink: around.ink, ...gradients?.[around.colour] };
      return { colours: withoutGround(palette, around?.ink), around: own };
    }
    if (!lines) return { colours: palette };
    const colours = palette.filter(({ ink, slopes }) => slopes || inkDistance(ink, lines.ink) > sameWithin);
    return { colours: colours.length > 0 ? colours : palette, ...(outline && { around: { ink: outline.ink } }) };
  });
  return {
    palettes,
    ...(outline && { outline }),
    ...(ground && { ground }),
    hasGrounds: !ground && drawings.length >= groundedLeast && grounded >= outlinedLeast * looked.length,
    ...(hasGradients && { hasGradients }),
    isOfFills:
      !lines &&
      !(hasGradients && areLines(looked)) &&
      lined <= (hasGradients ? linedOfGradients : linedMost) * looked.length,
  };
}

/**
 * A style in requested colours. One alone says too little.
 * @param lines the one that goes around areas where the style's drawings have an outline; by default the darkest
 */
export function areasIn(
  style: StyleAreas,
  colours: readonly Ink[],
  lines = darkestOf(colours),
): StyleAreas | undefined {
  if (colours.length < 2) return undefined;
  const { outline, ground } = style;
  const around = outline ? lines : ground && colours[0];
  const others = colours.filter((ink) => ink !== around).map((ink) => ({ ink, share: 1 / colours.length }));
  return {
    ...style,
    palettes: [{ colours: others, ...(around && { around: { ink: around } }) }],
    ...(outline && { outline: { ...outline, ink: lines } }),
  };
}

const darkestOf = (colours: readonly Ink[]): Ink =>
  colours.reduce((best, ink) => (labOfInk(ink)[0] < labOfInk(best)[0] ? ink : best));

/** The colours that lie on a ground, whose own may show through. */
function withoutGround(palette: readonly PaletteColour[], around: Ink | undefined): readonly PaletteColour[] {
  if (!around) return palette;
  return palette.map((colour) =>
    inkDistance(colour.ink, around) > sameWithin ? colour : { ...colour, share: throughShare },
  );
}

interface Shown {
  readonly partition: Partition;
  readonly palette: readonly PaletteColour[];
  readonly gradients?: readonly (Paint | undefined)[];
}

/** Share of a drawing that must have other colours than its lines, so that it has fills. */
const filledLeast = 0.12;

/** What a drawing covers, and whether it has fills. @param lines colour of its lines */
function silhouetteOf({ labels, areas, colours, sizePx }: Partition, lines: Ink): Silhouette {
  let [drawn, filled] = [0, 0];
  for (const { colour, size } of areas) {
    if (colour === 0) continue;
    drawn += size;
    if (inkDistance(inkOfFlat(colours[colour]!), lines) > sameWithin) filled += size;
  }
  const alphas = Float32Array.from(labels, (label) => Number(areas[label]!.colour > 0));
  return { alphas, sizePx, isFilled: filled >= filledLeast * drawn };
}

/** Drawings that are looked at for lines: to measure one takes long. */
const thinMost = 6;

/** Whether most drawings are lines in their gradients. */
function areLines(drawings: readonly Shown[]): boolean {
  const some = drawings.slice(0, thinMost);
  const thin = some.filter(({ partition: { labels, areas, sizePx } }) =>
    areThin(
      Float32Array.from(labels, (label) => Number(areas[label]!.colour > 0)),
      sizePx,
    ),
  );
  return thin.length > some.length / 2;
}

/** Drawings of areas with gradients; none where too few have any. */
function ofGradients(drawings: readonly Drawing[]): Shown[] {
  const read = drawings
    .flatMap((drawing) => smoothAreasOf(drawing) ?? [])
    .filter(({ covered }) => covered >= coveredLeast);
  const sloped = read.filter((one) => one.sloped >= slopedLeast);
  if (sloped.length < slopedDrawings * drawings.length) return [];
  return read.map(({ partition, gradients }) => ({ partition, palette: paletteOf(partition, gradients), gradients }));
}

function paletteOf({ colours, areas }: Partition, gradients: readonly (Paint | undefined)[] = []): PaletteColour[] {
  const sizes = colours.map(() => 0);
  for (const { colour, size } of areas) sizes[colour]! += size;
  const drawn = sizes.reduce((sum, size, colour) => (colour === 0 ? sum : sum + size), 0);
  return colours
    .flatMap((colour, at) => {
      const share = sizes[at]! / drawn;
      return at === 0 || colour[3] < opaqueFrom || share < shareLeast
        ? []
        : [{ ink: inkOfFlat(colour), share, ...gradients[at] }];
    })
    .sort((one, other) => other.share - one.share)
    .slice(0, coloursMost);
}

/**
 * The colour that goes around most of what is drawn, in most drawings, and how many have lines of any colour around areas.
 * @param areAlike whether all have one silhouette: what goes around a large drawing on a ground is as thin as lines, but uneven
 */
function outlineOf(
  all: ReadonlyArray<Around | undefined>,
  areAlike: boolean,
): { readonly outline?: Outline; readonly lined: number } {
  const around = all.flatMap((one) => one ?? []);
  const lined = around.filter(({ isEven }) => isEven).length;
  const sets = around.map(({ ink }) => around.filter((other) => inkDistance(ink, other.ink) <= sameWithin));
  const same = sets.reduce((best, set) => (set.length > best.length ? set : best), []);
  if (same.length < outlinedLeast * all.length || same.every(({ isAlone }) => isAlone)) return { lined };
  // Lines of one width, or dark ones that a hard shadow makes broader in places.
  const even = same.filter(({ isEven }) => isEven);
  const dark = same.filter(({ isAlone, isDarker }) => isDarker && !isAlone);
  const lines = even.length >= same.length / 3 || areAlike ? even : dark;
  const widths = lines.flatMap(({ width }) => width ?? []).sort((one, other) => one - other);
  const ink = same[0]?.ink;
  if (!ink) return { lined };
  return widths.length < same.length / 3 ? { lined } : { outline: { ink, width: widths[widths.length >> 1]! }, lined };
}
