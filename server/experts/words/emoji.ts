/**
 * Emoji of captions, by what they are called: 🔒 is "locked", 🐶🏠 "dog face and house", and beside words they say the same as their names.
 * Names are of emojibase-data (languages.ts).
 */
import { once } from "../../platform/once.ts";
import { emojiNames } from "./names/tables.ts";

/** Variants of an emoji: how it is shown, and tones of skin. */
const variants = /[\ufe0f\u{1f3fb}-\u{1f3ff}]/gu;
const isWord = /\p{L}/u;
const isPicture = /[\p{Extended_Pictographic}\p{Regional_Indicator}]/u;

const segmenter = once(() => new Intl.Segmenter("en", { granularity: "grapheme" }));

export const plainEmoji = (emoji: string): string => emoji.replace(variants, "");

/** The English names of a caption's emoji; undefined where it says anything else. */
export function emojiInEnglish(caption: string): string | undefined {
  // No emoji is ASCII alone, and most captions are.
  if (isWord.test(caption) || !/[^\p{ASCII}]/u.test(caption)) return undefined;
  const signs = Array.from(segmenter().segment(caption), ({ segment }) => plainEmoji(segment)).filter(
    (sign) => sign.trim() !== "",
  );
  const names = [...new Set(signs)].map((sign) => emojiNames[sign]);
  return names.length === 0 || names.includes(undefined) ? undefined : names.join(" and ");
}

/** A caption's words, and the English names of the emoji beside them; unknown ones are left out. */
export function partedFromEmoji(caption: string): { readonly words: string; readonly names: readonly string[] } {
  if (!isPicture.test(caption)) return { words: caption, names: [] };
  const signs = Array.from(segmenter().segment(caption), ({ segment }) => segment);
  const words = signs.map((sign) => (isPicture.test(sign) ? " " : sign)).join("");
  return {
    words: words.replace(/\s+/g, " ").trim(),
    names: signs.flatMap((sign) => (isPicture.test(sign) ? (emojiNames[plainEmoji(sign)] ?? []) : [])),
  };
}
