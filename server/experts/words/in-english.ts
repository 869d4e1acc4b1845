/**
 * What a caption in German, French, Spanish, Portuguese or Japanese says in English, as far as its words are known: "Apfel" is
 * an apple, "une voiture rouge" a red car. The language is the one that knows most of the words; English wins a tie, so words
 * that are English too ("gift") need company ("das Gift"). It reads words, no grammar. English captions get other words where no drawing is
 * called so: "CEO" is an office worker.
 */
import { colourNames, shadeNames } from "../../engine/colour-words.ts";
import { once } from "../../platform/once.ts";
import { englishOfTables } from "./everyday-words.ts";
import { foldWords, isNumber } from "./fold-words.ts";
import { type Glossed, glossJapanese, glossWords, inEnglishOrder } from "./gloss.ts";
import { isEnglish, type Language, readLanguages } from "./languages.ts";
import { inOtherWords } from "./other-words.ts";

/** English words that no table of other languages has. */
const functionWords =
  "a an the of in on at with and or for to from by is are under over behind without no not do as so me up go am be it he we us my your picture icon sign";
const otherEnglish = "alt micro dns remover block";
const ownEnglish = once(
  () =>
    new Set([
      ...functionWords.split(" "),
      ...otherEnglish.split(" "),
      ...colourNames,
      ...shadeNames,
      ...englishOfTables(),
    ]),
);
/** Also with the endings of several, and of who does it. */
const isEnglishWord = (word: string): boolean =>
  ownEnglish().has(word) || ownEnglish().has(word.replace(/[rs]$/, "")) || isEnglish(word);
const japaneseSigns = /[\u3041-\u30fa\u4e00-\u9fff]/u;

/** The English words; undefined for English that stays as it is, and where too little is known. */
export function inEnglish(caption: string): string | undefined {
  const known = inOtherWords(caption);
  return translated(known) ?? (known === caption ? undefined : known);
}

function translated(caption: string): string | undefined {
  if (japaneseSigns.test(caption)) {
    const japanese = readLanguages().find(({ id }) => id === "ja")!;
    return readable(glossJapanese(caption, japanese), japanese);
  }
  const words = foldWords(caption).split(" ");
  const said = words.filter((word) => !isNumber(word)).length;
  const written = caption.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const english = written.filter(isEnglishWord).length;
  let best: { readonly parts: readonly Glossed[]; readonly language: Language; readonly known: number } | undefined;
  for (const language of readLanguages()) {
    if (language.id === "ja") continue;
    const parts = glossWords(words, language);
    const known = parts.reduce((sum, part) => sum + (isNumber(part.word) ? 0 : part.words), 0);
    const isBetter = known > (best?.known ?? english) || (known === best?.known && parts.length < best.parts.length);
    if (isBetter) best = { parts, language, known };
  }
  if (!best) return undefined;
  const isSure = best.known > said / 2 || best.parts.some(saysTheLanguage);
  return isSure ? readable(best.parts, best.language) : undefined;
}

/** Articles and prepositions are of one language, names of things travel. */
const saysTheLanguage = ({ kind, word }: Glossed): boolean =>
  (kind === "filler" || kind === "joining") && word.length > 1 && !isEnglishWord(word);

const readable = (parts: readonly Glossed[], { id }: Language): string | undefined =>
  parts.some(({ kind }) => kind === "thing" || kind === "describing") ? inEnglishOrder(parts, id) : undefined;
