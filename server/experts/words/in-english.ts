/**
 * What a caption in German, French, Spanish, Portuguese or Japanese is called in English, where all of it is the name of an
 * emoji: "Apfel" is a red apple. It reads names, no sentences: "ein Apfel auf dem Tisch" stays as it is.
 * The names are those of emojibase-data 17.0.0 (MIT, caption-words.licence.txt), by scripts/caption-words.mjs.
 */
import table from "./caption-words.json" with { type: "json" };
import { foldWords } from "./fold-words.ts";

const englishOf = new Map<string, string>(Object.entries(table));
const articles = new Set(
  "ein eine einen der die das un une le la les l una el los las um uma o a os as uns umas unos unas".split(" "),
);

/** The English name; undefined for English, and for what is no name. */
export function inEnglish(caption: string): string | undefined {
  const words = foldWords(caption);
  const [first = "", ...rest] = words.split(" ");
  return englishOf.get(words) ?? (articles.has(first) ? englishOf.get(rest.join(" ")) : undefined);
}
