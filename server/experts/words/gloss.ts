/**
 * From a sentence to the English words of what can be drawn in it, in an English order: "ein rotes Auto auf einer Straße" is
 * "red car on road". Word by word from a dictionary, longest entry first; words that it lacks are left out. No grammar beyond
 * where adjectives and postpositions stand.
 */
import type { Meaning, WordKind } from "./everyday-words.ts";
import { foldWords, isNumber } from "./fold-words.ts";
import { formsOf, partsOfCompound } from "./inflections.ts";
import type { Language } from "./languages.ts";

/** A part of a sentence that the dictionary has. */
export interface Glossed extends Meaning {
  /** As it was written, folded. */
  readonly word: string;
  /** Words of the sentence that it takes. */
  readonly words: number;
}

/** The parts of a sentence of words with spaces. @param words folded, in order */
export function glossWords(words: readonly string[], language: Language): Glossed[] {
  const found: Array<Glossed & { readonly all: readonly Meaning[] }> = [];
  for (let start = 0; start < words.length; ) {
    const match = longestAt(words, start, language);
    if (match) found.push(match);
    start += match?.words ?? 1;
  }
  // "rose" is a flower, unless it stands beside a thing.
  return found.map(({ all, ...part }, at) => {
    const neighbour = found[language.id === "de" ? at + 1 : at - 1];
    const other = all.find(({ kind }) => kind === "describing");
    return other && neighbour?.kind === "thing" ? { ...part, ...other } : part;
  });
}

function longestAt(words: readonly string[], start: number, language: Language) {
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

const kana = /^[\u30a1-\u30fa\u30fc]+$/u;
const hiragana = /^[\u3041-\u3096]+$/u;
/** Things of so few syllables are found by chance between other words. */
const chanceMost = 2;

/** The parts of a sentence without spaces. */
export function glossJapanese(sentence: string, language: Language): Glossed[] {
  const plain = sentence.normalize("NFKC").replace(/[\s\p{P}\p{S}]+/gu, " ");
  const found: Glossed[] = [];
  for (let start = 0; start < plain.length; ) {
    const isAfterWord = start === 0 || found.at(-1)?.kind === "filler" || !hiragana.test(plain[start - 1]!);
    const match = longestJapanese(plain, start, language, isAfterWord);
    if (match) found.push(match);
    start += match?.word.length ?? 1;
  }
  return found;
}

function longestJapanese(plain: string, start: number, { meanings, longest }: Language, isAfterWord: boolean) {
  for (let count = Math.min(longest, plain.length - start); count > 0; count -= 1) {
    const written = plain.slice(start, start + count);
    const key = foldWords(written);
    const meaning = key.length === count ? meanings.get(key)?.[0] : undefined;
    if (!meaning) continue;
    const isShort = meaning.kind === "thing" && kana.test(key) && count <= chanceMost;
    if (isShort && (count === 1 || (hiragana.test(written) && !isAfterWord))) continue;
    return { ...meaning, word: written, words: count };
  }
  return undefined;
}

/** The English words in an English order; undefined where nothing can be drawn. */
export function inEnglishOrder(parts: readonly Glossed[], id: Language["id"]): string | undefined {
  const said = parts.filter(({ kind }) => kind !== "filler");
  const ordered = id === "ja" ? saysNoFirst(withPrepositions(said)) : id === "de" ? said : adjectivesFirst(said);
  const kept = ordered.filter(({ kind }, at) => kind !== "joining" || isKept(ordered, at));
  return kept.length === 0 ? undefined : kept.map(({ english }) => english).join(" ");
}

const ofKind = (kind: WordKind, part: Glossed | undefined): boolean => part?.kind === kind;

/** A joining word needs something on both sides, but for one that says that a thing is not there; the first of several that meet is left out. */
const isKept = (parts: readonly Glossed[], at: number): boolean =>
  (parts[at]!.english === "without" || parts.slice(0, at).some(({ kind }) => kind !== "joining")) &&
  at + 1 < parts.length &&
  !ofKind("joining", parts[at + 1]);

/** "sound no" becomes "no sound". */
const saysNoFirst = (parts: readonly Glossed[]): Glossed[] => {
  const isNo = ({ english }: Glossed): boolean => english === "no";
  return [...parts.filter(isNo), ...parts.filter((part) => !isNo(part))];
};

/** "car red dark" becomes "dark red car". */
function adjectivesFirst(parts: readonly Glossed[]): Glossed[] {
  const ordered: Glossed[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at]!;
    let end = at + 1;
    if (part.kind === "thing") while (ofKind("describing", parts[end])) end += 1;
    ordered.push(...parts.slice(at + 1, end).reverse(), part);
    at = end - 1;
  }
  return ordered;
}

/** "table on, apple" becomes "apple on table": what a postposition follows goes behind the rest. */
function withPrepositions(parts: readonly Glossed[]): Glossed[] {
  const [heads, places]: [Glossed[], Glossed[]] = [[], []];
  const phrase: Glossed[] = [];
  for (const part of parts) {
    if (part.kind !== "joining") phrase.push(part);
    else if (part.english === "and") heads.push(...phrase.splice(0), part);
    else places.push(part, ...phrase.splice(0));
    if (part.kind === "thing" && phrase.length > 1 && phrase.slice(0, -1).some(({ kind }) => kind === "thing")) {
      // A new thing begins a phrase, with the words that describe it.
      const cut = phrase.slice(0, -1).findLastIndex(({ kind }) => kind === "thing") + 1;
      heads.push(...phrase.splice(0, cut));
    }
  }
  return [...heads, ...phrase, ...places];
}
