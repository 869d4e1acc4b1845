/**
 * The English words of a sentence's parts, in an English order: "ein rotes Auto auf einer Straße" is "red car on road". No grammar beyond
 * where words stand that describe a thing, or say where it is.
 */
import type { WordKind } from "./everyday-words.ts";
import type { Glossed } from "./gloss.ts";
import type { Language } from "./languages.ts";

/** The English words in an English order; undefined where nothing can be drawn. */
export function inEnglishOrder(parts: readonly Glossed[], id: Language["id"]): string | undefined {
  const said = parts.filter(({ kind }) => kind !== "filler");
  const ordered = orderOf[id]?.(said) ?? adjectivesFirst(said);
  const kept = ordered.filter(({ kind }, at) => kind !== "joining" || isKept(ordered, at));
  return kept.length === 0 ? undefined : kept.map(({ english }) => english).join(" ");
}

/** Of languages whose words that describe a thing don't stand behind it. */
const orderOf: Partial<Record<Language["id"], (parts: readonly Glossed[]) => readonly Glossed[]>> = {
  de: (parts) => parts,
  ja: (parts) => saysNoFirst(withPrepositions(parts)),
  ko: (parts) => saysNoFirst(withPrepositions(parts)),
  zh: (parts) => withPrepositions(prepositionsLast(parts)),
};

const ofKind = (kind: WordKind, part: Glossed | undefined): boolean => part?.kind === kind;

/** A joining word needs something on both sides, but for one that says that a thing is not there; the first of several that meet is left out. */
const isKept = (parts: readonly Glossed[], at: number): boolean =>
  (parts[at]!.english === "without" || parts.slice(0, at).some(({ kind }) => kind !== "joining")) &&
  at + 1 < parts.length &&
  !ofKind("joining", parts[at + 1]);

/** "sound no" becomes "no sound". */
const saysNoFirst = (parts: readonly Glossed[]): Glossed[] => {
  const isNo = ({ english }: Glossed): boolean => english === "no";
  return [...parts.filter(isNo), ...parts.filter((part) => !isNo(part))];
};

/** "car red dark" becomes "dark red car". */
function adjectivesFirst(parts: readonly Glossed[]): Glossed[] {
  const ordered: Glossed[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at]!;
    let end = at + 1;
    if (part.kind === "thing") while (ofKind("describing", parts[end])) end += 1;
    ordered.push(...parts.slice(at + 1, end).reverse(), part);
    at = end - 1;
  }
  return ordered;
}

/** "table on, apple" becomes "apple on table": what a postposition follows goes behind the rest. */
function withPrepositions(parts: readonly Glossed[]): Glossed[] {
  const [heads, places]: [Glossed[], Glossed[]] = [[], []];
  const phrase: Glossed[] = [];
  for (const part of parts) {
    if (part.kind !== "joining") phrase.push(part);
    else if (part.english === "and") heads.push(...phrase.splice(0), part);
    else places.push(part, ...phrase.splice(0));
    if (part.kind === "thing" && phrase.length > 1 && phrase.slice(0, -1).some(({ kind }) => kind === "thing")) {
      // A new thing begins a phrase, with the words that describe it.
      const cut = phrase.slice(0, -1).findLastIndex(({ kind }) => kind === "thing") + 1;
      heads.push(...phrase.splice(0, cut));
    }
  }
  return [...heads, ...phrase, ...places];
}

/** Words of Chinese that stand before a thing, unlike those that say where it is. */
const prepositions = new Set(["with", "without", "for"]);

/** "with dot bell" becomes "dot with bell". */
function prepositionsLast(parts: readonly Glossed[]): Glossed[] {
  const ordered: Glossed[] = [];
  const waiting: Glossed[] = [];
  for (const part of parts) {
    if (part.kind === "joining" && prepositions.has(part.english)) waiting.push(part);
    else ordered.push(part, ...(part.kind === "thing" ? waiting.splice(0) : []));
  }
  return [...ordered, ...waiting];
}
