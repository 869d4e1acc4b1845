/**
 * A caption beside a drawing says something of it: a badge that the library draws, what it lies in, or that it is off ("add", "in a circle",
 * "off"). Both become one drawing, which the flow restyles; without a requested style it stays in its own.
 */
import type { ResolvedRequest } from "../../../shared/contract/generations/generation-request.ts";
import type { Source } from "../../../shared/contract/generations/sources.ts";
import type { CaptionColour } from "../../engine/colour-words.ts";
import { withBadge } from "../../engine/compose/arrange.ts";
import { badgeInk } from "../../engine/compose/badge-ink.ts";
import { drawnDisc, isDisc } from "../../engine/compose/disc.ts";
import { inStyleCorners } from "../../engine/compose/in-style-corners.ts";
import type { Composed } from "../../engine/compose/layers.ts";
import { type PartColours, partPainter } from "../../engine/compose/part-colours.ts";
import type { KeptPixels } from "../../engine/edits/kept-pixels.ts";
import { channelsOfHex } from "../../engine/pixels/hex-colour.ts";
import { type Drawing, type Ink, inkOf } from "../../engine/pixels/ink-colour.ts";
import { usualInk } from "../../engine/pixels/usual-ink.ts";
import { isInOwnStyle } from "../../engine/read-in-ink.ts";
import type { Translation } from "../../engine/translation.ts";
import { conditionValues, inOwnStyle, keyOfShown } from "../conditions/condition-values.ts";
import type { ConditionImages } from "../protocol.ts";
import { apart, arranged } from "./arranged.ts";
import { inLibrary, refusal } from "./caption-finders.ts";
import { isCalledDot, partsBeside, textsOf, theDrawing } from "./caption-parts.ts";
import { areKnown, readWords, spelledWithoutSlips, wordsOf } from "./caption-words.ts";
import { wantedDrawing } from "./wanted-drawing.ts";

/** How well a name fits from which on it says what a badge shows: of words that nothing is called, some drawing is the nearest. */
const sureFrom = 0.7;

/** A request whose drawing shows what its caption says of it. */
interface Said {
  readonly request: ResolvedRequest;
  readonly images: ConditionImages;
  /** Drawings of the library that were put beside the given one. */
  readonly sources?: Source[] | undefined;
  /** Where the caption gives what it says a colour of its own. */
  readonly parts?: PartColours | undefined;
  /** All of a drawing of several colours in its own style: the flow would give its areas other colours of that. */
  readonly kept?: KeptPixels | undefined;
}

/**
 * @returns the same where no caption is beside a drawing
 * @throws AppError `invalid_request` where a caption cannot be, as beside a mask, `caption_unknown` for one that finds no drawing
 */
