/**
 * Renders and captions every icon: `npm run render` writes ../.cache/icons/{images.rgba,index.jsonl,styles.json,licences.json}.
 * images.rgba is uint8 [row, 128, 128, 4], colour premultiplied by alpha. One line of index.jsonl describes one row.
 * `--out DIR` writes elsewhere; `--per-set N` takes the first N icons of each set only, to try things out.
 * Does not train anything; see ../icons/train_autoencoder.py.
 */
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, readSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { getIconData, iconToSVG } from "@iconify/utils";
import sharp from "sharp";
import { captionsFor } from "./captions.mjs";
import { HUED_WORDS, measureColours, rotateHue } from "./colours.mjs";
import { conceptOf, hashUnit, joinTwins, loadEmoji, splitOf } from "./concepts.mjs";
import { ICON_SETS, isDropped, spellTone, styleOf, TRAINED_STYLES } from "./sets.mjs";

const SIDE_PX = 128;
const ROW_BYTES = SIDE_PX * SIDE_PX * 4;
const COPIES_PER_ICON = 2;
const MIN_CHROMA = 0.12;
const CACHED = fileURLToPath(new URL("../.cache/icons", import.meta.url));
const { values: flags } = parseArgs({
  options: { out: { type: "string", default: CACHED }, "per-set": { type: "string", default: "Infinity" } },
});
const OUT = flags.out;
const PER_SET = Number(flags["per-set"]);
const require = createRequire(import.meta.url);
/** @param {string} path @returns {any} */
const readJson = (path) => JSON.parse(readFileSync(require.resolve(path), "utf8"));

/**
 * @typedef {object} Row
 * @property {number} row
 * @property {string} id
 * @property {string} style
 * @property {string} concept
 * @property {string[]} captions
 * @property {string[]} colours
 * @property {string} split
 * @property {string} [augmentedFrom]
 * @property {number} [hueDegrees]
 */

/**
 * Renders one icon to premultiplied RGBA, aspect kept, on a transparent square.
 * @param {any} iconSet @param {string} name @returns {Promise<Buffer>}
 */
async function renderIcon(iconSet, name) {
  const data = getIconData(iconSet, name);
  if (!data) throw new Error("no such icon");
  const { attributes, body } = iconToSVG(data);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${SIDE_PX}" height="${SIDE_PX}" viewBox="${attributes.viewBox}" color="#333">${body}</svg>`;
  const pixels = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  if (pixels.length !== ROW_BYTES) throw new Error(`expected ${ROW_BYTES} bytes, got ${pixels.length}`);
  let coverage = 0;
  for (let at = 0; at < ROW_BYTES; at += 4) {
    const alpha = pixels[at + 3];
    if (alpha > 16) coverage += 1;
    for (let channel = 0; channel < 3; channel += 1)
      pixels[at + channel] = Math.round((pixels[at + channel] * alpha) / 255);
  }
  if (coverage < 60) throw new Error("almost empty picture");
  return pixels;
}

const startedMs = Date.now();
mkdirSync(OUT, { recursive: true });
sharp.concurrency(1);
const byName = loadEmoji();
const file = openSync(join(OUT, "images.rgba.part"), "w+");
/** @type {(Row & { facts: { words: string, emoji: any, isEmojiSet: boolean, hasTone: boolean }, meanChroma: number })[]} */
const rows = [];
/** @type {Map<string, typeof rows>} */
const byPixels = new Map();
/** @type {Record<string, number>} */
const notes = { broken: 0, dropped: 0, doubles: 0 };
const licences = [];

