/**
 * Finds the label that a caption names: "a blue apple" names `apple` if there is no `blue-apple`. Only whole names count, so
 * "apple pie" names no apple. Articles, colours and "picture of" before a name, and "icon" after it, may be skipped.
 */
import { type CaptionColour, colourNamedIn, colourNames, shadeNames } from "../engine/colour-words.ts";
import type { LabelExpertEntry } from "../manifest/expert-entries.ts";

/** Words that may be skipped before a name. Changing the list would change the images of old requests. */
const articles = new Set(["a", "an", "the"]);
const shades = new Set(shadeNames);
const colours = new Set(colourNames);
const pictures = new Set(["picture", "drawing", "image", "icon"]);
/** Words that may be skipped after a name. */
const trailing = new Set(["icon", "emoji", "symbol"]);

export class LabelNames {
  readonly #idOf = new Map<string, string>();
  readonly #longest: number;

  /**
   * A label is found by its id, its main name and its other names, in this order: an id never names another label, and so on.
   */
  constructor(vocabulary: LabelExpertEntry["vocabulary"]) {
    const passes = [
      ...vocabulary.flatMap(({ id, names = [] }) => names.map((name) => [name, id] as const)).reverse(),
      ...vocabulary.map(({ id, label }) => [label, id] as const).reverse(),
      ...vocabulary.map(({ id }) => [id, id] as const).reverse(),
    ];
    for (const [name, id] of passes) this.#idOf.set(wordsIn(name).join(" "), id);
    this.#idOf.delete("");
    this.#longest = Math.max(0, ...[...this.#idOf.keys()].map((name) => name.split(" ").length));
  }

  /** The id of the label with the longest name among those that fit. */
  labelIn(caption: string, fits: (id: string) => boolean = () => true): string | undefined {
    const words = wordsIn(caption);
    const most = this.#longest + leadingMost + trailing.size;
    if (words.length > most) return undefined;
    for (let start: number | undefined = 0; start !== undefined; start = afterLeading(words, start))
      for (let end = words.length; end > start; end -= 1) {
        const found = this.#idOf.get(words.slice(start, end).join(" "));
        if (found !== undefined && fits(found)) return found;
        if (!trailing.has(words[end - 1]!)) break;
      }
    return undefined;
  }
}

const fillers = new Set(["of", "and", "or", "with", ...articles, ...pictures, ...trailing]);
const saysAThing = (word: string): boolean => !fillers.has(word);

/** The caption without colour words, if it has some and other words remain: "a dark green tree" becomes "a tree". */
export function withoutColours(caption: string): string | undefined {
  const words = wordsIn(caption);
  const isColour = (word: string, at: number): boolean =>
    colours.has(word) || (shades.has(word) && colours.has(words[at + 1] ?? ""));
  const left = words.filter((word, at) => !isColour(word, at));
  return left.length < words.length && left.some(saysAThing) ? left.join(" ") : undefined;
}

/** The one colour that a caption gives to the thing that it names. */
export const colourOf = (caption: string): CaptionColour | undefined =>
  withoutColours(caption) === undefined ? undefined : colourNamedIn(wordsIn(caption));

/** Most words before a name: "a picture of the dark red, green, blue …" and some more. */
const leadingMost = 12;

/** The position after words that may be skipped at `start`, if there are any. */
function afterLeading(words: readonly string[], start: number): number | undefined {
  const [word, next] = [words[start] ?? "", words[start + 1] ?? ""];
  if (articles.has(word) || colours.has(word)) return start + 1;
  if (shades.has(word) && colours.has(next)) return start + 2;
  if (pictures.has(word) && next === "of") return start + 2;
  return undefined;
}

/** The words in lower case, without accents, apostrophes and full stops; other characters separate words. */
const wordsIn = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\p{M}'’.]/gu, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
