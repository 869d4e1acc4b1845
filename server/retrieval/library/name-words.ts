/**
 * How far the name of a drawing says the words of a caption: sentence encoders take "chart bar down" for near to "bar chart going up", and
 * "wifi none" for nearer to "no wifi" than "wifi off". So the words themselves count beside the cosine, in any order, and with other endings
 * somewhat (stems), and words of the same meaning (same-meaning.ts).
 */
import { asMeant, meaningOf, stemOf } from "./same-meaning.ts";
import { wordsIn } from "./words-in.ts";

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(" "));

const fillers = setOf("a an the of for and or with from into my your is are icon symbol");
/** What shows a thing, which a caption may name besides: "picture of a dog". */
const showing = setOf("picture image photo drawing illustration");
/** Small words that mean something beside one or two others: "check in", "power on". */
const particles = setOf("in on at to by");
const particlesMost = 3;
/** A map: of an object, "constructor" would be a word, too. */
const oneOfMany: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ men: "man", women: "woman", children: "child", feet: "foot", teeth: "tooth", mice: "mouse", leaves: "leaf" },
  }),
);
/** Words that say that something is not there, or does not work. */
const negations = setOf("no not without off slash slashed");
const negation = "off";
/** Words of captions that may say so, too; of these, names say either. */
const perhapsNegations = setOf(
  "none off disable disabled mute muted unmute silent hide hidden invisible offline disconnect disconnected down broken block blocked cancel cancelled " +
    "canceled stop free forbidden denied declined unavailable missing never remove removed delete deleted error fail failed ban banned private",
);
/** What a thing is free of; "wifi free" has some. */
const freeOf = setOf(
  "gluten sugar dairy lactose smoke nut nuts fat alcohol caffeine soy egg meat drug plastic cruelty duty tax",
);
/** Of these, words that say no more than that something is not there, or off. */
const otherNegations = setOf(
  "none mute muted silent disabled hidden offline disconnected forbidden denied unavailable missing never banned",
);
const opposites = pairsOf(
  "up down, left right, in out, open close, open closed, plus minus, add remove, add delete, on off, increase decrease, increasing decreasing, " +
    "start end, happy sad, man woman, male female, full empty, lock unlock, locked unlocked, show hide, online offline, day night, sunny night, " +
    "first last, top bottom, accept reject, accept decline, approve reject, arrival departure, landing takeoff, landing departure, more less, " +
    "high low, fast slow, weak strong, buy sell, horizontal vertical, ascending descending, upload download, import export, undo redo, expand collapse, " +
    "expand shrink, north south, east west, sunrise sunset, love hate, like dislike, upvote downvote, win lose, inside outside, before after",
);
/** Share of the words in how well a name fits; the rest is its cosine. */
const wordsShare = 0.1;
/** Of a name with the same words, at least, and of one with words of the same meaning. */
const [sameWords, sameMeaning] = [0.97, 0.94] as const;
/** Lost by a name that says the opposite, or that something is off where the caption does not, and the other way around. */
const contradictionLoss = 0.15;

/** How well a name with more words fits at least for what a caption calls a thing, and one that ends with the caption's words. */
const [calledFrom, kindFrom] = [0.82, 0.65] as const;

/** Words by which sets tell drawings of a thing from each other: "apple one", "apple whole". */
const versions: ReadonlySet<string> = new Set([...setOf("one two three whole alt")].map(stemOf));

/** Words by which sets call drawings of a thing with a badge: a "flask plus" is a flask and something else. */
const marks: ReadonlySet<string> = new Set(
  [
    ...setOf(
      "plus minus add remove delete check close x cross edit search setting lock alert warning info question cancel off",
    ),
  ].map(stemOf),
);

/** How well names of ideas fit at least, those that share a word with the caption and others: vectors of rare words are near to any that are spelled like them. */
const ideaLeast = { sharing: 0.52, alone: 0.66 } as const;

