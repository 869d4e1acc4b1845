/** What the drawings of a style are drawn in and on, and such drawings as the flow between styles knows them. */

import { offAreasGround } from "../areas/areas-ground.ts";
import type { Plate } from "../areas/plate.ts";
import { type StyleAreas, styleAreasOf } from "../areas/style-areas.ts";
import { type Hand, handOf } from "../hand-drawn/hand-of-style.ts";
import { filledEvenOdd } from "../lines/even-odd.ts";
import { linesOfStyle, lineWidthOf, type StyleLines } from "../lines/line-width.ts";
import { shapeOf } from "../lines/shape.ts";
import { areaTintMost, ofTint, overTint, tintedShare } from "../lines/tinted.ts";
import { areTwoToned } from "../lines/tones/two-tones.ts";
import { tubesAmong } from "../lines/tubes.ts";
import { aroundStyle, ringOf } from "../rings/find-ring.ts";
import type { Ring } from "../rings/ring.ts";
import type { Accent } from "./accents/accents.ts";
import { type ColourSpread, spreadOf } from "./colour-spread.ts";
import { asInk, flatInksOf, isOfInks } from "./flat-inks.ts";
import { type GradientInk, gradientInkOf, type InkGradient } from "./gradients/ink-gradient.ts";
import { commonShape, groundOf } from "./ground/ground.ts";
import { offGround } from "./ground/off-ground.ts";
import type { Ground } from "./ground/parts.ts";
import { type Drawing, type DrawnInk, hasTint, inkDistance, inkOf, tintOf } from "./ink-colour.ts";
import type { Shadow } from "./shadows/shadow.ts";
import { shadowsOf } from "./shadows/without-shadows.ts";

export interface StyleInk extends DrawnInk {
  /** How the ink changes, where it does; `ink` is then the colour in the middle. */
  readonly gradient?: InkGradient | undefined;
  /** How several colours lie, where drawings show them. */
  readonly spread?: ColourSpread | undefined;
  /** Flat colours besides the ink (flat-inks.ts): of lines where all is one ink, else of areas, as tints are. */
  readonly accents?: readonly Accent[] | undefined;
  /** What drawings of one ink lie on. */
  readonly ground?: Ground | undefined;
  /** Shadows of its drawings, the innermost first; all else is read from drawings without them. */
  readonly shadows?: readonly Shadow[] | undefined;
  /** Its lines (../lines/line-width.ts), as the flow between styles knows them. */
  readonly lines?: StyleLines | undefined;
  /** How it strays, where it is drawn by hand (../hand-drawn/hand-of-style.ts). */
  readonly hand?: Hand | undefined;
  /** How much of the picture its drawings take (../live-area.ts), on a ground or plate of what lies on it. */
  readonly liveArea?: number | undefined;
  /** How much of it the largest of those that were looked at takes. */
  readonly largest?: number | undefined;
  /** The colours of drawings of many flat ones (../areas/style-areas.ts). */
  readonly areas?: StyleAreas | undefined;
  /** What drawings of several colours lie on (../areas/plate.ts); all else is read from drawings without it. */
  readonly plate?: Plate | undefined;
  /** What goes around each of its drawings (../rings/ring.ts); all else is read from drawings without it. */
  readonly ring?: Ring | undefined;
}

/** Drawings of several flat colours that are read as one ink. */
export const isFlat = ({ ground, accents }: StyleInk): boolean => (ground ?? accents) !== undefined;

export const isOfOneColour = ({ isOneInk, ink }: StyleInk): boolean => isOneInk || ink !== undefined;

/** The one ink of drawings, also one that changes along a line. */
export function shadedInkOf(drawings: readonly Drawing[]): Pick<StyleInk, "isOneInk" | "ink" | "gradient"> {
  return inkBy(drawings, gradientInkOf(drawings));
}

const inkBy = (drawings: readonly Drawing[], shaded: GradientInk | undefined) =>
  shaded ? { isOneInk: !drawings.some(hasTint), ...shaded } : inkOf(drawings);

/** Of drawings of several colours; undefined where they are of many. */
export function flatStyleOf(drawings: readonly Drawing[]): StyleInk | undefined {
  const silhouette = commonShape(drawings);
  if (!silhouette) return flatInksOf(drawings);
  const ground = groundOf(drawings, silhouette);
  return ground && { isOneInk: true, ground };
}

