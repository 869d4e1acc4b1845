/**
 * An answer in flat colours moved to one requested colour, as a designer would: its main paint takes that colour, all that has a hue becomes a tint or a shade of
 * it that keeps its lightness relative to the main paint, and accents, greys, black and white stay. Pure.
 */
import { bitsOfHex, bitsOfLab, hexOf, type Lab, labDistance, labOf, polarOf } from "../../../shared/colour/oklab.ts";
import type { CaptionColour } from "../colour-words.ts";
import { overBox, overPicture, type Slopes } from "../pixels/gradients/ink-gradient.ts";
import { channelsOfHex, hexOfChannels } from "../pixels/hex-colour.ts";
import type { Ink } from "../pixels/ink-colour.ts";
import { drawLayers, type LayeredImage, memberships, paintValues } from "../pixels/layered-image.ts";
import { type Box, boundsOf, boxOfPicture } from "../pixels/places.ts";
import { isSoft, type Shadow } from "../pixels/shadows/shadow.ts";
import { labOfInk } from "./lab-of-ink.ts";
import { shadeOfLayer } from "./paint.ts";
import { groundOf, type Plate } from "./plate.ts";

/** From this chroma on a paint has a hue. */
const hueFrom = 0.045;
/** Radians between tints of one hue. */
const sameHueWithin = 0.7;
/** Chroma of an accent at least, and how much all of its hue covers of what the main paint does at most. */
const [accentFrom, accentMost] = [0.09, 0.15] as const;
/** Degrees of yellows, whose darker, duller shades look olive; how far these turn towards orange, from that much lightness less on in full. */
const [yellowFrom, yellowTo, yellowTurn, darkerBy] = [75, 115, 20, 0.3] as const;
/** Distance in OKLab of the same paint, and difference of a channel of one without a gradient. */
const sameWithin = 1e-3;
/** Difference of a channel of one gradient over several boxes, whose sides are known to a pixel. */
const sameGradientWithin = 0.04;
/** How many times what others cover a grey must, to be the main paint: a van has doors of another hue, pale tints have lines in one, white paper has a picture. */
const timesOf = { grey: 1.25, pale: 3, white: 2 } as const;
/** Lightness from which on a paint without a hue is no outline but a grey, pale, and white. */
const [greyFrom, paleFrom, whiteFrom] = [0.32, 0.88, 0.97] as const;
/** Chroma of other paints, of the main one's, at most. */
const chromaMost = 1.6;
/** Distance in OKLab of paints that are told apart, and the step of lightness by which others are moved away. */
const [apartFrom, apartStep] = [0.1, 0.13] as const;
/** Lightness between which paints are moved away. */
const [lightnessLeast, lightnessMost] = [0.1, 0.99] as const;

/** A colour as words would name it. @param hex `#rrggbb` */
export function namedByHex(hex: string): CaptionColour {
  const lab = labOf(bitsOfHex(hex));
  const [lightness] = lab;
  const { chroma, hue } = polarOf(lab);
  return { name: hex, lightness: [lightness, lightness], chroma, ...(chroma >= hueFrom / 2 && { hue }) };
}

/** Another colour beside an ink that gets a requested one: tints and shades of the ink follow it, and other hues stay. */
export function besideRequested(beside: Ink, ink: Ink, requested: Ink): Ink {
  const [one, other] = [labOfInk(ink), labOfInk(beside)];
  if (Math.min(chromaOf(one), chromaOf(other)) < hueFrom || !isOfHue(other, hueOf(one))) return beside;
  return moveFrom(one, namedByHex(hexOfChannels(requested)))(beside);
}

/** A layer's, as `Paint` has it, over the box around what the layer covers. */
interface BoxedPaint {
  readonly ink: Ink;
  readonly slopes?: Slopes | undefined;
  readonly box: Box;
  /** Pixels of all layers that have it. */
  readonly area: number;
}

/** What is put behind an answer. */
export interface Behind {
  readonly plate?: Plate | undefined;
  readonly shadows?: readonly Shadow[] | undefined;
}

export interface InOneColour {
  readonly layers: LayeredImage;
  /** What it will lie on, in the colour. */
  readonly behind: Behind;
}

