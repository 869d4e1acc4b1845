/**
 * What words mean in English, one dictionary a language: everyday words first, then names of emoji from emojibase-data 17.0.0
 * (by scripts/caption-words.mjs; licences in caption-words.licence.txt). Also which of the words are English words too.
 */

import { once } from "../../platform/once.ts";
import { everydayWords, type LanguageId, languageIds, type Meaning } from "./everyday-words.ts";
import { englishToo, nameTables } from "./names/tables.ts";

export interface Language {
  readonly id: LanguageId;
  /** By the folded word or words, in Korean without the spaces between them; the likeliest meaning first. */
  readonly meanings: ReadonlyMap<string, readonly Meaning[]>;
  /** Folded everyday words, which any form of a word is looked up in before the names of emoji. */
  readonly everyday: ReadonlyMap<string, readonly Meaning[]>;
  /** Most words, in Japanese and Chinese most characters, of an entry. */
  readonly longest: number;
}

const readEnglish = once(() => new Set(englishToo));

/** Whether a word, in lower case with its accents, is an English one; known of those that another language has too. */
export const isEnglish = (word: string): boolean => readEnglish().has(word);

/** Whose words have no spaces between them. */
const isUnspaced = (id: LanguageId): boolean => id === "ja" || id === "zh";

function languageOf(id: LanguageId): Language {
  const everyday = everydayWords(id);
  const meanings = new Map<string, readonly Meaning[]>(everyday);
  for (const [word, english] of Object.entries<string>(nameTables[id].names))
    if (!meanings.has(word)) meanings.set(word, [{ kind: "thing", english }]);
  const sizes = [...meanings.keys()].map((word) => (isUnspaced(id) ? word.length : word.split(" ").length));
  const longest = sizes.reduce((most, size) => Math.max(most, size), 0);
  return id === "ko"
    ? { id, meanings: withoutSpaces(meanings), everyday: withoutSpaces(everyday), longest }
    : { id, meanings, everyday, longest };
}

/** Koreans write words of several words with spaces or without. */
const withoutSpaces = (meanings: ReadonlyMap<string, readonly Meaning[]>): ReadonlyMap<string, readonly Meaning[]> =>
  new Map([...meanings].reverse().map(([words, meaning]) => [words.replaceAll(" ", ""), meaning]));

const languages = new Map(languageIds.map((id) => [id, once(() => languageOf(id))]));

/** A language; made when a caption may be in it first, because most processes read none. */
export const readLanguage = (id: LanguageId): Language => languages.get(id)!();
