/**
 * How far the name of a drawing says the words of a caption: sentence encoders take "chart bar down" for near to "bar chart going up", and
 * "wifi none" for nearer to "no wifi" than "wifi off". So the words themselves count beside the cosine, whatever their order and endings
 * (stems: Porter 1980, by the package stemmer, whose only importer this is).
 */
import { stemmer } from "stemmer";

const fillers = new Set(
  "a an the of in on at to for and or with by from into my your is are icon symbol picture".split(" "),
);
/** Words that say that something is not there, or does not work. */
const negations = new Set("no not non none without off slash slashed disable disabled".split(" "));
const negation = "off";
/** Words of captions that may mean the same. */
const perhapsNegations = new Set(
  "mute muted unmute silent hide hidden invisible offline disconnect disconnected down broken block blocked cancel cancelled canceled stop free"
    .concat(
      " forbidden denied declined unavailable missing never remove removed delete deleted error fail failed ban banned private",
    )
    .split(" "),
);
const opposites = pairsOf(
  "up down, left right, in out, open close, open closed, plus minus, add remove, add delete, on off, increase decrease, increasing decreasing, " +
    "start end, happy sad, man woman, male female, full empty, lock unlock, locked unlocked, show hide, online offline, day night, sunny night, " +
    "first last, top bottom, accept reject, accept decline, approve reject, arrival departure, landing takeoff, more less, high low, fast slow, " +
    "buy sell, horizontal vertical, ascending descending, upload download, import export, undo redo, expand collapse, broken whole",
);
/** Share of the words in how well a name fits; the rest is its cosine. */
const wordsShare = 0.1;
/** Of a name with the same words, at least. */
const sameWords = 0.97;
/** Lost by a name that says the opposite, or that something is off where the caption does not, and the other way around. */
const contradictionLoss = 0.15;

/** What a caption or a name says. */
export interface Said {
  readonly words: ReadonlySet<string>;
  readonly stems: ReadonlySet<string>;
  /** Sets number variants of a drawing, which are of the same thing, and numbers: they count where the caption has some. */
  readonly numbers: ReadonlySet<string>;
  readonly isNegated: boolean;
}

export function said(text: string): Said {
  const all = text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  const numbers = all.filter((word) => /^\d+$/.test(word)).map((word) => word.replace(/^0+(?=\d)/, ""));
  const meaning = all.filter((word) => !fillers.has(word) && !/^\d+$/.test(word));
  // "at", "3" and "on" are names, too.
  const kept = meaning.length > 0 ? meaning : all;
  return {
    words: new Set(all),
    stems: new Set(kept.map((word) => (negations.has(word) ? negation : stemmer(word)))),
    numbers: new Set(numbers),
    isNegated: kept.some((word) => negations.has(word)),
  };
}

/** Share of one's stems that the other has, both ways, as their harmonic mean: 1 for the same words, 0 for none. */
export function likenessOfWords(name: Said, caption: Said): number {
  const [one, other] = [name, caption].map(({ stems, numbers }) =>
    caption.numbers.size > 0 ? new Set([...stems, ...numbers]) : stems,
  );
  const shared = [...one!].filter((stem) => other!.has(stem)).length;
  return (2 * shared) / Math.max(1, one!.size + other!.size);
}

/** Whether a name says nothing that the caption does not. */
export const saysNoMore = (name: Said, caption: Said): boolean =>
  [...name.stems].every((stem) => caption.stems.has(stem));

/** How well a name fits a caption, up to 1, and whether it says the opposite. */
export function fitOf(
  name: Said,
  caption: Said,
  cosine: number,
): { readonly match: number; readonly isContrary: boolean } {
  const alike = likenessOfWords(name, caption);
  const isContrary = contradicts(name, caption);
  const match = cosine + wordsShare * (alike - cosine) - (isContrary ? contradictionLoss : 0);
  const isSame = alike === 1 && (name.numbers.size === 0 || caption.numbers.size > 0);
  return { match: isSame ? Math.max(sameWords, match) : match, isContrary };
}

function contradicts(name: Said, caption: Said): boolean {
  const isOpen = [...caption.words].some((word) => perhapsNegations.has(word));
  if (name.isNegated !== caption.isNegated && !isOpen) return true;
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
