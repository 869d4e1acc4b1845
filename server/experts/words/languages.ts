/**
 * What words mean in English, one dictionary a language: everyday words first, then names of emoji from emojibase-data 17.0.0
 * (by scripts/caption-words.mjs; licences in caption-words.licence.txt). Also which of the words are English words too.
 */

import { once } from "../../platform/once.ts";
import table from "./caption-words.json" with { type: "json" };
import { everydayWords, type LanguageId, languageIds, type Meaning } from "./everyday-words.ts";

export interface Language {
  readonly id: LanguageId;
  /** By the folded word or words; the likeliest meaning first. */
  readonly meanings: ReadonlyMap<string, readonly Meaning[]>;
  /** Folded everyday words, which any form of a word is looked up in before the names of emoji. */
  readonly everyday: ReadonlyMap<string, readonly Meaning[]>;
  /** Most words, in Japanese most characters, of an entry. */
  readonly longest: number;
}

const readEnglish = once(() => new Set(table.english));

/** Whether a word, in lower case with its accents, is an English one; known of those that another language has too. */
export const isEnglish = (word: string): boolean => readEnglish().has(word);

/** All languages; made when a caption is first read, because most processes read none. */
export const readLanguages = once((): readonly Language[] =>
  languageIds.map((id) => {
    const everyday = everydayWords(id);
    const meanings = new Map<string, readonly Meaning[]>(everyday);
    for (const [word, english] of Object.entries(table.names[id]))
      if (!meanings.has(word)) meanings.set(word, [{ kind: "thing", english }]);
    const sizes = [...meanings.keys()].map((word) => (id === "ja" ? word.length : word.split(" ").length));
    return { id, meanings, everyday, longest: sizes.reduce((most, size) => Math.max(most, size), 0) };
  }),
);
