/**
 * Pictures of one colour are read in the ink of the drawings that the flow between styles learned from, whatever their own colour is, and
 * the answer is painted in that colour: geometry needs no colour, and the flow saw few others. So are pictures on a ground, and those of an ink
 * with flat accents, where a style says what these are (pixels/style-ink.ts). Only where the requested style is such a one
 * too. Where its icons show several colours, the answer gets these by areas (areas/), or their mean and deviation.
 */
import { liesOnAreasGround } from "./areas/areas-ground.ts";
import { inLines } from "./areas/in-lines.ts";
import { namedByHex } from "./areas/in-one-colour.ts";
import { anyPartitionOf } from "./areas/smooth-areas.ts";
import type { ConditionValues } from "./conditions.ts";
import { colourCount, inGiven } from "./in-given-colours.ts";
import type { ConditionValue } from "./interfaces.ts";
import { liveAreaIn } from "./live-area.ts";
import { madePicture, type Picture } from "./made-picture.ts";
import { spreadOf } from "./pixels/colour-spread.ts";
import { isSameLook } from "./pixels/ground/ground.ts";
import { channelsOfHex, hexOfChannels } from "./pixels/hex-colour.ts";
import { type Drawing, inInk } from "./pixels/ink-colour.ts";
import { resampleSquare } from "./pixels/resample-square.ts";
import {
  asInkOf,
  type InkedDrawing,
  isOfOneColour,
  readAsInk,
  type StyleInk,
  shadedInkOf,
  styleInkOf,
} from "./pixels/style-ink.ts";
import { usualInk } from "./pixels/usual-ink.ts";
import { bareImages, conditionsWithoutPlates } from "./read-without-plates.ts";
import { alone, apartFromShadows, conditionsWithoutShadows } from "./read-without-shadows.ts";
import type { Finish, Translation } from "./translation.ts";

type Readers = Pick<Translation, "conditions">;
type Requested = Pick<ConditionValues, "style" | "colours" | "drawing" | "drawing-style">;

/** A style that was looked at. */
interface ReadStyle {
  /** Of its images, from which all else follows, or its name. */
  readonly key: string;
  readonly styleInk: StyleInk;
  /** Of the images that are of the style. */
  readonly places: readonly number[];
}

/** What the requested style is drawn in: of its images or its name, in a requested colour besides. */
export function inkOfStyle(readers: Readers, { style, colours, drawing }: Requested): StyleInk {
  // Lines of one drawing are read only here, where they are asked for.
  const own =
    style?.kind === "images" && style.images.length === 1
      ? styleInkOf(style.images)
      : (styleOf(readers, style)?.styleInk ?? { isOneInk: false });
  const given = colours?.kind === "colours" ? colours.colours.map(channelsOfHex) : [];
  if (given.length === 0) return drawing?.kind === "image" ? likeDrawing(own, drawing) : own;
  return inGiven(own, given);
}

/** A drawing that lies on the style's ground already keeps its colours there, if they are some of the style's or pixels around a hole stay. */
function likeDrawing(style: StyleInk, drawing: Picture): StyleInk {
  const { ground } = style;
  const [look] = (ground && !shadedInkOf([drawing]).ink && readAsInk(drawing, style)?.styleInk.ground?.looks) || [];
  if (!ground || !look) return style;
  const isKept = drawing.hole !== undefined || ground.looks.some((own) => isSameLook(own, look, ground.sizePx));
  return isKept ? { ...style, ground: { ...ground, looks: [look] } } : style;
}