/** A drawing of such a style in the usual ink, and the colours that it has itself. */
export interface InkedDrawing {
  /** Premultiplied RGBA [4, sizePx, sizePx]. */
  readonly planes: Float32Array;
  readonly styleInk: StyleInk;
}

/** Any drawing as one of a style of several flat colours: if it shows such colours and no others, or lies on such a ground. */
export function readAsInk(drawing: Drawing, style: StyleInk): InkedDrawing | undefined {
  const { ink, accents, isOneInk } = style;
  if (!style.ground && !(ink && accents && isOfInks(drawing, { ink, accents, isOneInk }))) return undefined;
  return asInkOf(drawing, style);
}

/** A drawing of a style of several flat colours as the flow between styles knows it; undefined where it does not lie on the style's ground. */
export function asInkOf(drawing: Drawing, style: StyleInk): InkedDrawing | undefined {
  const { ink, accents, isOneInk, ground } = style;
  if (ground) {
    const off = offGround(drawing, ground);
    return off && { planes: off.planes, styleInk: { isOneInk: true, ground: { ...ground, looks: [off.look] } } };
  }
  return ink && accents && { planes: asInk(drawing, { ink, accents, isOneInk }), styleInk: { isOneInk, ink, accents } };
}

/** @param drawings premultiplied RGBA [4, sizePx, sizePx] */
export function styleInkOf(drawings: readonly Drawing[]): StyleInk {
  const found = ringOf(drawings);
  if (!found) return styleWithin(drawings);
  const { ring } = found;
  // A ground of one colour has its own rim.
  const whole = ring.isFilled ? styleWithin(drawings) : undefined;
  if (whole?.ground) return whole;
  const within = styleWithin(found.alone);
  const spread = (within.ink ?? within.ground) ? undefined : (within.spread ?? spreadOf(found.alone));
  return aroundStyle(found, { ...within, ...(spread && { spread }) });
}

function styleWithin(drawings: readonly Drawing[]): StyleInk {
  // What has a hard shadow of another colour is no gradient, and to look for one takes long.
  const shaded = new Map<readonly Drawing[], GradientInk | undefined>();
  const shadedOf = (bare: readonly Drawing[]): GradientInk | undefined => {
    if (!shaded.has(bare)) shaded.set(bare, gradientInkOf(bare));
    return shaded.get(bare);
  };
  const found = shadowsOf(drawings, (bare) => shadedOf(bare) !== undefined);
  if (!found) {
    const own = inkAlone(drawings, shadedOf(drawings));
    return onPlates(drawings, own.areas) ?? own;
  }
  const own = inkAlone(found.alone, shadedOf(found.alone), true);
  return { ...own, ...(!(own.ink ?? own.ground) && { spread: spreadOf(found.alone) }), shadows: found.shadows };
}

/** Share of a style's drawings that must lie on its plates. */
const platedLeast = 0.8;
/** Drawings that are looked at off their plates. */
const lookedMost = 8;
/** How far down a shadow lies, of the side, that lies above its drawing. */
const aboveFrom = -0.01;
/** Difference of a channel from which on lines show on a ground. */
export const legibleFrom = 0.3;

