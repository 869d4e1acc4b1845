/** Which drawings of a library a caption may start from, the one that fits best first, none of them like one before it. */
import type { DrawingsRequest, FittingDrawing } from "../../../shared/contract/generations/drawings.ts";
import { mismatch } from "../../../shared/contract/translation-rules.ts";
import type { Translation } from "../../engine/translation.ts";
import { inUsualInk } from "../../images/svg.ts";
import { iconOf } from "../../retrieval/sources.ts";
import { conditionValues } from "../conditions/condition-values.ts";
import type { ConditionImages } from "../protocol.ts";
import { inLibrary } from "./caption-finders.ts";
import { wordsOf } from "./caption-words.ts";
import { idOf } from "./named-drawing.ts";
import { wantedDrawing } from "./wanted-drawing.ts";

/** Correlation of two thumbnails from which on drawings look the same to who chooses. */
const sameFrom = 0.95;

/** @throws AppError `invalid_request` where captions find no drawings of a library, `caption_unknown` where none fit */
export async function fittingDrawings(
  translation: Translation,
  request: DrawingsRequest,
  images: ConditionImages,
): Promise<FittingDrawing[]> {
  const { captions, defaultStyle, drawings: sets } = translation;
  const library = captions?.library;
  if (!library)
    throw mismatch(
      "invalid_request",
      "translation",
      "one whose captions find drawings of a library",
      `${translation.id}, which has none`,
    );
  const style = request.condition.style ?? defaultStyle;
  const requested = conditionValues(style === undefined ? {} : { style }, images);
  const words = await wordsOf(captions, request);
  const { choice, chosenBy } = await inLibrary({ ...captions, library }, translation, words, {
    ...request,
    ...wantedDrawing(translation, requested),
    isMostTypical: true,
  });
  // Refuses a caption for which there is none.
  const shown = [chosenBy!(0)];
  for (const entry of choice!.inOrder()) {
    if (shown.length >= request.count) break;
    if (shown.every((other) => choice!.likeness(entry, other) < sameFrom)) shown.push(entry);
  }
  return shown.map((entry) => {
    const { svg, name, set } = choice!.open(entry);
    return { ...sets?.get(set), id: idOf(set, name), icon: iconOf(name), svg: inUsualInk(svg) };
  });
}