/** A plate on which it will lie is the main paint. */
export function inOneColour(image: LayeredImage, requested: CaptionColour, { plate, shadows }: Behind): InOneColour {
  const behind = plate && groundOf(drawLayers(image, 1), plate);
  const own = paintsOf(image);
  const largest = mainOf(own);
  const main = behind ?? largest.ink;
  const move = moveFrom(labOfInk(main), requested);
  const taken: Lab[] = behind ? [labOfInk(move(behind))] : [];
  const paints = image.paints.slice();
  const order = [...own.entries()].sort(
    ([, one], [, other]) => Number(other.ink === main) - Number(one.ink === main) || other.area - one.area,
  );
  const moved = new Map<Ink, Ink>();
  for (const [layer, paint] of order) {
    const { ink, slopes, box } = paint;
    if (!behind && isAccent(ink, largest, requested, own)) {
      taken.push(labOfInk(ink));
      continue;
    }
    let to = moved.get(ink);
    if (!to) {
      const lab = labOfInk(move(ink));
      const apart = ink === main ? lab : apartFromOthers(lab, taken, isLighter(ink, main));
      taken.push(apart);
      to = inkOfLab(apart);
      moved.set(ink, to);
    }
    const at = layer * paintValues;
    if (!slopes) {
      paints.set(to, at);
      continue;
    }
    const ways = [slopeIn(ink, slopes[0], move), slopeIn(ink, slopes[1], move)] as const;
    const shade = overPicture(to, ways, box, image.sizePx);
    paints.set([...shade.colour, paints[at + 3]!, ...shade.slopes[0], ...shade.slopes[1]], at);
  }
  const shadowsIn = shadows?.map((layer) =>
    isSoft(layer) ? layer : { ...layer, paint: { ...layer.paint, ink: move(layer.paint.ink) } },
  );
  const plateIn = plate && behind && { ...plate, looks: [{ ground: move(behind), on: [] }] };
  return { layers: { ...image, paints }, behind: { plate: plateIn, shadows: shadowsIn } };
}

/** How a gradient changes over its box, between what its ends become. */
function slopeIn(ink: Ink, slope: Ink, move: (ink: Ink) => Ink): Ink {
  if (slope.every((value) => value === 0)) return [0, 0, 0];
  const end = (side: -1 | 1): Ink => {
    const at = (channel: 0 | 1 | 2): number => Math.min(1, Math.max(0, ink[channel] + (side * slope[channel]!) / 2));
    return move([at(0), at(1), at(2)]);
  };
  const [from, to] = [end(-1), end(1)];
  return [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
}

const isLighter = (ink: Ink, than: Ink): boolean => labOfInk(ink)[0] >= labOfInk(than)[0];

/** The colour, lighter or darker where it would look like another: hues that were told apart no longer are. */
function apartFromOthers(colour: Lab, others: readonly Lab[], isUp: boolean): Lab {
  const isApart = (lab: Lab): boolean => others.every((other) => labDistance(other, lab) >= apartFrom);
  for (const step of isUp ? [apartStep, -apartStep] : [-apartStep, apartStep])
    for (let lightness = colour[0]; lightness > lightnessLeast && lightness < lightnessMost; lightness += step) {
      const moved: Lab = [lightness, colour[1], colour[2]];
      if (isApart(moved)) return moved;
    }
  return colour;
}

/** The paint of most of what has a hue, or one without that covers clearly more and is no outline. */
function mainOf(paints: readonly BoxedPaint[]): BoxedPaint {
  const hued = largestOf(paints.filter(({ ink }) => chromaOf(labOfInk(ink)) >= hueFrom));
  const between = (from: number, to: number): BoxedPaint | undefined =>
    largestOf(
      paints.filter(({ ink }) => {
        const lab = labOfInk(ink);
        return chromaOf(lab) < hueFrom && lab[0] >= from && lab[0] < to;
      }),
    );
  const grey = between(greyFrom, whiteFrom);
  const white = between(whiteFrom, Number.POSITIVE_INFINITY);
  const isOver = (
    one: BoxedPaint | undefined,
    times: number,
    ...others: readonly (BoxedPaint | undefined)[]
  ): boolean => one !== undefined && others.every((other) => one.area >= times * (other?.area ?? 0));
  if (isOver(white, timesOf.white, hued, grey)) return white!;
  const isPale = grey !== undefined && labOfInk(grey.ink)[0] >= paleFrom;
  if (isOver(grey, isPale ? timesOf.pale : timesOf.grey, hued)) return grey!;
  return hued ?? grey ?? largestOf(paints)!;
}

const largestOf = (paints: readonly BoxedPaint[]): BoxedPaint | undefined =>
  paints.reduce<BoxedPaint | undefined>((best, paint) => (best && best.area >= paint.area ? best : paint), undefined);

const chromaOf = ([, a, b]: Lab): number => Math.hypot(a, b);
/** Radians. */
const hueOf = ([, a, b]: Lab): number => Math.atan2(b, a);

/** @param hue radians */
function isOfHue(colour: Lab, hue: number): boolean {
  const turn = Math.abs(hueOf(colour) - hue) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn) <= sameHueWithin;
}