/** What drawings are drawn in that lie on grounds of several colours; undefined where they do not. */
function onPlates(drawings: readonly Drawing[], areas: StyleAreas | undefined): StyleInk | undefined {
  const ground = areas?.ground;
  // A ground in a gradient is one of the areas.
  if (!ground || areas.hasGradients) return undefined;
  const looks = areas.palettes.flatMap(({ colours, around }) =>
    around ? [{ ground: around.ink, on: colours.map(({ ink }) => ink) }] : [],
  );
  // Shades of the ground are a shadow of one shape or another before they are nothing.
  const looked = drawings.slice(0, lookedMost);
  let before: readonly Drawing[] = [];
  for (const veils of ["through", "opaque", "gone"] as const) {
    const bare = looked.flatMap((drawing) => {
      const planes = offAreasGround(drawing, ground, veils);
      return planes ? [{ planes, sizePx: drawing.sizePx }] : [];
    });
    if (bare.length < platedLeast * looked.length) return undefined;
    // Without any shades it was looked at already.
    if (veils === "opaque" && bare.every(({ planes }, at) => isSame(planes, before[at]?.planes))) continue;
    before = bare;
    const found = veils === "gone" ? undefined : shadowsOf(bare);
    const own = veils === "gone" || found ? inkAlone(found?.alone ?? bare, undefined, true) : undefined;
    const isFound = own?.ink ?? (veils === "gone" ? own?.areas : undefined);
    // What lies above a drawing is no shadow.
    if (!own || !isFound || found?.shadows.some(({ down }) => down < aboveFrom)) continue;
    // Pale lines around drawings on pale grounds, as of stickers, are not what a drawing's lines become.
    const lines = own.areas?.outline?.ink ?? own.ink;
    const isHidden = lines && looks.some(({ ground: behind }) => inkDistance(lines, behind) < legibleFrom);
    if (own.areas?.ground || isHidden) return undefined;
    return {
      ...own,
      // What goes around marks is a fill: the ground is known.
      ...(own.areas && { areas: { ...own.areas, hasGrounds: false } }),
      ...(!own.ink && { spread: spreadOf(bare) }),
      ...(found && { shadows: found.shadows }),
      plate: { ...ground, looks, veils },
    };
  }
  return undefined;
}

const isSame = (planes: Float32Array, others: Float32Array | undefined): boolean =>
  planes.every((value, at) => value === others?.[at]);

/** @param isTakenOff drawings were taken off what they lie on */
function inkAlone(drawings: readonly Drawing[], shaded?: GradientInk, isTakenOff = false): StyleInk {
  const ink = inkBy(drawings, shaded);
  if (ink.ink) return { ...ink, ...linesAndHand(drawings, ink.isOneInk, isTakenOff) };
  const flat = flatStyleOf(drawings);
  if (!flat) return { ...ink, ...handIn(drawings, isTakenOff), areas: styleAreasOf(drawings) };
  const inked = drawings.flatMap((drawing) => {
    const planes = asInkOf(drawing, flat)?.planes;
    return planes ? [{ planes, sizePx: drawing.sizePx }] : [];
  });
  return { ...flat, ...linesOfFlat(flat, drawings, inked, isTakenOff) };
}

/**
 * How drawings of several flat colours are drawn: in lines, or by areas. One colour between lines of another is no line.
 * @param inked the same as the flow knows them
 */
export function linesOfFlat(
  { accents, isOneInk, ground }: StyleInk,
  drawings: readonly Drawing[],
  inked: readonly Drawing[],
  isTakenOff = false,
): Pick<StyleInk, "lines" | "hand" | "areas"> {
  const areas = accents && styleAreasOf(drawings);
  if (areas?.outline?.tubes?.isAll) return { ...handIn(inked, isTakenOff), areas };
  return {
    ...linesAndHand(inked, isOneInk, isTakenOff || ground !== undefined),
    ...(areas && !isOneInk && { areas }),
  };
}

export const alphasIn = (drawings: readonly Drawing[]) =>
  drawings.map(({ planes, sizePx }) => ({ alphas: planes.subarray(3 * sizePx ** 2), sizePx }));

/** The hand that drew drawings, if one did. */
export function handIn(drawings: readonly Drawing[], isTakenOff = false): Pick<StyleInk, "hand"> {
  const hand = handOf(alphasIn(drawings), isTakenOff);
  return hand ? { hand } : {};
}

/** Lines of drawings of one colour, and the hand that drew them. @param isOneInk false: with tints */
export function linesAndHand(
  drawings: readonly Drawing[],
  isOneInk: boolean,
  isTakenOff = false,
): Pick<StyleInk, "lines" | "hand"> {
  const { hand } = handIn(drawings, isTakenOff);
  return { lines: linesIn(drawings, isOneInk, hand !== undefined), ...(hand && { hand }) };
}

/** Share of drawings with a tint from which on it is the style's. */
const tintedLeast = 0.25;

/** Share of tints in what lines enclose up to which they may be edges of broader lines. */
const edgedMost = 0.65;
/** How much broader these are than their edges. */
const broaderLeast = 2.5;

