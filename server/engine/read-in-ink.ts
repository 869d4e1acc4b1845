/**
 * Pictures of one colour are read in the ink of the drawings that the flow between styles learned from, whatever their own colour is, and
 * the answer is painted in that colour: geometry needs no colour, and the flow saw few others. So are pictures on a ground, and those of an ink
 * with flat accents, where a style says what these are (pixels/style-ink.ts). Only where the requested style is such a one
 * too. Where its icons show several colours, the answer gets these by areas (areas/), or their mean and deviation.
 */
import { inLines } from "./areas/in-lines.ts";
import { namedByHex } from "./areas/in-one-colour.ts";
import { anyPartitionOf } from "./areas/smooth-areas.ts";
import type { ConditionValues } from "./conditions.ts";
import { colourCount, inGiven } from "./in-given-colours.ts";
import type { ConditionValue } from "./interfaces.ts";
import { inWholeLines } from "./lines/gaps/mend-gaps.ts";
import { borderOf, notLarger, scaleInStyle, withinBorder } from "./live-area.ts";
import { madePicture, type Picture } from "./made-picture.ts";
import { spreadOf } from "./pixels/colour-spread.ts";
import { isSameLook } from "./pixels/ground/ground.ts";
import { channelsOfHex, hexOfChannels } from "./pixels/hex-colour.ts";
import { type Drawing, inInk } from "./pixels/ink-colour.ts";
import { resampleSquare } from "./pixels/resample-square.ts";
import {
  asInkOf,
  type InkedDrawing,
  isFlat,
  isOfOneColour,
  readAsInk,
  type StyleInk,
  shadedInkOf,
  styleInkOf,
} from "./pixels/style-ink.ts";
import { usualInk } from "./pixels/usual-ink.ts";
import { keep, keyOf, type Readers, readStyle, seenBy, styleOf } from "./read-style.ts";
import { conditionsWithout, plates, type ReadStyle, rings } from "./read-without.ts";
import { apartFromShadows, conditionsWithoutShadows } from "./read-without-shadows.ts";
import { apartFromRing, inkOfRing } from "./rings/off-ring.ts";
import type { Finish } from "./translation.ts";

type Requested = Pick<ConditionValues, "style" | "colours" | "drawing" | "drawing-style">;

/** What the requested style is drawn in: of its images or its name, in a requested colour besides. */
export function inkOfStyle(readers: Readers, requested: Requested): StyleInk {
  const { style, colours, drawing } = requested;
  // Lines of one drawing are read only here, where they are asked for.
  const read =
    style?.kind === "images" && style.images.length === 1
      ? styleInkOf(style.images)
      : (styleOf(readers, style)?.styleInk ?? { isOneInk: false });
  const own = notLarger(aroundPart(read, drawing), liveAreaOfSet(readers, requested));
  const given = colours?.kind === "colours" ? colours.colours.map(channelsOfHex) : [];
  if (given.length === 0) return drawing?.kind === "image" ? likeDrawing(own, drawing) : own;
  return inGiven(own, given);
}

/** Without its ring where a part is drawn anew of a drawing that does not lie within: pixels around the part stay where they are. */
function aroundPart({ ring, ...style }: StyleInk, drawing: ConditionValue | undefined): StyleInk {
  const isElsewhere = ring && drawing?.kind === "image" && drawing.hole && !inkOfRing(drawing, ring);
  return ring && !isElsewhere ? { ...style, ring } : style;
}

/** A drawing that lies on the style's ground already keeps its colours there, if they are some of the style's or pixels around a hole stay. */
function likeDrawing(style: StyleInk, drawing: Picture): StyleInk {
  const { ground, ring } = style;
  const shown = ground ? apartFromRing(drawing, ring ? [ring] : []).drawing : drawing;
  const [look] = (ground && !shadedInkOf([shown]).ink && readAsInk(shown, style)?.styleInk.ground?.looks) || [];
  if (!ground || !look) return style;
  const isKept = drawing.hole !== undefined || ground.looks.some((own) => isSameLook(own, look, ground.sizePx));
  return isKept ? { ...style, ground: { ...ground, looks: [look] } } : style;
}

/** How an answer in the requested style and colours is finished. @param requested without the style that a drawing has by itself */
export function looksOf(readers: Readers, requested: Requested, styleInk: StyleInk): Finish {
  const { isOneInk, areas, shadows, plate, ring } = styleInk;
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
      style?.kind === "images" && !shadows && !plate && !ring
        ? spreadOf(style.images)
        : styleOf(readers, style)?.styleInk.spread,
  };
}