/** How an answer in the requested style and colours is finished. @param requested without the style that a drawing has by itself */
export function looksOf(readers: Readers, requested: Requested, styleInk: StyleInk): Finish {
  const { isOneInk, areas, shadows, plate } = styleInk;
  const { style } = requested;
  const isOwn = isInOwnStyle(requested);
  const lines = isOwn && (styleInk.lines || isOneInk) ? { isAll: false, ...styleInk.lines, isOwn } : styleInk.lines;
  const hand = isOwn ? undefined : styleInk.hand;
  const colours = plate ? withoutFirst(requested.colours) : requested.colours;
  const paints = paintsOf(styleInk, colours);
  if (paints.tints) return { ...paints, lines, areas, hand };
  const tone = toneOf(requested, styleInk);
  if (tone) return { isOneInk, ...paints, lines, areas, hand, colour: namedByHex(tone) };
  const looks = { isOneInk, ...paints, lines, areas, hand, palette: paletteOf(requested, styleInk) };
  if (requested.colours || isOfOneColour(styleInk)) return looks;
  return {
    ...looks,
    spread:
      style?.kind === "images" && !shadows && !plate
        ? spreadOf(style.images)
        : styleOf(readers, style)?.styleInk.spread,
  };
}

/** Whether a drawing is in the requested style already: it is one of the icons that show it, or they show the drawing's own too. */
function isInOwnStyle({ style, drawing, "drawing-style": own }: Requested): boolean {
  if (!own) return false;
  if (!style) return true;
  if (style.kind === "text") return own.kind === "text" && own.text === style.text;
  if (style.kind !== "images" || drawing?.kind !== "image") return false;
  if (style.images.some(({ key }) => key === drawing.key)) return true;
  return own.kind === "images" && keyOf(own.images) === keyOf(style.images);
}

/** The one requested colour, where the style's drawings have areas of several: the answer is moved to it when it is painted. */
const toneOf = ({ colours }: Requested, styleInk: StyleInk): string | undefined =>
  colours?.kind === "colours" && colours.colours.length === 1 && styleInk.areas && !isOfOneColour(styleInk)
    ? colours.colours[0]
    : undefined;

/** Colours of what lies on a plate, which has the first. */
const withoutFirst = (colours: ConditionValue | undefined): ConditionValue | undefined =>
  colours?.kind === "colours" ? { ...colours, colours: colours.colours.slice(1) } : colours;

/** The colours of a style of one ink, with a ground, accents or hard shadows. @param colours requested ones */
export function paintsOf(
  styleInk: StyleInk,
  colours?: ConditionValue,
): Pick<Finish, "tints" | "ink" | "gradient" | "ground" | "accents" | "shadows" | "plate"> {
  const { isOneInk, ink, gradient, ground, accents, shadows, plate } = styleInk;
  const behind = { ...(shadows && { shadows }), ...(plate && { plate }) };
  if (ink && gradient) return { ink, gradient, ...behind };
  if (ink && !isOneInk && colours?.kind === "colours" && colours.colours.length > 1)
    return { tints: colours.colours.slice(0, colourCount(styleInk)), ...behind };
  if (ink && !isOneInk && accents)
    return { tints: [ink, ...accents.map((accent) => accent.ink)].map(hexOfChannels), ...behind };
  return { ink, ground, accents, ...behind };
}

const isFlat = ({ ground, accents }: StyleInk): boolean => (ground ?? accents) !== undefined;

/** The requested colours, where the requested style has several; else the first is its ink. */
export const paletteOf = ({ colours }: Requested, styleInk: StyleInk): readonly string[] | undefined =>
  colours?.kind === "colours" && !isOfOneColour(styleInk) ? colours.colours : undefined;

/**
 * The values with all that can be in the usual ink, where the requested style is of one colour.
 * @param before conditions that they had, whose styles say what several colours are too
 */
export function readInInk(
  readers: Readers,
  values: ConditionValues,
  styleInk: StyleInk,
  before: ConditionValues = {},
): ConditionValues {
  const look = (style: ConditionValue | undefined) => styleOf(readers, style);
  const bare = conditionsWithoutShadows(conditionsWithoutPlates(values, look), before, look);
  if (!isOfOneColour(styleInk)) {
    const { colours: _, ...uncoloured } = bare;
    return toneOf(values, styleInk) ? uncoloured : bare;
  }
  const { style, drawing, "drawing-style": own, colours, ...others } = bare;
  const known = [...stylesOf(readers, before), ...stylesOf(readers, values)];
  // Where the answer is painted by areas, those of a coloured drawing count.
  const ofOthers = styleInk.areas ? (image: Picture) => image : linesOf(styleInk);
  return {
    ...others,
    ...(style && { style: styleInInk(style, []) }),
    ...(drawing && { drawing: drawing.kind === "image" ? pictureInInk(drawing, known, ofOthers) : drawing }),
    ...(own && { "drawing-style": styleInInk(own, known, ofOthers) }),
    // What is painted in the requested colours is not drawn in them too.
    ...(colours && !(styleInk.ink ?? styleInk.ground) && { colours }),
  };
}

