/**
 * Styles of a few flat colours on nothing: one ink and accents. Where accents fill areas, icons are read as duotones in the usual ink, with
 * the accent as the tint; where they are lines, as drawings of one ink. The flow between styles knows both. Pure.
 */
import type { Accent } from "./accents/accents.ts";
import { channelsOfHex } from "./hex-colour.ts";
import { type Drawing, type Ink, inInk, inkDistance, liesBetween } from "./ink-colour.ts";
import { usualInk } from "./usual-ink.ts";

export interface FlatInks {
  readonly ink: Ink;
  /** One to three, by how often icons have them. */
  readonly accents: readonly Accent[];
  /** True: the accents are lines as well; false: they fill areas, as tints do. */
  readonly isOneInk: boolean;
}

/** Fewer drawings say little of a style. */
const drawingsLeast = 6;
/** Difference of a channel of equal colours, and of ink and accent. */
const [sameWithin, apartFrom] = [0.12, 0.25];
/** Alpha from which on a pixel shows its colour. */
const opaqueFrom = 0.9;
/** Share of the pixels that have one of the colours, of the icons that show an accent, and of an icon's pixels that show it there. */
const [flatLeast, iconsLeast, accentLeast] = [0.9, 0.25, 0.02];
/** Share of the pixels that have one of the colours, of one drawing: thin lines are mostly edges. */
const flatAlone = 0.8;
const accentsMost = 3;
/** Share of the icons that must show the ink. */
const inkedLeast = 0.9;
/** Half of the width, of the picture's side, from which on an accent is an area, and the share of its pixels that lie so deep. */
const [deepFrom, deepLeast] = [0.05, 0.12];
/** Share of the icons in which accents are areas, from which on they are in the style. */
const fillsLeast = 0.25;
/** Share of an accent's border that must lie along other colours, for it to be a fill between lines: of lines it is 0.14 at most. */
const betweenLeast = 0.6;
/** Pixels that the border of a colour is wide, where it blends with what lies beside it. */
const blendPx = 2;
/** Pixels to each side that an accent must go on, and share of its pixels that lie so: stripes of a hatching are no fills. */
const [broadPx, broadLeast] = [3, 0.1];
/** Alpha of a tint, as most duotones have it. */
const tintAlpha = 0.25;
/** Of so many pixels one is looked at for its colour; no divisor of a picture's side, so that they lie spread. */
const every = 5;
/** Levels of a channel by which colours are counted. */
const levels = 8;

export function flatInksOf(drawings: readonly Drawing[]): FlatInks | undefined {
  if (drawings.length < drawingsLeast) return undefined;
  const seen = drawings.map(opaqueOf);
  const colours: Ink[] = [];
  let left = seen.flat();
  const total = left.length;
  while (colours.length <= accentsMost && left.length > 0.01 * total) {
    const colour = commonest(left);
    const isBlend = colours.some((one) => colours.some((other) => liesBetween(colour, one, other, sameWithin)));
    if (!isBlend && colours.every((other) => inkDistance(colour, other) >= apartFrom)) colours.push(colour);
    left = left.filter((pixel) => inkDistance(pixel, colour) > sameWithin);
  }
  const flat = seen.flat().filter((pixel) => colours.some((colour) => inkDistance(pixel, colour) <= sameWithin)).length;
  const isIn = (some: readonly Drawing[]): boolean => some.length >= fillsLeast * drawings.length;
  const deep = colours.filter((colour) => isIn(drawings.filter((drawing) => isDeep(drawing, colour))));
  // Between lines of the first colour that is no area others are fills, however narrow.
  const [line] = colours.filter((colour) => !deep.includes(colour));
  const isFill = (colour: Ink): boolean =>
    line !== undefined && colour !== line && isIn(drawings.filter((drawing) => isBetween(drawing, colour)));
  const areas = colours.filter((colour) => deep.includes(colour) || isFill(colour));
  const lines = colours.filter((colour) => !areas.includes(colour));
  // Of areas alone the darkest is the ink, as in duotones.
  const ink = lines[0] ?? areas.sort((one, other) => lightness(one) - lightness(other))[0];
  const accents = colours.flatMap((accent) => {
    const shares = seen
      .map((pixels) => shareOf(accent, pixels))
      .filter((share) => share >= accentLeast && share <= 1 - accentLeast);
    if (accent === ink || shares.length < iconsLeast * drawings.length) return [];
    return [{ ink: accent, share: shares.reduce((sum, share) => sum + share, 0) / shares.length }];
  });
  // Areas of several colours without lines between them are no duotones.
  const areMixed = lines.length === 0 && accents.length > 1;
  const inked = ink ? seen.filter((pixels) => shareOf(ink, pixels) >= accentLeast).length : 0;
  if (!ink || inked < inkedLeast * drawings.length || accents.length === 0 || areMixed || flat < flatLeast * total)
    return undefined;
  return { ink, accents, isOneInk: areas.length === 0 };
}

const shareOf = (ink: Ink, pixels: readonly Ink[]): number =>
  pixels.filter((pixel) => inkDistance(pixel, ink) <= sameWithin).length / (pixels.length || 1);

const lightness = ([red, green, blue]: Ink): number => 0.299 * red + 0.587 * green + 0.114 * blue;

