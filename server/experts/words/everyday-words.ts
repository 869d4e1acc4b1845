/**
 * Everyday words and words of interfaces in other languages, which go before the names of emoji: those name few everyday things
 * plainly ("table" only as a tennis table), and no colours, prepositions and articles. Written for Tau, a file a language in the
 * folders `everyday` and `interface`. A line is the English word and words of equal meaning, parted by commas; without plurals and
 * other endings that `inflections.ts` finds. Every language has the same lines in the same order, which a test checks.
 */
import { everydayTables } from "./everyday/tables.ts";
import { foldWords } from "./fold-words.ts";
import { interfaceTables } from "./interface/tables.ts";

/** Of languages that know a caption as well, the first reads it. */
export const languageIds = ["de", "fr", "es", "pt", "ja", "it", "ko", "zh"] as const;
export type LanguageId = (typeof languageIds)[number];

export type WordKind = "thing" | "describing" | "joining" | "filler";

export interface Meaning {
  readonly kind: WordKind;
  /** Empty for a filler. */
  readonly english: string;
}

type Line = readonly [english: string, words: string];

/** The lines of a language by what their words are: of equal words, the first mean what they say. */
export const linesOf = (id: LanguageId): ReadonlyArray<readonly [kind: WordKind, lines: readonly Line[]]> => {
  const { things, describing, joining } = everydayTables[id];
  const interfaces = interfaceTables[id];
  return [
    ["thing", linesIn(things)],
    // Colours and other words that stand before the thing in English.
    ["describing", linesIn(describing)],
    ["joining", linesIn(joining)],
    ["thing", linesIn(interfaces.things)],
    // What buttons do, and states.
    ["describing", linesIn(interfaces.actions)],
  ];
};

const linesIn = (table: string): Line[] =>
  table
    .trim()
    .split("\n")
    .map((line) => {
      const [english = "", words = ""] = line.split("|").map((cell) => cell.trim());
      return [english, words];
    });

/** The English words of all lines that say what is drawn. */
export const englishOfTables = (): string[] =>
  linesOf("de").flatMap(([kind, lines]) =>
    kind === "joining" ? [] : lines.flatMap(([english]) => english.split(" ")),
  );

/** Everyday words of a language, before the names of emoji are added. */
export function everydayWords(id: LanguageId): Map<string, Meaning[]> {
  const found = new Map<string, Meaning[]>();
  const take = (word: string, meaning: Meaning): void => {
    const key = foldWords(word);
    const before = found.get(key) ?? [];
    if (key !== "" && !before.some(({ kind }) => kind === meaning.kind)) found.set(key, [...before, meaning]);
  };
  for (const [kind, lines] of linesOf(id))
    for (const [english, words] of lines) for (const word of words.split(",")) take(word, { kind, english });
  // Articles, pronouns, forms of "to be", particles, and words that count.
  for (const word of everydayTables[id].fillers.split(" ")) take(word, { kind: "filler", english: "" });
  return found;
}
