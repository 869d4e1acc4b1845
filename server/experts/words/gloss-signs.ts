/** The parts of a Japanese or Chinese sentence that a dictionary has: no spaces part the words, so the longest entry at each sign. */
import { foldWords } from "./fold-words.ts";
import type { Glossed } from "./gloss.ts";
import type { Language } from "./languages.ts";
import { simplified } from "./simplified.ts";
import { isHan } from "./writing.ts";

const kana = /^[\u30a1-\u30fa\u30fc]+$/u;
const hiragana = /^[\u3041-\u3096]+$/u;
/** Things of so few syllables are found by chance between other words. */
const chanceMost = 2;
/** A word in letters, as in "PDF 下载". */
const letters = /^[a-z][a-z\d]*/iu;

/** A part and where it begins. */
interface Placed {
  readonly part: Glossed;
  readonly start: number;
}

export function glossSigns(sentence: string, language: Language): Glossed[] {
  const signs = sentence.normalize("NFKC").replace(/[\s\p{P}\p{S}]+/gu, " ");
  const plain = language.id === "zh" ? simplified(signs) : signs;
  const found: Placed[] = [];
  for (let start = 0; start < plain.length; ) {
    const last = found.at(-1)?.part;
    const isAfterWord = start === 0 || last?.kind === "filler" || !hiragana.test(plain[start - 1]!);
    const part = longestAt(plain, start, language, isAfterWord) ?? wordInLetters(plain, start, language);
    if (part) found.push({ part, start });
    start += part?.word.length ?? 1;
  }
  return (language.id === "zh" ? withoutHalves(plain, found) : found).map(({ part }) => part);
}

function longestAt(plain: string, start: number, { meanings, longest }: Language, isAfterWord: boolean) {
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

function wordInLetters(plain: string, start: number, { id }: Language): Glossed | undefined {
  const word = id === "zh" ? letters.exec(plain.slice(start))?.[0] : undefined;
  return word === undefined ? undefined : { kind: "thing", english: word, word, words: word.length };
}

/** A sign beside one that the dictionary lacks is half of another word, unless nothing else is known. */
function withoutHalves(plain: string, found: readonly Placed[]): readonly Placed[] {
  const known = new Set(found.flatMap(({ part, start }) => [...part.word].map((_, at) => start + at)));
  const isLacked = (at: number): boolean => isHan(plain[at]) && !known.has(at);
  const kept = found.filter(
    ({ part, start }) => part.word.length > 1 || (!isLacked(start - 1) && !isLacked(start + 1)),
  );
  const hasThing = (parts: readonly Placed[]): boolean => parts.some(({ part }) => part.kind === "thing");
  return hasThing(found) && !hasThing(kept) ? found : kept;
}
