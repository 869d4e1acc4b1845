/**
 * The parts of a Korean sentence that the dictionary has. A word between spaces is one entry or several, and endings: "고양이와" is "cat"
 * and "and", "삭제하기" is "delete", "파일삭제" is "file" and "delete". Rules of thumb, no grammar.
 */
import type { Meaning } from "./everyday-words.ts";
import { foldWords } from "./fold-words.ts";
import { type Ambiguous, besideThings, type Glossed } from "./gloss.ts";
import type { Language } from "./languages.ts";

const particles = "을 를 이 가 은 는 의 에 에서 에게 께 으로 로 도 만 까지 부터 처럼 들 님 인 적인 이다 입니다";
const verbEndings =
  "하기 하다 하는 하세요 하십시오 해요 합니다 할 한 된 됨 되는 되다 되었습니다 중 중인 중입니다 있는 있다 있습니다";
const filler: Meaning = { kind: "filler", english: "" };
const and: Meaning = { kind: "joining", english: "and" };
const endings: ReadonlyMap<string, Meaning> = new Map([
  ...`${particles} ${verbEndings}`.split(" ").map((ending) => [ending, filler] as const),
  ...["와", "과", "랑", "이랑", "하고"].map((ending) => [ending, and] as const),
]);
const endingMost = Math.max(...[...endings.keys()].map((ending) => ending.length));
/** Nobody writes more without a space. */
const syllablesMost = 48;
/** Shorter entries are found by chance in longer words. */
const partLeast = 2;
const isInLetters = (word: string): boolean => /^[a-z][a-z\d]*$/u.test(word);
const betweenScripts = /(?<=[a-z\d])(?=[\uac00-\ud7a3])|(?<=[\uac00-\ud7a3])(?=[a-z\d])/giu;

export function glossKorean(sentence: string, language: Language): Glossed[] {
  const words = foldWords(sentence.replace(betweenScripts, " ")).split(" ");
  const found: Ambiguous[] = [];
  for (let start = 0; start < words.length; ) {
    const match = longestAt(words, start, language);
    if (match) found.push(...match.parts);
    start += match?.count ?? 1;
  }
  return besideThings(found, 1);
}

function longestAt(words: readonly string[], start: number, language: Language) {
  for (let count = Math.min(language.longest, words.length - start); count > 0; count -= 1) {
    const [before, last] = [words.slice(start, start + count - 1).join(""), words[start + count - 1]!];
    const parts =
      inflected(before + last, language, before.length + 1) ?? (count === 1 ? compound(last, language) : undefined);
    if (parts) return { parts, count };
  }
  const word = words[start]!;
  return isInLetters(word) ? { parts: [partOf(word, [{ kind: "thing", english: word }])], count: 1 } : undefined;
}

const partOf = (word: string, all: readonly Meaning[]): Ambiguous => ({ ...all[0]!, word, words: 1, all });

/** An entry and its endings, the longest entry that leaves endings. @param least syllables of the entry, which no word begins behind */
function inflected(word: string, { meanings }: Language, least = 1): Ambiguous[] | undefined {
  if (word.length > syllablesMost) return undefined;
  for (let size = word.length; size >= least; size -= 1) {
    const stem = word.slice(0, size);
    const all = meanings.get(stem);
    const tail = all && endingsOf(word.slice(size));
    if (tail) return [partOf(stem, all), ...tail];
  }
  return undefined;
}

/** What a word ends in, if it is endings alone. @param failed tails that are not, which else are read anew for each way to reach them */
function endingsOf(tail: string, failed = new Set<string>()): Ambiguous[] | undefined {
  if (tail === "") return [];
  if (failed.has(tail)) return undefined;
  for (let size = Math.min(tail.length, endingMost); size > 0; size -= 1) {
    const meaning = endings.get(tail.slice(0, size));
    const others = meaning && endingsOf(tail.slice(size), failed);
    if (others) return [partOf(tail.slice(0, size), [meaning]), ...others];
  }
  failed.add(tail);
  return undefined;
}

/** Entries that are written together. @param failed words that are not */
function compound(word: string, language: Language, failed = new Set<string>()): Ambiguous[] | undefined {
  if (word.length > syllablesMost || failed.has(word)) return undefined;
  for (let size = word.length - partLeast; size >= partLeast; size -= 1) {
    const all = language.meanings.get(word.slice(0, size));
    const rest = all && (inflected(word.slice(size), language) ?? compound(word.slice(size), language, failed));
    if (rest && rest[0]!.word.length >= partLeast) return [partOf(word.slice(0, size), all), ...rest];
  }
  failed.add(word);
  return undefined;
}
