/**
 * What a caption in German, French, Spanish, Portuguese, Italian, Japanese, Korean or Chinese says in English, as far as its
 * words are known: "Apfel" is an apple, "une voiture rouge" a red car. The language is the one that knows most of the words; English wins
 * a tie, so words that are English too ("gift") need company ("das Gift"). It reads words, no grammar. English captions get other words
 * where no drawing is called so: "CEO" is an office worker.
 */
import { colourNames, shadeNames } from "../../engine/colour-words.ts";
import { once } from "../../platform/once.ts";
import { emojiInEnglish, partedFromEmoji } from "./emoji.ts";
import { inEnglishOrder } from "./english-order.ts";
import { englishOfTables, type LanguageId } from "./everyday-words.ts";
import { foldWords, isNumber } from "./fold-words.ts";
import { type Glossed, glossWords } from "./gloss.ts";
import { glossKorean } from "./gloss-korean.ts";
import { glossSigns } from "./gloss-signs.ts";
import { formsOf } from "./inflections.ts";
import { isEnglish, type Language, readLanguage } from "./languages.ts";
import { asDrawn, inOtherWords } from "./other-words.ts";
import { hasOnlyChineseSigns, isHan, mayBeItalian, writingOf } from "./writing.ts";

/** English words that no table of other languages has. */
const functionWords =
  "a an the of in on at with and or for to from by is are under over behind without no not do as so me up go am be it he we us my your picture icon sign";
const otherEnglish = "alt micro dns remover block qr ai api meta instagram";
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
/** Languages that are written in letters: of those that know a caption as well, the first reads it. */
const inLetters: readonly LanguageId[] = ["de", "fr", "es", "pt", "it"];

/** The English words; undefined for English that stays as it is, and where too little is known. */
export function inEnglish(caption: string): string | undefined {
  const emoji = emojiInEnglish(caption);
  if (emoji !== undefined) return emoji;
  const { words, names } = partedFromEmoji(caption);
  const known = inOtherWords(words);
  const read = withNames(names, asDrawn(translated(known) ?? known));
  return read === caption ? undefined : read;
}

/** Names of emoji that say nothing of a thing: moods and signs of text. */
const saysNothing = /\b(?:face|button|mark)\b/;

/** A heart beside words is a part of what they say, but of words that are drawn as hearts themselves. */
const isHeart = /^\w+ heart$/;
const areHearts = /\b(?:cardio|favou?rite|health|heart|love|valentine|wish)/i;

/** "Locked settings" for 🔒 beside settings, "car with red heart" for ❤ beside a car; what the words say already is not said again. */
function withNames(names: readonly string[], english: string): string {
  const words = english.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const isSaid = (name: string): boolean => name.split(" ").some((word) => words.some((own) => own.startsWith(word)));
  const areParts = !areHearts.test(english) && !colourNames.includes(english.toLowerCase());
  const hearts = new Set(areParts ? names.filter((name) => isHeart.test(name)) : []);
  const others = names.filter((name) => !hearts.has(name) && !saysNothing.test(name) && !isSaid(name));
  return [[...others, english].join(" "), ...hearts].join(" with ");
}

/** What a language knows of a caption. */
interface Reading {
  readonly parts: readonly Glossed[];
  readonly language: Language;
  /** Words, or signs where no spaces part them. */
  readonly known: number;
  /** Of these, everyday words, which say more of the language than names of emoji do: "aereo" is an Italian plane. */
  readonly everyday: number;
}

function translated(caption: string): string | undefined {
  const reading = readingOf(caption);
  return reading && readable(reading.parts, reading.language);
}

function readingOf(caption: string): Reading | undefined {
  const writing = writingOf(caption);
  if (writing === "letters") return readLetters(caption);
  if (writing === "han") return readHan(caption);
  const language = readLanguage(writing === "kana" ? "ja" : "ko");
  const parts = writing === "kana" ? glossSigns(caption, language) : glossKorean(caption, language);
  return { parts, language, known: 0, everyday: 0 };
}

/** Japanese, unless signs are Chinese alone, or Chinese knows most of it, and more than Japanese or as much in fewer words. */
function readHan(caption: string): Reading {
  const [japanese, chinese] = [inSigns(caption, "ja"), inSigns(caption, "zh")];
  const isKnown = chinese.known > [...caption].filter(isHan).length / 2;
  return hasOnlyChineseSigns(caption) || (isKnown && isBetter(chinese, japanese)) ? chinese : japanese;
}

function inSigns(caption: string, id: LanguageId): Reading {
  const language = readLanguage(id);
  const parts = glossSigns(caption, language);
  return { parts, language, known: parts.reduce((sum, { word }) => sum + word.length, 0), everyday: 0 };
}

const isBetter = (one: Reading, other: Reading): boolean =>
  one.known > other.known ||
  (one.known === other.known &&
    (one.everyday > other.everyday || (one.everyday === other.everyday && one.parts.length < other.parts.length)));

/** A name of several words says as much as everyday words do. */
const isEveryday = ({ word, words }: Glossed, { id, everyday }: Language): boolean =>
  words > 1 || formsOf(word, id).some((form) => everyday.has(form));

function readLetters(caption: string): Reading | undefined {
  const words = foldWords(caption).split(" ");
  const said = words.filter((word) => !isNumber(word)).length;
  const written = caption.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const english = written.filter(isEnglishWord).length;
  let best: Reading | undefined;
  for (const id of inLetters) {
    if (id === "it" && !mayBeItalian(caption)) continue;
    const language = readLanguage(id);
    const parts = glossWords(words, language);
    const known = parts.reduce((sum, part) => sum + (isNumber(part.word) ? 0 : part.words), 0);
    const everyday = parts.reduce((sum, part) => sum + (isEveryday(part, language) ? part.words : 0), 0);
    const reading = { parts, language, known, everyday };
    if (best ? isBetter(reading, best) : known > english) best = reading;
  }
  const isSure = best && (best.known > said / 2 || best.parts.some(saysTheLanguage));
  return isSure ? best : undefined;
}

/** Articles and prepositions are of one language, names of things travel. */
const saysTheLanguage = ({ kind, word }: Glossed): boolean =>
  (kind === "filler" || kind === "joining") && word.length > 1 && !isEnglishWord(word);

const readable = (parts: readonly Glossed[], { id }: Language): string | undefined =>
  parts.some(({ kind }) => kind === "thing" || kind === "describing") ? inEnglishOrder(parts, id) : undefined;
