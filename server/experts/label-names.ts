/**
 * Which label of a vocabulary a caption names: "a red apple" names `apple` where no `red-apple` is known. Whole names only, so that "apple
 * pie" names no apple; colours and articles before a name, and words like "icon" after it, may be left out to find it.
 */
import type { LabelExpertEntry } from "../packs/manifest.ts";

/** Words that say nothing of what is shown, or only its colour. */
const leading = new Set(
  (
    "a an the picture drawing image icon of light dark bright pale " +
    "black grey gray white red orange yellow green teal blue purple violet pink brown"
  ).split(" "),
);
const trailing = new Set(["icon", "emoji", "symbol", "sign"]);

export class LabelNames {
  readonly #idOf = new Map<string, string>();

  /** A label is named by its id, by what it is called and by its other names; where two share a name, the one that it is the id of. */
  constructor(vocabulary: LabelExpertEntry["vocabulary"]) {
    for (const { id, label, names = [] } of vocabulary)
      for (const name of [label, ...names].map(normalise)) if (!this.#idOf.has(name)) this.#idOf.set(name, id);
    for (const { id } of vocabulary) this.#idOf.set(normalise(id), id);
  }

  /** The label's id; the longest name wins. */
  labelIn(caption: string): string | undefined {
    const words = normalise(caption).split(" ");
    for (let start = 0; start < words.length; start += 1) {
      for (let end = words.length; end > start; end -= 1) {
        const found = this.#idOf.get(words.slice(start, end).join(" "));
        if (found !== undefined) return found;
        if (!trailing.has(words[end - 1]!)) break;
      }
      if (!leading.has(words[start]!)) return undefined;
    }
    return undefined;
  }
}

/** Lower case, without accents, apostrophes and full stops; anything else between letters and digits is one space. */
const normalise = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\p{M}'’.]/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
