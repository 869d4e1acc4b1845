/**
 * Makes server/experts/words/caption-words.json: names of emoji in other languages and what they are called in English.
 * Usage: `npm pack emojibase-data@17.0.0`, unpack it, `node scripts/caption-words.mjs FOLDER`. The package (MIT) is no dependency,
 * because it unpacks to 49 MB, of which this table is 0.3.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { foldWords } from "../server/experts/words/fold-words.ts";

const target = "server/experts/words/caption-words.json";
/** Longer names are sentences that nobody types. */
const wordsMost = 3;
/** Everyday words that no emoji, or another one, is named by. */
const corrections = {
  ...{
    baum: "tree",
    blume: "flower",
    kaffee: "cup of coffee",
    herz: "heart",
    pilz: "mushroom",
    uhr: "clock",
    schloss: "lock",
  },
  ...{
    coeur: "heart",
    fleur: "flower",
    horloge: "clock",
    coche: "car",
    flor: "flower",
    reloj: "clock",
    relogio: "clock",
  },
  ...{ sonne: "sun", soleil: "sun", 太陽: "sun" },
  ...{ 車: "car", 木: "tree", 花: "flower", ハート: "heart", 時計: "clock", 鍵: "key", コーヒー: "cup of coffee" },
};
/** In the order in which a word that two languages share is read. */
const locales = ["de", "fr", "es", "pt", "ja"];
const [folder] = process.argv.slice(2);
const read = (locale) => JSON.parse(readFileSync(join(folder, locale, "compact.json"), "utf8"));

const english = read("en");
const englishOf = new Map(english.map(({ hexcode, label }) => [hexcode, label]));
/** What is an English word too stays English: a "gift" is no poison, and a "pan" no bread. */
const isEnglish = new Set(english.flatMap(({ label, tags = [] }) => [label, ...tags].map(foldWords)));
const found = new Map();
const take = (word, meaning) => {
  const key = foldWords(word);
  const isShort = key.split(" ").length <= wordsMost;
  if (key !== "" && meaning !== undefined && isShort && !isEnglish.has(key) && !found.has(key)) found.set(key, meaning);
};
/** Words that say nothing of the thing. */
const fillers = new Set(["with", "of", "and", "the", "in", "on", "face", "button", "person", "man", "woman"]);

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

for (const [word, meaning] of Object.entries(corrections)) take(word, meaning);
const sets = locales.map((locale) => ({ locale, own: read(locale) }));
for (const { locale, own } of sets) {
  const named = new Map();
  const tagged = new Map();
  for (const entry of own)
    for (const tag of entry.tags ?? []) {
      const [whole, part] = [foldWords(entry.label), foldWords(tag)];
      tagged.set(part, [...(tagged.get(part) ?? []), entry]);
      const isInLabel = locale === "ja" ? whole.includes(part) : whole.split(" ").includes(part);
      if (isInLabel) named.set(part, [...(named.get(part) ?? []), entry]);
    }
  // A tag that is a word of the label is the thing itself, as "Apfel" of "roter Apfel"; others are only about it, unless
  // they belong to one emoji alone.
  for (const [word, entries] of named) take(word, meaningOf(entries));
  for (const { label, hexcode } of own) take(label, englishOf.get(hexcode));
  for (const [word, entries] of tagged) if (entries.length === 1) take(word, englishOf.get(entries[0].hexcode));
}
const table = Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(target, `${JSON.stringify(table, null, 2)}\n`);
console.log(`${target}: ${found.size} names`);
