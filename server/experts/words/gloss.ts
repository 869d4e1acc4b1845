/**
 * The parts of a sentence that a dictionary has, word by word, longest entry first; words that it lacks are left out. For languages that
 * write letters and spaces; gloss-korean.ts and gloss-signs.ts read the others, english-order.ts makes English of it.
 */
import type { Meaning } from "./everyday-words.ts";
import { isNumber } from "./fold-words.ts";
import { formsOf, partsOfCompound } from "./inflections.ts";
import type { Language } from "./languages.ts";

/** A part of a sentence that the dictionary has. */
export interface Glossed extends Meaning {
  /** As it was written, folded. */
  readonly word: string;
  /** Words of the sentence that it takes. */
  readonly words: number;
}

/** With all that it may mean. */
export interface Ambiguous extends Glossed {
  readonly all: readonly Meaning[];
}

/** The parts of a sentence of words with spaces. @param words folded, in order */
export function glossWords(words: readonly string[], language: Language): Glossed[] {
  const found: Ambiguous[] = [];
  for (let start = 0; start < words.length; ) {
    const match = longestAt(words, start, language);
    if (match) found.push(match);
    start += match?.words ?? 1;
  }
  return besideThings(found, language.id === "de" ? 1 : -1);
}

/** "rose" is a flower, unless it stands beside a thing. @param side where words that describe look for their thing */
export const besideThings = (found: readonly Ambiguous[], side: 1 | -1): Glossed[] =>
  found.map(({ all, ...part }, at) => {
    const other = all.find(({ kind }) => kind === "describing");
    return other && found[at + side]?.kind === "thing" ? { ...part, ...other } : part;
  });

function longestAt(words: readonly string[], start: number, language: Language): Ambiguous | undefined {
  for (let count = Math.min(language.longest, words.length - start); count > 0; count -= 1) {
    const word = words.slice(start, start + count).join(" ");
    const all = meaningsOf(word, language);
    if (all) return { ...all[0]!, word, words: count, all };
  }
  return undefined;
}

function meaningsOf(word: string, { id, meanings, everyday }: Language): readonly Meaning[] | undefined {
  // Names of emoji have a number for a key or an hour.
  if (isNumber(word)) return [{ kind: "describing", english: word }];
  const forms = formsOf(word, id);
  const form = forms.find((one) => everyday.has(one)) ?? forms.find((one) => meanings.has(one));
  if (form !== undefined) return meanings.get(form);
  const parts = id === "de" ? partsOfCompound(word, (part) => everyday.get(part)?.[0]?.kind === "thing") : undefined;
  return parts && [{ kind: "thing", english: parts.map((part) => meanings.get(part)![0]!.english).join(" ") }];
}