export async function withSaidOfDrawing(
  translation: Translation,
  request: ResolvedRequest,
  images: ConditionImages,
): Promise<Said> {
  const { caption, drawing, ...others } = request.condition;
  const { captions } = translation;
  if (caption === undefined || !drawing || !captions) return { request, images };
  const { library } = captions;
  const { mask } = drawing;
  if (!library || mask !== undefined || request.keepResidualOf) {
    const other = request.keepResidualOf ? "a kept residual" : mask === undefined ? "a drawing" : "a mask";
    throw refusal("invalid_request", `no caption beside ${other}, which says what is drawn`, caption);
  }
  const values = conditionValues({ ...others, drawing }, images);
  const shown = values.drawing;
  if (shown?.kind !== "image") return { request, images };
  const inStyle = inOwnStyle(values);
  const wanted = wantedDrawing(translation, inStyle);
  const words = await wordsOf(captions, request);
  const written = { ...words, plain: words.english ?? words.plain };
  const parts = partsBeside(spelledWithoutSlips(captions, written) ?? written.plain ?? words.text);
  const sources: Source[] = [];
  const keys: string[] = [];
  const colours: Array<CaptionColour | undefined> = [];
  const alphasOf = async (text: string): Promise<Float32Array> => {
    if (text === theDrawing) {
      keys.push(shown.key);
      colours.push(undefined);
      return shown.planes.slice(3 * shown.sizePx ** 2);
    }
    const own = { ...(await readWords(captions, text)), text: words.text };
    colours.push(own.colour);
    if (isCalledDot(own.plain ?? text)) {
      keys.push("dot");
      return drawnDisc(shown.sizePx);
    }
    // All icons of a set get the same badge, whatever their seeds.
    const options = { ...request, ...wanted, isMostTypical: true };
    const finder = await inLibrary({ ...captions, library }, translation, own, options);
    if (finder.choice && finder.choice.match < sureFrom)
      throw refusal(
        "caption_unknown",
        "words that name what a badge shows",
        caption,
        areKnown(captions, own) && own.vector ? library.namesNear({ words: own.vector }) : [],
      );
    const found = await finder.find(request.seed);
    sources.push(...(found.sources ?? []));
    keys.push(found.key);
    return found.planes.slice(3 * found.sizePx ** 2);
  };
  const alphas: Float32Array[] = [];
  for (const text of textsOf(parts)) alphas.push(await alphasOf(text));
  const isOwn = isInOwnStyle(values);
  const showing = isOwn && inStyle.style?.kind === "images" ? inStyle.style.images : [];
  const { ink: own } = inkOf([shown]);
  // A drawing of one colour in a set of several keeps it.
  const ink = inkOf([shown, ...showing]).ink;
  const isInPlace = parts.first === theDrawing && parts.how !== "both";
  if (!isInPlace && !own)
    throw refusal(
      "invalid_request",
      "a badge, or a drawing in one colour, which may lie in or beside another",
      caption,
    );
  // Outlines of several colours are not closed: nobody knows in which.
  const fills = ink ? wanted.fills : "none";
  // Badges on icons of a set lie at the same place, whether these have room within or not.
  const isBadge = parts.how === "with" && isInPlace;
  const hasDot = parts.how === "with" && isInPlace && isDisc(alphas[1]!);
  const isInColours = hasDot || colours.some((colour) => colour !== undefined);
  const arrange = isInColours ? apart : arranged;
  const drawn = isBadge ? withBadge(alphas[0]!, alphas[1]!, fills) : arrange[parts.how](alphas, fills);
  // In another style the answer gets its corners and ends.
  const corners = isOwn ? wanted.corners : undefined;
  const composed = corners ? inStyleCorners(drawn, alphas[0]!, corners) : drawn;
  const partColours: PartColours | undefined = isInColours
    ? { ...composed, colours: [colours[0], colours[1]], isFrontSolid: hasDot }
    : undefined;
  const badge = ink ?? badgeInk(showing) ?? badgeInk([shown]) ?? channelsOfHex(usualInk);
  const inBadgeInk = painted(shown, composed, { ink: isInPlace ? badge : own!, isInPlace });
  // In one ink both stay until all is drawn: that tells the flow that it is one drawing.
  const planes = partColours && !ink ? partPainter(inBadgeInk, partColours).planes(inBadgeInk) : inBadgeInk;
  const isAsItIs = isOwn && !ink && !others.colours && !request.palette && request.temperature === 0;
  const named = colours.map((colour) => (colour ? `${colour.name} ${colour.lightness.join(" ")}` : "")).join(", ");
  const key = `${parts.how} beside, fills ${fills}, in ${badge.join(" ")} (${named}), corners ${JSON.stringify(corners)}: ${keys.join(", ")}`;
  const ownStyle = (isOwn && others.style) || drawing.style || { images: [keyOfShown(drawing)] };
  return {
    request: {
      ...request,
      condition: { style: ownStyle, ...others, drawing: { image: key, style: ownStyle } },
    },
    images: new Map([...images, [key, { planes, sizePx: shown.sizePx }]]),
    ...(sources.length > 0 && { sources }),
    ...(partColours && { parts: partColours }),
    ...(isAsItIs && { kept: { planes, hole: new Float32Array(shown.sizePx ** 2) } }),
  };
}

/** Given drawings of several colours keep these where they stay as large as they are, and where they are. */
function painted(
  { planes, sizePx }: Drawing,
  { behind, front }: Composed,
  { ink, isInPlace }: { readonly ink: Ink; readonly isInPlace: boolean },
): Float32Array {
  const count = sizePx ** 2;
  const made = new Float32Array(planes.length);
  for (let at = 0; at < count; at += 1) {
    const [own, left, over] = [isInPlace ? planes[3 * count + at]! : 0, behind[at]!, front[at]!];
    const kept = own === 0 ? 0 : Math.min(1, left / own);
    const added = Math.max(0, left - own);
    for (const [channel, value] of [...ink, 1].entries()) {
      const below = (own === 0 ? 0 : planes[channel * count + at]! * kept) + value * added;
      made[channel * count + at] = below * (1 - over) + value * over;
    }
  }
  return made;
}
