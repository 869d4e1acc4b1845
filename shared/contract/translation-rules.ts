/**
 * What a translation can read, against what a request asks of it: unknown translations, conditions that would be ignored,
 * and words of vocabularies and palettes. Pure, so that server, command line and forms refuse the same with the same words.
 */

import { limits } from "../limits.ts";
import { AppError, type ProblemCode } from "../problem.ts";
import { describe } from "../validation.ts";
import {
  type ConditionField,
  conditionFields,
  namesCondition,
  type PartialCondition,
  type Style,
} from "./conditions.ts";
import type { PackInfo, TranslationInfo } from "./meta.ts";

export interface FoundTranslation {
  readonly pack: PackInfo;
  readonly translation: TranslationInfo;
}

/** The translation of an id with its pack; `field` named it. @throws AppError pack_unavailable, translation_unknown */
export function findTranslation(packs: readonly PackInfo[], id: string, field = "translation"): FoundTranslation {
  if (packs.length === 0) throw new AppError("pack_unavailable", "expected at least one pack on the server, got none");
  for (const pack of packs)
    for (const translation of pack.translations) if (translation.id === id) return { pack, translation };
  const known = packs.flatMap(({ translations }) => translations.map((translation) => translation.id));
  throw mismatch("translation_unknown", field, `one of ${known.join(", ")}`, describe(id));
}

/**
 * Refuses by name what the translation does not read or know.
 * @param where dotted path of the condition in the request
 * @throws AppError invalid_request, style_unknown, label_unknown, layout_invalid
 */
export function checkCondition(translation: TranslationInfo, condition: PartialCondition, where = "condition"): void {
  for (const field of conditionFields) if (namesCondition(condition, field)) checkField(translation, field, where);
  checkStyle(translation, condition.style, `${where}.style`);
  checkStyle(translation, condition.drawing?.style, `${where}.drawing.style`);
  requireKnown("label_unknown", `${where}.label`, translation.labels, condition.label ?? undefined);
  const { image, layout } = condition;
  if (image && !translation.depths.includes(image.depth))
    throw mismatch("invalid_request", `${where}.image.depth`, `one of ${translation.depths.join(", ")}`, image.depth);
  if (layout && "cells" in layout) checkCells(translation, layout.cells, `${where}.layout.cells`);
}

/** Refuses to invert images where nothing can. @param field the one that needs it @throws AppError invalid_request */
export function requireInvertible({ id, isInvertible }: TranslationInfo, field: string): void {
  if (isInvertible !== false) return;
  const expected = "a translation whose target has an encoder";
  throw mismatch("invalid_request", field, expected, `${id}, whose target is a generator that inverts no image`);
}

/** Refuses licences under which the translation has no drawings. @throws AppError invalid_request */
export function checkLicences({ id, licences = [] }: TranslationInfo, requested: readonly string[] | undefined): void {
  const strange = requested?.find((licence) => !licences.includes(licence));
  if (strange === undefined) return;
  const known =
    licences.length === 0 ? "none, because its drawings name no licences" : `some of ${licences.join(", ")}`;
  throw mismatch("invalid_request", "licences", `${known} (translation ${id})`, describe(strange));
}

/**
 * Refuses to name a drawing, or a family, where captions find no drawings to start from.
 * @throws AppError invalid_request
 */
export function checkStart(
  { id, captionsFrom, hasDrawings }: Pick<TranslationInfo, "id" | "captionsFrom" | "hasDrawings">,
  { startFrom, family }: { readonly startFrom?: string | undefined; readonly family?: readonly string[] | undefined },
): void {
  const expected = (of: string): string => `a translation whose captions find drawings${of}`;
  if (startFrom !== undefined && (captionsFrom === undefined || hasDrawings === false))
    throw mismatch("invalid_request", "startFrom", expected(" of a library"), `${id}, which has none`);
  if (family !== undefined && captionsFrom === undefined)
    throw mismatch("invalid_request", "family", expected(""), `${id}, which has none`);
}

