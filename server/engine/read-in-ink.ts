/**
 * Icons of one colour are read in the ink of the drawings that the flow between styles learned from, whatever their own colour is, and
 * the answer is painted in that colour: geometry needs no colour, and the flow saw few others. Only where the requested style is
 * of one colour too. Where its icons show several colours, the answer gets their mean and deviation.
 */
import type { ConditionValues } from "./conditions.ts";
import type { ConditionValue } from "./interfaces.ts";
import type { Accent } from "./pixels/accents.ts";
import { spreadOf } from "./pixels/colour-spread.ts";
import { inColours } from "./pixels/ground.ts";
import { channelsOfHex, hexOfChannels } from "./pixels/hex-colour.ts";
import { type Ink, inInk, inkOf } from "./pixels/ink-colour.ts";
import { asInkOf, type StyleInk, styleInkOf } from "./pixels/style-ink.ts";
import { usualInk } from "./pixels/usual-ink.ts";
import type { Finish, Translation } from "./translation.ts";

type Picture = Extract<ConditionValue, { kind: "image" }>;

/** What the requested style is drawn in: of its images or its name, in a requested colour besides. */
export function inkOfStyle({ conditions }: Readers, { style, colours }: Requested): StyleInk {
  const own: StyleInk =
    style?.kind === "images"
      ? readStyle(style.images).styleInk
      : (namedLooks(conditions, style) ?? { isOneInk: false });
  const given = colours?.kind === "colours" ? colours.colours.map(channelsOfHex) : [];
  const [requested] = given;
  if (requested === undefined) return own;
  if (own.ground) return { ...own, ground: inColours(own.ground, given) };
  return isOfOneColour(own)
    ? { ...own, ink: requested, ...(own.accents && { accents: accentsIn(own.accents, given.slice(1)) }) }
    : { isOneInk: false };
}

/** How an answer in the requested style and colours is finished. @param requested without the style that a drawing has by itself */
export function looksOf({ conditions }: Readers, requested: Requested, styleInk: StyleInk): Finish {
  const { style, colours } = requested;
  const { isOneInk, ink, ground, accents } = styleInk;
  if (ink && !isOneInk && colours?.kind === "colours" && colours.colours.length > 1) return { tints: colours.colours };
  if (ink && !isOneInk && accents) return { tints: [ink, ...accents.map((accent) => accent.ink)].map(hexOfChannels) };
  const looks = { isOneInk, ink, ground, accents, palette: paletteOf(requested, styleInk) };
  if (colours || isOfOneColour(styleInk)) return looks;
  return {
    ...looks,
    spread: style?.kind === "images" ? spreadOf(style.images) : namedLooks(conditions, style)?.spread,
  };
}

/** Accents in the requested colours, as far as there are any; more of them are accents as large as the last. */
const accentsIn = (own: readonly Accent[], colours: readonly Ink[]): readonly Accent[] => {
  const inColour = colours.map((ink, at) => ({ ink, share: (own[at] ?? own.at(-1)!).share }));
  return [...inColour, ...own.slice(colours.length)];
};

const isFlat = ({ ground, accents }: StyleInk): boolean => (ground ?? accents) !== undefined;

/** The requested colours, where the requested style has several; else the first is its ink. */
export const paletteOf = ({ colours }: Requested, styleInk: StyleInk): readonly string[] | undefined =>
  colours?.kind === "colours" && !isOfOneColour(styleInk) ? colours.colours : undefined;

type Readers = Pick<Translation, "conditions">;
type Requested = Pick<ConditionValues, "style" | "colours">;

const namedLooks = (conditions: Translation["conditions"], style: ConditionValue | undefined): StyleInk | undefined =>
  style?.kind === "text" ? conditions.find(({ name }) => name === "style")?.expert.styleInk?.(style.text) : undefined;

const isOfOneColour = ({ isOneInk, ink }: StyleInk): boolean => isOneInk || ink !== undefined;

/** The values with all that is of one colour in the usual ink, where the requested style is of one colour. */
export function readInInk(values: ConditionValues, styleInk: StyleInk): ConditionValues {
  if (!isOfOneColour(styleInk)) return values;
  const { style, drawing, "drawing-style": own, colours, ...others } = values;
  return {
    ...others,
    ...(style && { style: isFlat(styleInk) ? asInks(style) : ifOneColour(style) }),
    ...(drawing && { drawing: ifOneColour(drawing) }),
    ...(own && { "drawing-style": ifOneColour(own) }),
    // What is painted in the requested colours is not drawn in them too.
    ...(colours && !(styleInk.ink ?? styleInk.ground) && { colours }),
  };
}

/** The colour of an image that is read in the usual ink, as its conditions are; undefined where it or the style has several. */
export const inkOfImage = (image: Pick<Picture, "planes" | "sizePx">, styleInk: StyleInk): Ink | undefined =>
  isOfOneColour(styleInk) ? inkOf([image]).ink : undefined;

/** @param planes premultiplied RGBA [4, pixels] */
export const planesInUsualInk = (planes: Float32Array): Float32Array => inInk(planes, channelsOfHex(usualInk));

/** Its planes are made when they are read, because an expert that knows the key needs none. */
export const inUsualInk = (image: Picture): Picture => ({
  ...image,
  get planes() {
    return planesInUsualInk(image.planes);
  },
  key: `${image.key} in ink`,
});

function ifOneColour(value: ConditionValue): ConditionValue {
  if (value.kind === "images" && inkOf(value.images).ink) return inked(value);
  return value.kind === "image" && inkOf([value]).ink ? inUsualInk(value) : value;
}

/** The images of a style of several flat colours that are of the style, as the flow knows them. */
function asInks(value: ConditionValue): ConditionValue {
  if (value.kind !== "images") return value;
  const { key, styleInk, places } = readStyle(value.images);
  return { ...value, images: places.map((at) => drawingIn(value.images[at]!, styleInk, key)) };
}

/**
 * A drawing of a style of several flat colours as the flow knows it; its planes are made when they are read.
 * @param styleKey of all images of the style, from which its ground and inks follow
 */
export const drawingIn = <Shown extends Picture>(image: Shown, style: StyleInk, styleKey: string): Shown => ({
  ...image,
  get planes() {
    return asInkOf(image, style) ?? image.planes;
  },
  key: `${image.key} as ink of ${styleKey}`,
});

interface ReadStyle {
  readonly key: string;
  readonly styleInk: StyleInk;
  /** Of the images that are of the style. */
  readonly places: readonly number[];
}

/** The styles that were read last, by the keys of their images: each drawing of a batch asks again, and looking takes some 30 ms. */
const stylesRead = new Map<string, ReadStyle>();
const stylesReadMost = 8;

function readStyle(images: readonly Picture[]): ReadStyle {
  const key = images.map((image) => image.key).join(" ");
  const known = stylesRead.get(key);
  if (known) return known;
  const styleInk = styleInkOf(images);
  const isOfStyle = (at: number): boolean => !isFlat(styleInk) || asInkOf(images[at]!, styleInk) !== undefined;
  const read = { key, styleInk, places: [...images.keys()].filter(isOfStyle) };
  const [oldest] = stylesRead.keys();
  if (stylesRead.size >= stylesReadMost && oldest !== undefined) stylesRead.delete(oldest);
  stylesRead.set(key, read);
  return read;
}

const inked = (value: Extract<ConditionValue, { kind: "images" }>): ConditionValue => ({
  ...value,
  images: value.images.map(inUsualInk),
});