for (const set of ICON_SETS) {
  const json = readJson(`@iconify-json/${set.name}/icons.json`);
  const info = readJson(`@iconify-json/${set.name}/info.json`);
  const categories = readJson(`@iconify-json/${set.name}/metadata.json`).categories ?? {};
  const version = readJson(`@iconify-json/${set.name}/package.json`).version;
  const brands = new Set((set.dropCategories ?? []).flatMap((category) => categories[category] ?? []));
  const names = Object.keys(json.icons);
  const allNames = new Set(names);
  const wanted = names.filter(
    (name) => !brands.has(name) && !json.icons[name].hidden && !isDropped(set, name, allNames),
  );
  notes.dropped += names.length - wanted.length;
  const kept = wanted.slice(0, PER_SET);
  const before = rows.length;
  for (let from = 0; from < kept.length; from += 16) {
    const batch = kept.slice(from, from + 16);
    const rendered = await Promise.allSettled(batch.map((name) => renderIcon(json, name)));
    for (const [at, result] of rendered.entries()) {
      const name = batch[at];
      if (result.status === "rejected") {
        notes.broken += 1;
        console.log(`skipped ${set.name}:${name}: ${result.reason.message}`);
        continue;
      }
      const { style, plainName } = styleOf(set, spellTone(set, name, allNames));
      const { concept, words, emoji, hasTone } = conceptOf(byName, plainName);
      if ((emoji?.group === 9 || /^flag-/.test(name)) && set.isEmoji && !set.hasFlags) continue;
      const { colours, meanChroma } = measureColours(result.value);
      const facts = { words, emoji, isEmojiSet: set.isEmoji === true, hasTone };
      const captions = captionsFor({ ...facts, colours, isRecoloured: false });
      const hash = createHash("sha1").update(result.value).digest("base64");
      const twins = byPixels.get(hash) ?? [];
      const twin = twins.find((other) => other.style === style);
      if (twin) {
        notes.doubles += 1;
        twin.captions = [...new Set([...twin.captions, ...captions])].slice(0, 10);
        continue;
      }
      const split = splitOf(concept, style, set.isHeldBack === true);
      const row = {
        row: rows.length,
        id: `${set.name}:${name}`,
        style,
        concept,
        captions,
        colours,
        split,
        facts,
        meanChroma,
      };
      writeSync(file, result.value, 0, ROW_BYTES, row.row * ROW_BYTES);
      rows.push(row);
      byPixels.set(hash, [...twins, row]);
    }
  }
  licences.push({
    set: set.name,
    package: `@iconify-json/${set.name}`,
    version,
    author: info.author.name,
    authorUrl: info.author.url,
    licence: info.license.spdx,
    licenceUrl: info.license.url,
    styles: [set.style, ...Object.values(set.suffixStyles ?? {})],
    icons: rows.length - before,
    isHeldBack: set.isHeldBack === true,
  });
}

for (const twins of byPixels.values()) joinTwins(twins);

const baseCount = rows.length;
const source = new Uint8Array(ROW_BYTES);
const target = new Uint8Array(ROW_BYTES);
for (const original of rows.slice(0, baseCount)) {
  const isFlag = original.facts.emoji?.group === 9 || original.concept.startsWith("flag-");
  if (original.split !== "train" || original.meanChroma < MIN_CHROMA || isFlag || original.facts.hasTone) continue;
  readSync(file, source, 0, ROW_BYTES, original.row * ROW_BYTES);
  for (let copy = 0; copy < COPIES_PER_ICON; copy += 1) {
    // One angle of each half of 50..310 degrees, so that the two copies differ.
    const hueDegrees = Math.round(50 + 130 * (copy + hashUnit(`hue:${original.id}:${copy}`)));
    rotateHue(source, target, hueDegrees);
    const { colours, meanChroma } = measureColours(target);
    if (!colours.some((colour) => HUED_WORDS.has(colour))) continue;
    const captions = captionsFor({ ...original.facts, colours, isRecoloured: true });
    if (captions.length === 0) continue;
    const { style, concept, facts } = original;
    const row = {
      row: rows.length,
      id: `${original.id}@${hueDegrees}`,
      style,
      concept,
      captions,
      colours,
      split: "train",
      augmentedFrom: original.id,
      hueDegrees,
      facts,
      meanChroma,
    };
    writeSync(file, target, 0, ROW_BYTES, row.row * ROW_BYTES);
    rows.push(row);
  }
}
closeSync(file);
renameSync(join(OUT, "images.rgba.part"), join(OUT, "images.rgba"));
writeFileSync(
  join(OUT, "index.jsonl"),
  `${rows.map(({ facts, meanChroma, ...row }) => JSON.stringify(row)).join("\n")}\n`,
);
writeFileSync(join(OUT, "styles.json"), `${JSON.stringify(TRAINED_STYLES, null, 2)}\n`);
writeFileSync(join(OUT, "licences.json"), `${JSON.stringify(licences, null, 2)}\n`);

const table = (/** @type {(row: Row) => string} */ keyOf) =>
  Object.fromEntries(
    rows.reduce((counts, row) => counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1), new Map()),
  );
console.log("rows by style and split:");
console.table(
  [...new Set(rows.map((row) => row.style))].map((style) => {
    const own = rows.filter((row) => row.style === style);
    const count = (/** @type {string} */ split) =>
      own.filter((row) => row.split === split && !row.augmentedFrom).length;
    return {
      style,
      train: count("train"),
      recoloured: own.filter((row) => row.augmentedFrom).length,
      heldOutPair: count("heldOutPair"),
      heldOutConcept: count("heldOutConcept"),
      heldBackStyle: count("heldBackStyle"),
    };
  }),
);
console.log(
  "splits",
  table((row) => (row.augmentedFrom ? "train (recoloured)" : row.split)),
  "concepts",
  new Set(rows.map((row) => row.concept)).size,
);
for (const caption of ["red apple", "sad face", "rocket", "birthday cake", "blue car", "green tree"]) {
  const hits = rows.filter((row) => row.split === "train" && row.captions.includes(caption));
  console.log(`"${caption}": ${hits.length} training rows in ${new Set(hits.map((row) => row.style)).size} styles`);
}
console.log({ rows: rows.length, ...notes, seconds: Math.round((Date.now() - startedMs) / 1000) });