/**
 * The guidance that a translation follows: 0 where it can follow none, unless the request insists on another.
 * @throws AppError invalid_request for guidance other than the default, or of a condition, where there is none, or of one that
 * does not guide
 */
export function guidanceOn({ id, hasGuidance, guidedBy }: Guidable, requested: Guided): number {
  const { guidance, guidanceOf = {} } = requested;
  const weighed = conditionFields.filter((field) => guidanceOf[field]);
  const strange = weighed.find((field) => guidedBy?.includes(field) === false);
  if (strange)
    throw mismatch(
      "invalid_request",
      `guidanceOf.${strange}`,
      `only ${guidedBy!.join(", ")} (translation ${id})`,
      strange,
    );
  if (hasGuidance !== false) return guidance;
  const expected = `0, because the flow of ${id} was never trained without its conditions`;
  for (const field of weighed)
    throw mismatch("invalid_request", `guidanceOf.${field}`, expected, `${guidanceOf[field]}`);
  if (guidance === 0 || guidance === limits.guidanceDefault) return 0;
  throw mismatch("invalid_request", "guidance", expected, `${guidance}`);
}

/** A translation's description, or what its flow says of itself. */
interface Guidable extends Pick<TranslationInfo, "id" | "hasGuidance"> {
  readonly guidedBy?: readonly ConditionField[] | undefined;
}

interface Guided {
  readonly guidance: number;
  readonly guidanceOf?: Readonly<Partial<Record<ConditionField, number>>> | undefined;
}

function checkField({ id, conditions }: TranslationInfo, field: ConditionField, where: string): void {
  if (conditions.includes(field)) return;
  throw mismatch("invalid_request", `${where}.${field}`, `only ${conditions.join(", ")} (translation ${id})`, field);
}

function checkStyle(translation: TranslationInfo, style: Style | undefined, field: string): void {
  if (typeof style !== "object") requireKnown("style_unknown", field, translation.styles, style);
  if (typeof style !== "object" || translation.styleImagesMax !== undefined) return;
  const [expected, received] = [`the id of a style (translation ${translation.id})`, `${style.images.length} images`];
  throw mismatch("invalid_request", field, expected, received);
}

function requireKnown(
  code: "style_unknown" | "label_unknown",
  field: string,
  vocabulary: ReadonlyArray<{ readonly id: string }>,
  value: string | undefined,
): void {
  if (value === undefined || vocabulary.some(({ id }) => id === value)) return;
  throw mismatch(code, field, `one of ${someOf(vocabulary.map(({ id }) => id))}`, describe(value));
}

/** Names that a message lists; `tau packs list --json` and GET /v1/meta have them all. */
const namedMax = 40;

/** The first names of a vocabulary, and how many more there are. */
export const someOf = (ids: readonly string[]): string =>
  ids.length <= namedMax ? ids.join(", ") : `${ids.slice(0, namedMax).join(", ")} and ${ids.length - namedMax} more`;

/** @throws AppError layout_invalid for too few or too many cells, or one that the palette does not have */
export function checkCells({ layout }: Pick<TranslationInfo, "layout">, cells: readonly number[], field: string): void {
  const { columns = 0, rows = 0, palette = [] } = layout ?? {};
  if (cells.length !== columns * rows)
    throw mismatch("layout_invalid", field, `${columns} × ${rows} cells`, `${cells.length}`);
  const at = cells.findIndex((cell) => cell > palette.length);
  if (at < 0) return;
  const colours = palette.map(({ id }, index) => `${index + 1} ${id}`).join(", ");
  throw mismatch("layout_invalid", `${field}.${at}`, `0 (transparent), ${colours}`, `${cells[at]}`);
}

/** What was expected, what came, and where. */
export function mismatch(code: ProblemCode, field: string, expected: string, received: string): AppError {
  return new AppError(code, `${field}: expected ${expected}, got ${received}`, { field, expected, received });
}
