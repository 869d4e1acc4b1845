/** The words of a caption as drawings are found by them: in English and without colours, and their vector. */
import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import { type CaptionColour, colourNames, shadeNames } from "../../engine/colour-words.ts";
import { encodeConditions } from "../../engine/conditions.ts";
import type { Translation } from "../../engine/translation.ts";
import { wordsIn } from "../../retrieval/library/words-in.ts";

type Captions = NonNullable<Translation["captions"]>;

export interface CaptionWords {
  /** As it was written. */
  readonly text: string;
  /** In English and without colours, as the vector has it. */
  readonly plain: string | undefined;
  /** In English with its colours. */
  readonly english?: string | undefined;
  readonly vector: Float32Array | undefined;
  readonly label: string | undefined;
  readonly colour: CaptionColour | undefined;
}

/** Names of colours are read also where they are misspelled. @throws AppError as `encodeConditions` */
export function wordsOf(
  captions: Captions,
  { condition: { caption = "" } }: { readonly condition: Pick<PartialCondition, "caption"> },
): Promise<CaptionWords> {
  const colours = [...colourNames, ...shadeNames];
  return readWords(captions, caption, captions.library?.spelled(caption, isWordOf(captions), colours) ?? caption);
}

/** Its English words with their slips mended; undefined where there are none. */
export function spelledWithoutSlips(captions: Captions, { plain, text }: CaptionWords): string | undefined {
  const written = plain ?? text;
  const spelled = captions.library?.spelled(written, isWordOf(captions));
  return spelled === written ? undefined : spelled;
}

/** The same with its slips mended; undefined where there are none. @throws AppError as `encodeConditions` */
export async function withoutSlips(captions: Captions, words: CaptionWords): Promise<CaptionWords | undefined> {
  const spelled = spelledWithoutSlips(captions, words);
  return spelled === undefined ? undefined : readWords(captions, words.text, spelled);
}

const isWordOf =
  ({ from }: Captions) =>
  (word: string): boolean =>
    from.conditions.find(({ name }) => name === "caption")?.expert.isWord?.(word) ?? true;

/** Letters of words that a vector says something of. */
const knownFrom = 3;

/** Whether the encoder knows all words: vectors of others are near to what is spelled like them. */
export const areKnown = (captions: Captions, { plain, text }: CaptionWords): boolean =>
  wordsIn(plain ?? text).every((word) => word.length >= knownFrom && isWordOf(captions)(word));

/** @param spelled what is read of it @throws AppError as `encodeConditions` */
export async function readWords({ from }: Captions, text: string, spelled = text): Promise<CaptionWords> {
  const { caption, label } = await encodeConditions(from, { caption: { kind: "text", text: spelled } });
  return {
    text,
    plain: caption?.words,
    english: caption?.english,
    vector: caption?.plain ?? caption?.vector,
    label: label?.id,
    colour: caption?.colour,
  };
}