/** A picture in the usual ink, with the colours that it has itself; undefined where it has several and no style says what they are. */
export function readPicture(
  readers: Readers,
  picture: Drawing,
  ...conditions: readonly ConditionValues[]
): InkedDrawing | undefined {
  const { drawing, shadows } = apartFromShadows(picture, conditions, (style) => styleOf(readers, style));
  const behind = shadows && { shadows };
  const { ink, gradient } = shadedInkOf([drawing]);
  if (ink) return { planes: planesInUsualInk(drawing.planes), styleInk: { isOneInk: false, ink, gradient, ...behind } };
  for (const { styleInk } of conditions.flatMap((values) => stylesOf(readers, values))) {
    const read = readAsInk(drawing, styleInk);
    if (read) return { ...read, styleInk: { ...read.styleInk, ...behind } };
  }
  return undefined;
}

/** Styles by which pictures can be read: the drawing's own and the requested one. */
const stylesOf = (readers: Readers, { style, "drawing-style": own }: ConditionValues): readonly ReadStyle[] =>
  [own, style].flatMap((value) => {
    const read = styleOf(readers, value);
    return read && isFlat(read.styleInk) ? [read] : [];
  });

/** @param planes premultiplied RGBA [4, pixels] */
const planesInUsualInk = (planes: Float32Array): Float32Array => inInk(planes, channelsOfHex(usualInk));

export const inUsualInk = <Shown extends Picture>(image: Shown): Shown =>
  madePicture(image, `${image.key} in ink`, ({ planes }) => planesInUsualInk(planes));

/** Whether pictures are of one ink, and of areas, by their keys: each drawing of a batch asks again for all icons of its style. */
const [areOfOneInk, haveAreas] = [new Map<string, boolean>(), new Map<string, boolean>()];
const picturesSeenMost = 4096;
const seenBy = ({ key, sizePx }: Picture): string => `${sizePx} ${key}`;
const isSeen = (seen: Map<string, boolean>, image: Picture, look: () => boolean): boolean =>
  keep(seen, seenBy(image), seen.get(seenBy(image)) ?? look(), picturesSeenMost);

/** @param known styles that may say what several colours are */
function pictureInInk(image: Picture, known: readonly ReadStyle[], ofOthers = linesOf()): Picture {
  if (isSeen(areOfOneInk, image, () => shadedInkOf([image]).ink !== undefined)) return inUsualInk(image);
  const style = known.find(({ styleInk }) => readAsInk(image, styleInk));
  return style ? drawingIn(image, style.styleInk, style.key) : ofOthers(image);
}

/** A drawing of several flat colours or gradients in lines of one ink, as thin as the requested style's; others, and those with a hole, as they are. */
function linesOf({ lines, hand }: Pick<StyleInk, "lines" | "hand"> = {}): (image: Picture) => Picture {
  // Those of a hand are uneven.
  const width = lines?.isAll && !hand ? lines.width : undefined;
  return (image) => {
    if (image.hole || !isSeen(haveAreas, image, () => anyPartitionOf(image) !== undefined)) return image;
    return madePicture(
      image,
      `${image.key} in lines${width ? ` of ${width}` : ""}`,
      () => inLines(image, width) ?? image.planes,
    );
  };
}