/** Whether a paint is a small touch of another hue, such as a lamp of a car. A requested grey takes all hues. */
function isAccent(ink: Ink, main: BoxedPaint, { hue }: CaptionColour, paints: readonly BoxedPaint[]): boolean {
  const [own, largest] = [labOfInk(ink), labOfInk(main.ink)];
  if (hue === undefined || chromaOf(own) < accentFrom || isOfHue(own, (hue * Math.PI) / 180)) return false;
  if (chromaOf(largest) >= hueFrom && isOfHue(own, hueOf(largest))) return false;
  const areas = new Map(paints.map((paint) => [paint.ink, paint.area]));
  const ofHue = [...areas].filter(([other]) => {
    const lab = labOfInk(other);
    return other !== main.ink && chromaOf(lab) >= hueFrom && isOfHue(lab, hueOf(own));
  });
  return ofHue.reduce((sum, [, area]) => sum + area, 0) <= accentMost * main.area;
}

/** The hue, in degrees, of a shade that is darker by a difference of lightness. @param share of the main paint's chroma; of all of it shades look brown */
function shadeHue(hue: number, darker: number, share: number): number {
  if (hue < yellowFrom || hue > yellowTo) return hue;
  const dull = Math.min(1, Math.max(0, 2 * (1 - share)));
  return hue - yellowTurn * dull * Math.min(1, Math.max(0, darker / darkerBy));
}

/** @returns what moves a colour; greys stay, unless they are the main paint */
function moveFrom(main: Lab, { lightness, chroma, hue }: CaptionColour): (ink: Ink) => Ink {
  const [least, most] = lightness;
  const towards = Math.min(most, Math.max(least, main[0]));
  return (ink) => {
    const own = labOfInk(ink);
    const isOfMain = labDistance(own, main) < sameWithin;
    if (!isOfMain && chromaOf(own) < hueFrom) return ink;
    const shade = own[0] - main[0];
    const room = shade > 0 ? (1 - towards) / Math.max(1e-3, 1 - main[0]) : towards / Math.max(1e-3, main[0]);
    const to = towards + shade * Math.min(1, room);
    const share = isOfMain || chromaOf(main) < hueFrom ? 1 : Math.min(chromaMost, chromaOf(own) / chromaOf(main));
    // Near black and white no chroma can be seen.
    const visible = isOfMain ? 1 : Math.min(1, 4 * (1 - to), 4 * to);
    const angle = (shadeHue(hue ?? 0, towards - to, share) * Math.PI) / 180;
    const scaled = (hue === undefined ? 0 : chroma) * share * visible;
    return inkOfLab([to, scaled * Math.cos(angle), scaled * Math.sin(angle)]);
  };
}

const inkOfLab = (lab: Lab): Ink => channelsOfHex(hexOf(bitsOfLab(lab)));

/** The paints of a picture's layers; those that have the same one share its ink. */
function paintsOf(image: LayeredImage): BoxedPaint[] {
  const { logits, paints, sizePx } = image;
  const pixels = sizePx ** 2;
  const count = paints.length / paintValues;
  const planes = Array.from({ length: count + 1 }, (_, layer) => logits.subarray(layer * pixels, (layer + 1) * pixels));
  const [areas, here] = [new Float64Array(count + 1), new Float64Array(count + 1)];
  const strongest = new Uint16Array(pixels);
  for (let at = 0; at < pixels; at += 1) {
    memberships(planes, at, here);
    for (const [layer, share] of here.entries()) {
      areas[layer]! += share;
      if (share >= 0.5) strongest[at] = layer;
    }
  }
  const found = Array.from({ length: count }, (_, layer): BoxedPaint => {
    const { colour, slopes } = shadeOfLayer(image, layer);
    const box = (slopes && boundsOf(sizePx, (at) => strongest[at] === layer + 1)) ?? boxOfPicture(sizePx);
    return { ...(slopes ? overBox(colour, slopes, box, sizePx) : { ink: colour }), box, area: areas[layer + 1]! };
  });
  return found.map((paint) => {
    const same = found.filter((other) => isSame(paint, other));
    return { ...paint, ink: same[0]!.ink, area: same.reduce((sum, { area }) => sum + area, 0) };
  });
}

const isSame = (one: BoxedPaint, other: BoxedPaint): boolean => {
  const [values, others] = [one, other].map(({ ink, slopes = [] }) => [...ink, ...slopes.flat()]);
  const within = one.slopes ? sameGradientWithin : sameWithin;
  return values!.length === others!.length && values!.every((value, at) => Math.abs(value - others![at]!) < within);
};
