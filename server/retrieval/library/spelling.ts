/**
 * Slips in captions: "umbrela" is an umbrella. A word that neither the sentence encoder nor any name of a drawing knows becomes the most
 * frequent word of names that begins alike and has the same letters in another order, or differs by one (Levenshtein distance, by the package
 * fastest-levenshtein, whose only importer this is); long words may differ by two.
 */
import { distance } from "fastest-levenshtein";
import { wordsIn } from "./words-in.ts";

/** Letters from which on a word may differ by one, and by two; in shorter ones it is another word. Of a few words shorter ones are slips, too. */
const [oneFrom, twoFrom, oneOfFewFrom] = [5, 9, 4] as const;
/** Drawings whose names have a word, below which it may be a slip of a set itself. */
const frequentFrom = 3;

const lettersOf = (word: string): string => [...word].sort().join("");

export class Spelling {
  /** Drawings by the words of their names. */
  readonly #counts = new Map<string, number>();
  /** Frequent words by their first letter. */
  readonly #byFirst = new Map<string, string[]>();

  /** @param drawings how many have each name, [names] */
  constructor(names: readonly string[], drawings: Int32Array) {
    for (const [at, name] of names.entries())
      for (const word of new Set(wordsIn(name))) this.#counts.set(word, (this.#counts.get(word) ?? 0) + drawings[at]!);
    for (const [word, count] of this.#counts) {
      if (count < frequentFrom) continue;
      const alike = this.#byFirst.get(word[0]!) ?? [];
      alike.push(word);
      this.#byFirst.set(word[0]!, alike);
    }
  }

  /**
   * The caption with the words that nobody knows as names spell them. One most of whose words are unknown stays: it is of another language.
   * @param isWord whether the encoder knows a word, in lower case
   * @param among only these words are slips of something; absent = all that names have
   */
  correct(caption: string, isWord: (word: string) => boolean, among?: readonly string[]): string {
    const words = wordsIn(caption);
    const unknown = new Set(words.filter((word) => !/\p{N}/u.test(word) && !isWord(word) && !this.#counts.has(word)));
    if (words.length > 1 && 2 * unknown.size > words.length) return caption;
    return caption.replace(/[\p{L}\p{N}]+/gu, (written) => {
      const word = written.toLowerCase();
      if (!unknown.has(word)) return written;
      const one = among ? oneOfFewFrom : oneFrom;
      const most = word.length >= twoFrom ? 2 : Number(word.length >= one);
      return this.#nearest(word, among ?? this.#byFirst.get(word[0]!) ?? [], most) ?? written;
    });
  }

  /** @param most letters by which it may differ */
  #nearest(word: string, others: readonly string[], most: number): string | undefined {
    if (most === 0) return undefined;
    const letters = lettersOf(word);
    let [best, least, drawn]: [string | undefined, number, number] = [undefined, most, 0];
    for (const other of others) {
      if (other[0] !== word[0] || Math.abs(other.length - word.length) > least) continue;
      const isReordered = other.length === word.length && lettersOf(other) === letters;
      const differ = isReordered ? 1 : distance(word, other);
      const count = this.#counts.get(other) ?? 0;
      if (differ < least || (differ === least && (best === undefined || count > drawn)))
        [best, least, drawn] = [other, differ, count];
    }
    return best;
  }
}