/** What a caption or a name says. */
export interface Said {
  /** All words but fillers; of what says no, one word. */
  readonly words: ReadonlySet<string>;
  readonly stems: ReadonlySet<string>;
  /**
   * The words by what they mean, but "to" of "add to cart"; none of a single word, which may have several meanings, and none of words
   * of which two mean the same: a "phone call" is no phone.
   */
  readonly meanings: ReadonlySet<string>;
  /** Sets number variants of a drawing, which are of the same thing, and numbers: they count where the caption has some. */
  readonly numbers: ReadonlySet<string>;
  readonly isNegated: boolean;
  /** Whether it says so in another word: "gluten free", "volume mute". */
  readonly isOtherwiseNegated: boolean;
  /** Whether it may say that something is off. */
  readonly isPerhapsNegated: boolean;
}

export function said(text: string): Said {
  const all = wordsIn(text).map((word) => oneOfMany.get(word) ?? word);
  const isNumber = (word: string): boolean => /^\p{N}+$/u.test(word);
  const isFiller = (word: string, at: number): boolean =>
    fillers.has(word) ||
    (all.length > particlesMost && particles.has(word)) ||
    (showing.has(word) && all[at + 1] === "of" && at + 2 < all.length);
  const meaning = all.filter((word, at) => !isFiller(word, at) && !isNumber(word));
  // "for" and "3" are names, too.
  const kept = meaning.length > 0 ? meaning : all;
  const words = kept.map((word) => (negations.has(word) ? negation : word));
  const own = new Set(words);
  const meant = [...own].filter((word) => word !== "to").map((word) => asMeant(word, own));
  const meanings = new Set(meant);
  return {
    words: own,
    stems: new Set(words.map(stemOf)),
    meanings: own.size > 1 && meanings.size === meant.length ? meanings : new Set(),
    numbers: new Set(all.filter(isNumber).map((word) => word.replace(/^0+(?=\d)/, ""))),
    isNegated: words.includes(negation),
    // "Gluten free" has none, "free parking" has.
    isOtherwiseNegated:
      all.some((word) => otherNegations.has(word)) || (all.at(-1) === "free" && freeOf.has(all.at(-2)!)),
    isPerhapsNegated: all.some((word) => perhapsNegations.has(word)),
  };
}

/** Share of one's stems that the other has, both ways, as their harmonic mean: 1 for the same words, 0 for none. */
export function likenessOfWords(
  name: Pick<Said, "stems" | "numbers">,
  caption: Pick<Said, "stems" | "numbers">,
): number {
  const [one, other] = [name, caption].map(({ stems, numbers }) =>
    caption.numbers.size > 0 ? new Set([...stems, ...numbers]) : stems,
  );
  const shared = [...one!].filter((stem) => other!.has(stem)).length;
  return (2 * shared) / Math.max(1, one!.size + other!.size);
}

/** Whether a name says nothing that the caption does not. */
export const saysNoMore = (name: Said, caption: Said): boolean =>
  [...name.stems].every((stem) => caption.stems.has(stem));

/** Words of a caption that none of some names says, with other endings either; small words are none. */
export function unsaidWords(caption: string, names: readonly string[]): string[] {
  const says = names.map(said);
  const own = said(caption);
  const { words } = own;
  const isSaid = (word: string): boolean =>
    says.some((name) => name.stems.has(stemOf(word)) || meansSo(name, own, word));
  return [...new Set(wordsIn(caption))].filter((word) => {
    const one = oneOfMany.get(word) ?? word;
    return words.has(one) && !particles.has(one) && one !== negation && !isSaid(one);
  });
}

/** How well a name fits a caption. */
export interface NameFit {
  /** Up to 1. */
  readonly match: number;
  /** Whether its drawings are ideas for the caption where few are called so. */
  readonly isIdea: boolean;
  /** Whether it says all that the caption says, or some of it and nothing else. */
  readonly saysAll: boolean;
  readonly isPart: boolean;
  /** Whether a thing with this name is what the caption calls a thing. */
  readonly isCalledSo: boolean;
  /** Whether it says the opposite of something. */
  readonly isContrary: boolean;
}