function styleInInk(value: ConditionValue, known: readonly ReadStyle[], ofOthers = linesOf()): ConditionValue {
  if (value.kind !== "images") return value;
  const { key, styleInk, places } = readStyle(value.images);
  if (isFlat(styleInk)) return { ...value, images: places.map((at) => drawingIn(value.images[at]!, styleInk, key)) };
  if (styleInk.ink) return { ...value, images: value.images.map(inUsualInk) };
  const images = value.images.map((image) => pictureInInk(image, known, ofOthers));
  return images.every((image, at) => image !== value.images[at]) ? { ...value, images } : value;
}

/**
 * A drawing of a style of several flat colours as the flow knows it. A hole in it moves with it.
 * @param styleKey of all images of the style, from which its ground and inks follow
 */
export const drawingIn = <Shown extends Picture>(image: Shown, style: StyleInk, styleKey: string): Shown =>
  madePicture(
    image,
    `${image.key} as ink of ${styleKey}`,
    () => asInkOf(image, style)?.planes ?? image.planes,
    image.hole && style.ground && resampleSquare(image.hole, style.ground.place, image.sizePx),
  );

/** Undefined where no style is given, or a named one says nothing. */
function styleOf({ conditions }: Readers, style: ConditionValue | undefined): ReadStyle | undefined {
  if (style?.kind === "images") return readStyle(style.images);
  if (style?.kind !== "text") return undefined;
  const styleInk = conditions.find(({ name }) => name === "style")?.expert.styleInk?.(style.text);
  return styleInk && { key: `the style ${style.text}`, styleInk, places: [] };
}

/** The styles that were read last, by the keys of their images: each drawing of a batch asks again, and looking takes some 200 ms. */
const stylesRead = new Map<string, ReadStyle>();
const stylesReadMost = 128;

function readStyle(images: readonly Picture[]): ReadStyle {
  const key = keyOf(images);
  const read = stylesRead.get(key) ?? lookAt(images, key);
  if (read.styleInk.plate) rememberWithoutPlate(read, images);
  // Its images without these shadows are read next, and are known already.
  else if (read.styleInk.shadows) remember(readWithoutShadows(read, images));
  // A drawing that shows its style alone is read at once, without its lines, and would take the place of a set.
  if (images.length === 1) return read;
  remember(read);
  return read;
}

/** The same style, of images without their plate. */
function rememberWithoutPlate({ key, styleInk, places }: ReadStyle, images: readonly Picture[]): void {
  const { plate, ...inner } = styleInk;
  const bare = plate ? bareImages(images, { key, plate, places }) : images;
  const read = { key: keyOf(bare), styleInk: inner, places: [...bare.keys()] };
  if (inner.shadows) remember(readWithoutShadows(read, bare));
  remember(read);
}

const remember = (read: ReadStyle): ReadStyle => keep(stylesRead, read.key, read, stylesReadMost);

/** @param most entries, of which the one goes first that was asked for longest ago */
function keep<Kept>(kept: Map<string, Kept>, key: string, value: Kept, most: number): Kept {
  kept.delete(key);
  kept.set(key, value);
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
  return value;
}

/** The same style, of images without their hard shadows. */
function readWithoutShadows({ key, styleInk, places }: ReadStyle, images: readonly Picture[]): ReadStyle {
  const { shadows = [], ...inner } = styleInk;
  return { key: keyOf(images.map((image) => alone(image, { key, shadows }))), styleInk: inner, places };
}

/** Packs read the same images at sizes of their own. */
const keyOf = (images: readonly Picture[]): string => images.map(seenBy).join(" ");

function lookAt(images: readonly Picture[], key: string): ReadStyle {
  const styleInk: StyleInk = images.length === 1 ? shadedInkOf(images) : styleInkOf(images);
  const { plate } = styleInk;
  const isOfStyle = (at: number): boolean =>
    plate ? liesOnAreasGround(images[at]!, plate) : !isFlat(styleInk) || asInkOf(images[at]!, styleInk) !== undefined;
  const { shadows } = styleInk;
  const bare = shadows ? images.map((image) => alone(image, { key, shadows })) : images;
  const liveArea = liveAreaIn(styleInk, bare);
  return { key, styleInk: { ...styleInk, liveArea }, places: [...images.keys()].filter(isOfStyle) };
}