/** Whether a drawing has these colours and no others. */
export function isOfInks(drawing: Drawing, { ink, accents }: FlatInks): boolean {
  const seen = opaqueOf(drawing);
  const colours = [ink, ...accents.map((accent) => accent.ink)];
  const flat = seen.filter((pixel) => colours.some((colour) => inkDistance(pixel, colour) <= sameWithin));
  return seen.length > 0 && flat.length >= flatAlone * seen.length;
}

/** A drawing as the flow knows such styles, in the usual ink. */
export function asInk({ planes }: Drawing, { ink, accents, isOneInk }: FlatInks): Float32Array {
  const pixels = planes.length / 4;
  const inked = planes.slice();
  if (!isOneInk)
    for (let at = 0; at < pixels; at += 1) {
      const alpha = planes[3 * pixels + at]!;
      if (alpha === 0) continue;
      const colour = colourAt(planes, at);
      const from = inkDistance(colour, ink);
      const to = Math.min(...accents.map((accent) => inkDistance(colour, accent.ink)));
      const share = from + to === 0 ? 0 : from / (from + to);
      inked[3 * pixels + at] = alpha * (1 - share + share * tintAlpha);
    }
  return inInk(inked, channelsOfHex(usualInk));
}

/** Straight colour of a pixel. */
function colourAt(planes: Float32Array, at: number): Ink {
  const pixels = planes.length / 4;
  const alpha = planes[3 * pixels + at]!;
  return [planes[at]! / alpha, planes[pixels + at]! / alpha, planes[2 * pixels + at]! / alpha];
}

/** Straight colours of some of the pixels that show them. */
function opaqueOf({ planes }: Drawing): Ink[] {
  const pixels = planes.length / 4;
  const colours: Ink[] = [];
  for (let at = 0; at < pixels; at += every)
    if (planes[3 * pixels + at]! >= opaqueFrom) colours.push(colourAt(planes, at));
  return colours;
}

/** The mean of the colours in the fullest cell of a coarse histogram, and of those near it. */
function commonest(colours: readonly Ink[]): Ink {
  const cells = new Map<number, { count: number; first: Ink }>();
  for (const colour of colours) {
    const cell = colour.reduce((key, value) => key * levels + Math.min(levels - 1, Math.floor(value * levels)), 0);
    const known = cells.get(cell);
    if (known) known.count += 1;
    else cells.set(cell, { count: 1, first: colour });
  }
  const fullest = [...cells.values()].reduce((best, cell) => (cell.count > best.count ? cell : best));
  const near = colours.filter((colour) => inkDistance(colour, fullest.first) <= sameWithin);
  const mean = (channel: 0 | 1 | 2): number => near.reduce((sum, colour) => sum + colour[channel], 0) / near.length;
  return [mean(0), mean(1), mean(2)];
}

/** Which pixels of a drawing show a colour, 1 or 0. */
const insideOf = ({ planes, sizePx }: Drawing, ink: Ink): Uint8Array =>
  Uint8Array.from({ length: sizePx ** 2 }, (_, at) =>
    Number(planes[3 * sizePx ** 2 + at]! >= opaqueFrom && inkDistance(colourAt(planes, at), ink) <= sameWithin),
  );

/** Whether much of a colour in a drawing lies deep inside of it. */
function isDeep(drawing: Drawing, ink: Ink): boolean {
  const { sizePx } = drawing;
  const pixels = sizePx ** 2;
  const inside = insideOf(drawing, ink);
  const reach = Math.ceil(deepFrom * sizePx);
  let [whole, deep] = [0, 0];
  for (let at = 0; at < pixels; at += 1) {
    if (!inside[at]) continue;
    whole += 1;
    const [up, down, left, right] = [at - reach * sizePx, at + reach * sizePx, at - reach, at + reach];
    const column = at % sizePx;
    if (column < reach || column >= sizePx - reach) continue;
    if (inside[up] && inside[down] && inside[left] && inside[right] && inside[up - reach] && inside[down + reach])
      deep += 1;
  }
  return whole > accentLeast * pixels && deep > deepLeast * whole;
}

/** Whether a colour of a drawing mostly borders on others, and not on nothing. */
function isBetween(drawing: Drawing, ink: Ink): boolean {
  const { planes, sizePx } = drawing;
  const pixels = sizePx ** 2;
  const inside = insideOf(drawing, ink);
  let [whole, broad, beside, bare] = [0, 0, 0, 0];
  for (let y = broadPx; y < sizePx - broadPx; y += 1)
    for (let x = broadPx; x < sizePx - broadPx; x += 1) {
      const at = y * sizePx + x;
      if (!inside[at]) continue;
      whole += 1;
      if ([-broadPx, broadPx, -broadPx * sizePx, broadPx * sizePx].every((by) => inside[at + by])) broad += 1;
      for (const by of [-1, 1, -sizePx, sizePx]) {
        if (inside[at + by]) continue;
        if (planes[3 * pixels + at + blendPx * by]! >= opaqueFrom) beside += 1;
        else bare += 1;
      }
    }
  return whole > accentLeast * pixels && broad >= broadLeast * whole && beside >= betweenLeast * (beside + bare);
}