export function fitOf(name: Said, caption: Said, cosine: number): NameFit {
  const isContrary = contradicts(name, caption);
  const alike = likenessOfWords(name, caption);
  const isCovered = (word: string): boolean =>
    name.stems.has(stemOf(word)) ||
    (word === negation && name.isOtherwiseNegated) ||
    meansSo(name, caption, word) ||
    (word === "to" && meanSame(name, caption));
  const saysAll =
    !isContrary && [...caption.words].every(isCovered) && [...caption.numbers].every((one) => name.numbers.has(one));
  const match = cosine + wordsShare * (alike - cosine) - (isContrary ? contradictionLoss : 0);
  const isMeant = meanSame(name, caption) || haveSameStems(name, caption);
  const least = areSame(name, caption) ? sameWords : isMeant && !isContrary ? sameMeaning : match;
  return {
    match: Math.max(least, match),
    isIdea: !isContrary && match >= (alike > 0 ? ideaLeast.sharing : ideaLeast.alone),
    saysAll,
    isPart: !saysAll && saysNoMore(name, caption),
    isCalledSo: saysAll && (caption.isPerhapsNegated || !name.isPerhapsNegated) && isKindOf(name, caption, match),
    isContrary,
  };
}

/** A "delivery drone" is a drone, and an "art gallery" no art. */
function isKindOf(name: Said, caption: Said, match: number): boolean {
  if ([...name.stems].some((stem) => marks.has(stem) && !caption.stems.has(stem))) return false;
  const added =
    [...name.stems].filter((stem) => caption.stems.has(stem) || !versions.has(stem)).length - caption.stems.size;
  const hasSameHead = [...name.stems].at(-1) === [...caption.stems].at(-1);
  return added === 0 || match >= calledFrom || (added === 1 && hasSameHead && match >= kindFrom);
}

/** With the same endings: "glass" is no "glasses". */
function areSame(name: Said, caption: Said): boolean {
  const [one, other] = [name, caption].map(({ words, numbers }) => new Set([...words, ...numbers]));
  return one!.size === other!.size && one!.size > 0 && [...one!].every((word) => other!.has(word));
}

/** Of several words: "raised hand" is "raise hand", but a booking is no book. */
const haveSameStems = (name: Said, caption: Said): boolean =>
  name.stems.size > 1 &&
  name.stems.size === caption.stems.size &&
  name.numbers.size === caption.numbers.size &&
  [...name.stems].every((stem) => caption.stems.has(stem)) &&
  [...name.numbers].every((number) => caption.numbers.has(number)) &&
  endsInIng(name) === endsInIng(caption);

const endsInIng = ({ words }: Said): number => [...words].filter((word) => /ings?$/.test(word)).length;

/** Whether a name of several words has one of the same meaning as a word of a caption of several. */
const meansSo = (name: Said, { words, meanings }: Said, word: string): boolean =>
  meanings.size > 0 && name.meanings.has(meaningOf(word, words) ?? "");

/** In words of the same meaning, each: "file remove" means "delete document". */
function meanSame({ meanings: one, numbers }: Said, { meanings: other, numbers: others }: Said): boolean {
  const areAlike = one.size > 1 && one.size === other.size && [...one].every((meaning) => other.has(meaning));
  return areAlike && numbers.size === others.size && [...numbers].every((number) => others.has(number));
}

function contradicts(name: Said, caption: Said): boolean {
  const isOff = name.isNegated || (caption.isNegated && name.isOtherwiseNegated);
  if (isOff !== caption.isNegated && !caption.isPerhapsNegated) return true;
  return [...caption.words].some((word) =>
    opposites.get(word)?.some((opposite) => name.words.has(opposite) && !caption.words.has(opposite)),
  );
}

function pairsOf(list: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const pair of list.split(", ")) {
    const [one, other] = pair.split(" ") as [string, string];
    found.set(one, [...(found.get(one) ?? []), other]);
    found.set(other, [...(found.get(other) ?? []), one]);
  }
  return found;
}
