/**
 * Words of captions as the names of drawings spell them: "umbrela" is an umbrella. A word that neither the sentence encoder nor the names
 * know becomes the most frequent word of names that differs by a letter or two (Levenshtein distance, by the package fastest-levenshtein,
 * whose only importer this is) and begins alike.
 */
import { distance } from "fastest-levenshtein";

/** Letters from which on a word may differ by one, and by two; in shorter ones it is another word. */
const [oneFrom, twoFrom] = [4, 6] as const;
/** Drawings whose names have a word, below which it may be a slip of a set itself. */
const knownFrom = 3;

const wordsIn = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

export class Spelling {
  /** Drawings by the words of their names. */
  readonly #counts = new Map<string, number>();

  /** @param drawings how many have each name, [names] */
  constructor(names: readonly string[], drawings: Int32Array) {
    for (const [at, name] of names.entries())
      for (const word of new Set(wordsIn(name))) this.#counts.set(word, (this.#counts.get(word) ?? 0) + drawings[at]!);
  }

  /**
   * The caption with the words that nobody knows as names spell them. One most of whose words are unknown stays: it is of another language.
   * @param isWord whether the encoder knows a word, in lower case
   */
  correct(caption: string, isWord: (word: string) => boolean): string {
    const words = wordsIn(caption);
    const isKnown = (word: string): boolean => isWord(word) || (this.#counts.get(word) ?? 0) >= knownFrom;
    const unknown = new Set(words.filter((word) => !/^\p{N}+$/u.test(word) && !isKnown(word)));
    if (words.length > 1 && 2 * unknown.size > words.length) return caption;
    return caption.replace(/[\p{L}\p{N}]+/gu, (written) => {
      const word = written.toLowerCase();
      return unknown.has(word) ? (this.#nearest(word) ?? written) : written;
    });
  }

  #nearest(word: string): string | undefined {
    const most = word.length >= twoFrom ? 2 : word.length >= oneFrom ? 1 : 0;
    let [best, least, drawn]: [string | undefined, number, number] = [undefined, most, 0];
    for (const [other, count] of this.#counts) {
      if (count < knownFrom || other[0] !== word[0] || Math.abs(other.length - word.length) > least) continue;
      const differ = distance(word, other);
      if (differ < least || (differ === least && count > drawn)) [best, least, drawn] = [other, differ, count];
    }
    return best;
  }
}
