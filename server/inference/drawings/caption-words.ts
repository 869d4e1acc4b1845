/** The words of a caption as drawings are found by them: in English, without slips and colours, and their vector. */
import type { ResolvedRequest } from "../../../shared/contract/generations/generation-request.ts";
import type { CaptionColour } from "../../engine/colour-words.ts";
import { encodeConditions } from "../../engine/conditions.ts";
import type { Translation } from "../../engine/translation.ts";

export interface CaptionWords {
  /** As it was written. */
  readonly text: string;
  /** In English and without colours, as the vector has it. */
  readonly plain: string | undefined;
  readonly vector: Float32Array | undefined;
  readonly label: string | undefined;
  readonly colour: CaptionColour | undefined;
}

/** @throws AppError as `encodeConditions` */
export async function wordsOf(
  { from, library }: NonNullable<Translation["captions"]>,
  { condition: { caption: text = "" } }: ResolvedRequest,
): Promise<CaptionWords> {
  const encoded = await encodeConditions(from, { caption: { kind: "text", text } });
  const { words = text } = encoded.caption ?? {};
  const reader = from.conditions.find(({ name }) => name === "caption")?.expert;
  const spelled = library?.spelled(words, (word) => reader?.isWord?.(word) ?? true) ?? words;
  const { caption, label } =
    spelled === words ? encoded : await encodeConditions(from, { caption: { kind: "text", text: spelled } });
  return {
    text,
    plain: caption?.words,
    vector: caption?.plain ?? caption?.vector,
    label: label?.id,
    colour: encoded.caption?.colour,
  };
}