/** The live area of the set that a drawing is of; undefined where it is not known, and of what goes on around a hole. */
function liveAreaOfSet(readers: Readers, { drawing, "drawing-style": own }: Requested): number | undefined {
  if (drawing?.kind === "image" && drawing.hole) return undefined;
  return styleOf(readers, own)?.styleInk.liveArea;
}

/** Whether a drawing is in the requested style already: it is one of the icons that show it, or they show the drawing's own too. */
export function isInOwnStyle({ style, drawing, "drawing-style": own }: Requested): boolean {
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

/** The colours of a style of one ink, with a ground, accents or shadows. @param colours requested ones */
export function paintsOf(
  styleInk: StyleInk,
  colours?: ConditionValue,
): Pick<Finish, "tints" | "ink" | "gradient" | "ground" | "accents" | "shadows" | "plate" | "ring"> {
  const { isOneInk, ink, gradient, ground, accents, shadows, plate, ring } = styleInk;
  const behind = { ...(shadows && { shadows }), ...(plate && { plate }), ...(ring && { ring }) };
  if (ink && gradient) return { ink, gradient, ...behind };
  if (ink && !isOneInk && colours?.kind === "colours" && colours.colours.length > 1)
    return { tints: colours.colours.slice(0, colourCount(styleInk)), ...behind };
  if (ink && !isOneInk && accents)
    return { tints: [ink, ...accents.map((accent) => accent.ink)].map(hexOfChannels), ...behind };
  return { ink, ground, accents, ...behind };
}

/** The requested colours, where the requested style has several; else the first is its ink. */
export const paletteOf = ({ colours }: Requested, styleInk: StyleInk): readonly string[] | undefined =>
  colours?.kind === "colours" && !isOfOneColour(styleInk) ? colours.colours : undefined;

/**
 * The values with all that can be in the usual ink, where the requested style is of one colour, and as small as drawings of the style are.
 * @param before conditions that they had, whose styles say what several colours are too
 */
export const readInInk = (
  readers: Readers,
  values: ConditionValues,
  styleInk: StyleInk,
  before: ConditionValues = {},
): ConditionValues => asSmallAsStyle(readers, values, inInkOf(readers, values, styleInk, before));

function inInkOf(
  readers: Readers,
  values: ConditionValues,
  styleInk: StyleInk,
  before: ConditionValues,
): ConditionValues {
  const look = (style: ConditionValue | undefined) => styleOf(readers, style);
  const unringed = conditionsWithout(values, look, rings);
  const bare = conditionsWithoutShadows(conditionsWithout(unringed, look, plates), before, look);
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
    ...(drawing && {
      drawing:
        drawing.kind === "image"
          ? inWholeLines(pictureInInk(drawing, known, ofOthers), look(own)?.styleInk.lines, styleInk.lines)
          : drawing,
    }),
    ...(own && { "drawing-style": styleInInk(own, known, ofOthers) }),
    // What is painted in the requested colours is not drawn in them too.
    ...(colours && !(styleInk.ink ?? styleInk.ground) && { colours }),
  };
}

/**
 * The drawing as small as those of the style that values request, and its own style's icons by the same, since the flow follows what tells both apart; a
 * part that is drawn anew stays where it is.
 * @param read the values as they are read, which get smaller; the same where absent
 */
export function asSmallAsStyle(readers: Readers, values: ConditionValues, read = values): ConditionValues {
  const { drawing, "drawing-style": shown } = read;
  const style = styleOf(readers, values.style)?.styleInk;
  if (!style || drawing?.kind !== "image" || drawing.hole) return read;
  const scale = scaleInStyle(drawing, style, liveAreaOfSet(readers, values));
  if (scale === 1) return read;
  const smaller = <Shown extends Picture>(image: Shown): Shown => {
    const border = borderOf(image, scale);
    return madePicture(image, `${image.key} within ${border}`, (of) => withinBorder(of, border));
  };
  return {
    ...read,
    drawing: smaller(drawing),
    ...(shown?.kind === "images" && { "drawing-style": { ...shown, images: shown.images.map(smaller) } }),
  };
}

/** A picture in the usual ink, with the colours that it has itself; undefined where it has several and no style says what they are. */
export function readPicture(
  readers: Readers,
  picture: Drawing,
  ...conditions: readonly ConditionValues[]
): InkedDrawing | undefined {
  const look = (style: ConditionValue | undefined) => styleOf(readers, style);
  const found = conditions.flatMap(({ style, "drawing-style": own }) =>
    [own, style].map((one) => look(one)?.styleInk.ring),
  );
  const { drawing: within, ring } = apartFromRing(
    picture,
    found.filter((one) => one !== undefined),
  );
  const { drawing, shadows } = apartFromShadows(within, conditions, look);
  const behind = { ...(shadows && { shadows }), ...(ring && { ring }) };
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