/** Lines of drawings of one colour. @param isOneInk false: with tints @param isByHand uneven, as a hand draws them */
export function linesIn(drawings: readonly Drawing[], isOneInk: boolean, isByHand = false): StyleLines | undefined {
  const alphas = alphasIn(drawings);
  const tinted = isOneInk ? [] : drawings.filter(hasTint);
  if (tinted.length < tintedLeast * drawings.length) {
    const lines = linesOfStyle(alphas, { isByHand });
    return lines && { ...lines, ...hollowTubesIn(alphas, lines) };
  }
  const tint = tintOf(tinted);
  if (tint === undefined) return undefined;
  const toned = areTwoToned(alphas, tint) ? twoTonedLines(alphas, tint, isByHand) : undefined;
  if (tint > areaTintMost) return toned ?? filledWithTint(alphas, tint, isByHand);
  const lines = linesOfStyle(
    alphas.map((drawing) => ({ ...drawing, alphas: overTint(drawing.alphas) })),
    { hasTints: true, isByHand },
  );
  // Where the ink is not lines, it lies as marks on areas of the tint.
  if (!lines?.isAll) return toned ?? filledWithTint(alphas, tint, isByHand);
  const share = tintedShare(alphas, tint);
  const broad = share !== undefined && share <= edgedMost ? broadLines(alphas, tint, isByHand) : undefined;
  if (broad && broad.width >= broaderLeast * lines.width!)
    return { ...broad, gaps: undefined, tint, edge: lines.width };
  return toned ?? { ...lines, gaps: undefined, tint, tinted: share, ...tubesIn(alphas, tint, lines.width) };
}

/** Drawings of areas in ink or a tint; undefined where they are faint or dots. */
function filledWithTint(
  drawings: ReturnType<typeof alphasIn>,
  tint: number,
  isByHand: boolean,
): StyleLines | undefined {
  const lines = linesOfStyle(asOfTint(drawings, tint), { isByHand });
  return lines && { ...lines, gaps: undefined, isAll: false, tint };
}

/** Drawings whose tint is as ink. */
const asOfTint = (drawings: ReturnType<typeof alphasIn>, tint: number) =>
  drawings.map((drawing) => ({ ...drawing, alphas: ofTint(drawing.alphas, tint) }));

/** Lines of drawings some of whose lines have the tint; undefined where not all is lines. */
function twoTonedLines(drawings: ReturnType<typeof alphasIn>, tint: number, isByHand: boolean): StyleLines | undefined {
  const lines = linesOfStyle(asOfTint(drawings, tint), { isByHand });
  return lines?.isAll ? { ...lines, gaps: undefined, tint, areTwoToned: true } : undefined;
}

/** Width of contours that meet, of that of one. */
const metTimes = 1.7;

/** What lines become in a style that draws the contours of all it has, lines too. */
function hollowTubesIn(
  drawings: ReturnType<typeof alphasIn>,
  { isAll, width }: StyleLines,
): Pick<StyleLines, "tube" | "areTubes"> {
  if (!isAll || width === undefined) return {};
  const shapes = drawings.flatMap(({ alphas, sizePx }) => {
    const filled = filledEvenOdd(alphas, sizePx, width * sizePx);
    if (filled) return [{ alphas: filled, sizePx, isFilled: true }];
    // Contours of thin lines meet: they say neither that lines are tubes nor that they are not.
    const own = lineWidthOf(shapeOf(alphas, sizePx), sizePx)?.width ?? 0;
    return own < metTimes * width ? [{ alphas, sizePx }] : [];
  });
  const tubes = tubesAmong(shapes, width);
  return tubes ? { tube: tubes.width, areTubes: tubes.isAll } : {};
}

/** @param drawings alphas with the tint @param width of the outlines, of the side */
function tubesIn(
  drawings: ReturnType<typeof alphasIn>,
  tint: number,
  width = Number.POSITIVE_INFINITY,
): Pick<StyleLines, "tube"> {
  const tubes = tubesAmong(
    drawings.map(({ alphas, sizePx }) => ({ alphas: ofTint(alphas, tint), sizePx })),
    width,
  );
  return tubes ? { tube: tubes.width } : {};
}

/** Lines of drawings that show them in a tint, between thin lines along their edges; undefined where it is no line that has the tint. */
function broadLines(drawings: ReturnType<typeof alphasIn>, tint: number, isByHand: boolean) {
  const lines = linesOfStyle(asOfTint(drawings, tint), { isByHand });
  return lines?.isAll && lines.width !== undefined ? { ...lines, width: lines.width } : undefined;
}
