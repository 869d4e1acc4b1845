/** How images with a kept residual are read, and in which colours what becomes of them is painted. */
import type { ResidualSource } from "../../shared/contract/generations/generation-request.ts";
import type { ConditionValues } from "../engine/conditions.ts";
import { restyledConditions } from "../engine/edits/restyle.ts";
import { mixInks } from "../engine/pixels/ink-colour.ts";
import { isOfOneColour, type StyleInk } from "../engine/pixels/style-ink.ts";
import { inkOfStyle, paintsOf, readPicture } from "../engine/read-in-ink.ts";
import type { Finish, Translation } from "../engine/translation.ts";
import { conditionValues, imageOf, inOwnStyle } from "./conditions/condition-values.ts";
import type { ConditionImages } from "./protocol.ts";

/** A drawing that is requested without a style keeps its own, unless the source's conditions have one. */
export const restyled = (own: ConditionValues, requested: ConditionValues): ConditionValues =>
  inOwnStyle(restyledConditions(own, requested));

type Paints = ReturnType<typeof paintsOf>;

/** An image with a kept residual in the usual ink. */
export interface EndInInk {
  /** Premultiplied RGBA [4, sizePx, sizePx]. */
  readonly planes: Float32Array;
  readonly paints: Paints;
}

/**
 * An image as it is read in the usual ink (engine/read-in-ink.ts), and how the answer is painted: it keeps the image's own colours, ground and accents
 * unless the request names a style or colours. Undefined where the image is read in its own colours.
 */
export function readEnd(
  translation: Translation,
  { image, condition }: ResidualSource,
  requested: ConditionValues,
  images: ConditionImages,
): EndInInk | undefined {
  const own = inOwnStyle(conditionValues(condition, images, true));
  const wanted = restyled(own, requested);
  const wantedInk = inkOfStyle(translation, wanted);
  if (!isOfOneColour(wantedInk)) return undefined;
  const read = readPicture(translation, imageOf(images, image), own, wanted);
  if (!read) return undefined;
  const { style, colours } = requested;
  const isAsked = style !== undefined || colours !== undefined;
  return {
    planes: read.planes,
    paints: isAsked ? requestedPaints(read.styleInk, wantedInk, colours) : paintsOf(read.styleInk),
  };
}

/** Those of the requested style, or of the image where that style has any ink. What was on a ground is then painted as it is drawn. */
function requestedPaints(own: StyleInk, wanted: StyleInk, colours: ConditionValues["colours"]): Paints {
  if (wanted.ink ?? wanted.ground) return paintsOf(wanted, colours);
  return own.ink ? { ink: own.ink, gradient: own.gradient } : {};
}

/** Between two paints: inks mix, others are painted one over the other. @param share of the second, 0 to 1 */
export function mixedPaints(from: Paints, to: Paints, share: number): Finish {
  if (share === 0) return from;
  if (share === 1) return to;
  if (isPlain(from) && isPlain(to)) return { ink: mixInks(from.ink!, to.ink!, share) };
  return { ...from, towards: { paints: to, share } };
}

const isPlain = ({ ink, gradient, ground, accents, tints, shadows, plate, ring }: Paints): boolean =>
  ink !== undefined && (gradient ?? ground ?? accents ?? tints ?? shadows ?? plate ?? ring) === undefined;
