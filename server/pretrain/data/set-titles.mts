/**
 * Writes server/packs/set-titles.ts: what the sets of the packs that ship are called, from collections.json of the package `@iconify/json`:
 * `node --import tsx server/pretrain/data/set-titles.mts` from the repository's root, after `npm install` in this folder.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Catalogue, packsHome } from "../../packs/catalogue.ts";
import { distinctTitles } from "./distinct-titles.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const collections = JSON.parse(await readFile(at("node_modules/@iconify/json/collections.json"), "utf8")) as Readonly<
  Record<string, { readonly name: string }>
>;
const { entries } = await Catalogue.open(packsHome());
const translations = entries.flatMap(({ manifest }) => manifest.translations);
const sets = new Set(translations.flatMap(({ drawings = [] }) => drawings.map(({ set }) => set)));
const names = [...sets].sort().map((set): [string, string] => {
  const { name } = collections[set] ?? {};
  if (name === undefined) throw new Error(`collections.json: expected the set ${set}, got none`);
  return [set, name];
});
const rows = Object.entries(distinctTitles(Object.fromEntries(names))).map(
  ([set, title]) => `  ${/^\w+$/.test(set) ? set : JSON.stringify(set)}: ${JSON.stringify(title)},\n`,
);
const head =
  "/** What sets of drawings are called by those who made them, by id. Written by server/pretrain/data/set-titles.mts. */";
await writeFile(
  at("../../packs/set-titles.ts"),
  `${head}\nexport const setTitles: Readonly<Record<string, string>> = {\n${rows.join("")}};\n`,
);
console.log(`${rows.length} sets`);
