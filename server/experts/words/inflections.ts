/**
 * Forms under which a word may stand in a dictionary: the word, then without endings of number, case and gender. Rules of
 * thumb for German, French, Spanish, Portuguese and Italian on folded words, no grammar: what they make wrongly stands in no dictionary.
 */
import type { LanguageId } from "./everyday-words.ts";

/** What an ending becomes, the longest first. */
const endings: Readonly<Record<LanguageId, ReadonlyArray<readonly [ending: string, instead: string]>>> = {
  de: [
    ["ern", ""],
    ["chen", ""],
    ["innen", "in"],
    ["er", ""],
    ["en", ""],
    ["en", "e"],
    ["em", ""],
    ["es", ""],
    ["e", ""],
    ["n", ""],
    ["s", ""],
  ],
  fr: [
    ["aux", "al"],
    ["eaux", "eau"],
    ["es", ""],
    ["s", ""],
    ["x", ""],
    ["e", ""],
  ],
  es: [
    ["ces", "z"],
    ["es", ""],
    ["s", ""],
    ["itos", "o"],
    ["itas", "a"],
    ["ito", "o"],
    ["ita", "a"],
  ],
  pt: [
    ["oes", "ao"],
    ["aes", "ao"],
    ["ais", "al"],
    ["eis", "el"],
    ["ns", "m"],
    ["zes", "z"],
    ["es", ""],
    ["s", ""],
    ["inhos", "o"],
    ["inhas", "a"],
    ["inho", "o"],
    ["inha", "a"],
  ],
  it: [
    ["chi", "co"],
    ["chi", "chio"],
    ["ghi", "go"],
    ["che", "ca"],
    ["ghe", "ga"],
    ["ce", "cia"],
    ["ge", "gia"],
    ["i", "o"],
    ["i", "e"],
    ["i", "io"],
    ["e", "a"],
    ["ini", "o"],
    ["ine", "a"],
    ["ino", "o"],
    ["ina", "a"],
    ["ino", "e"],
    ["ina", "e"],
    ["etti", "o"],
    ["ette", "a"],
    ["etto", "o"],
    ["etta", "a"],
    ["ello", "o"],
    ["ella", "a"],
  ],
  // gloss-korean.ts knows the endings of Korean; the other two have none that a word is found without.
  ja: [],
  ko: [],
  zh: [],
};
/** Shorter stems are other words. */
const stemLeast = 3;

/** @param word folded (fold-words.ts), one or several words of which the last is inflected */
export function formsOf(word: string, language: LanguageId): string[] {
  const found = endings[language]
    .filter(([ending]) => word.endsWith(ending))
    .map(([ending, instead]) => word.slice(0, word.length - ending.length) + instead)
    .filter((stem) => stem.length >= stemLeast);
  return [word, ...found];
}

/** Letters between the parts of a German compound. */
const links = ["", "s", "n", "en", "es", "er"];

/**
 * Parts of a German compound of two known words: "Apfelbaum" is an apple tree.
 * @param isKnown whether a folded word is an everyday thing; other names meet by chance
 */
export function partsOfCompound(
  word: string,
  isKnown: (part: string) => boolean,
): readonly [first: string, last: string] | undefined {
  for (let at = stemLeast; at <= word.length - stemLeast; at += 1) {
    const last = word.slice(at);
    if (!isKnown(last)) continue;
    const before = word.slice(0, at);
    const first = links
      .filter((link) => before.endsWith(link) && before.length - link.length >= stemLeast)
      .map((link) => before.slice(0, before.length - link.length))
      .find(isKnown);
    if (first !== undefined) return [first, last];
  }
  return undefined;
}
