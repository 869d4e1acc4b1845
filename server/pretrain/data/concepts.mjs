/**
 * Maps icon names of many sets to shared concepts, and concepts to splits. Emoji data: `emojibase-data` (Unicode CLDR labels
 * and tags). A concept is the slug of the emoji's label without skin tone, or of the icon's own name where no emoji fits.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { COLOUR_WORDS } from "./colours.mjs";

const require = createRequire(import.meta.url);
/** @param {string} path @returns {any} */
const readJson = (path) => JSON.parse(readFileSync(require.resolve(path), "utf8"));

/**
 * @typedef {object} Emoji
 * @property {string} label
 * @property {string} hexcode
 * @property {string[]} tags Plain words, most widely used first.
 * @property {number} [group] Unicode group: 0 smileys, 3 animals and nature, 9 flags.
 */

/** Words that everyday examples use: a concept with one of them is never a held-out concept. */
const EVERYDAY =
  /(^|-)(apple|sad|crying|smil\w*|grinning|frowning|disappointed|pensive|rocket|birthday|cake|shortcake|car|automobile|vehicle|tree|cat|dog|heart|star|sun|moon|house|home|pizza|flower|fish|bird|book|ball|robot|dragon|octopus|mushroom|banana|strawberry|hamburger|coffee|key|umbrella|airplane|bicycle|boat|ghost|crown|gift|clock|camera|guitar|fire|cloud|rainbow|bear|lion|tiger|fox|rabbit|horse|cow|pig|frog|monkey|turtle|butterfly|flamingo)(-|$)/;

/** @param {string} text */
export const slugOf = (text) =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/['’.]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
const compactOf = (/** @type {string} */ text) => slugOf(text).replace(/-/g, "");
const bareHex = (/** @type {string} */ hex) =>
  hex
    .toLowerCase()
    .replace(/_/g, "-")
    .replace(/-fe0f/g, "")
    .replace(/-1f3f[b-f]/g, "");

/** Builds the lookup from icon names to emoji, out of emojibase and of the code point tables of three sets. */
export function loadEmoji() {
  /** @type {any[]} */
  const raw = readJson("emojibase-data/en/data.json");
  /** @type {Map<string, number>} */
  const tagUse = new Map();
  for (const tag of raw.flatMap((entry) => entry.tags ?? [])) tagUse.set(tag, (tagUse.get(tag) ?? 0) + 1);
  /** @type {Map<string, Emoji>} */
  const byHex = new Map();
  /** @type {Map<string, Emoji>} */
  const byName = new Map();
  for (const entry of raw) {
    const tags = [...(entry.tags ?? [])].sort((a, b) => (tagUse.get(b) ?? 0) - (tagUse.get(a) ?? 0));
    const emoji = { label: entry.label.toLowerCase(), hexcode: entry.hexcode, tags, group: entry.group };
    byHex.set(bareHex(entry.hexcode), emoji);
    byName.set(compactOf(entry.label), emoji);
  }
  for (const set of ["noto", "fluent-emoji-flat", "twemoji"]) {
    const chars = Object.entries(/** @type {Record<string, string>} */ (readJson(`@iconify-json/${set}/chars.json`)));
    for (const [hex, name] of chars) {
      const emoji = byHex.get(bareHex(hex));
      if (emoji && !byName.has(compactOf(name))) byName.set(compactOf(name), emoji);
    }
  }
  for (const [hex, name] of shortcodes()) {
    const emoji = byHex.get(bareHex(hex));
    if (emoji && !byName.has(compactOf(name))) byName.set(compactOf(name), emoji);
  }
  return byName;
}

/** Short names of emoji, the first source's first. @returns {Iterable<[hex: string, name: string]>} */
function* shortcodes() {
  for (const source of ["cldr", "github", "emojibase", "joypixels"]) {
    /** @type {Record<string, string | string[]>} */
    const codes = readJson(`emojibase-data/en/shortcodes/${source}.json`);
    for (const [hex, names] of Object.entries(codes))
      for (const name of [names].flat()) if (name.length > 2) yield [hex, name];
  }
}

/**
 * What people call concepts besides their own names: "car" for the emoji "automobile". A name belongs to one concept, and to none where it is
 * a concept's own.
 * @param {string[]} concepts
 * @returns {Map<string, string[]>} names by concept, in words
 */
export function otherNames(concepts) {
  const known = new Set(concepts);
  const colours = new Set(COLOUR_WORDS);
  /** @type {Map<string, string>} */
  const conceptAt = new Map();
  for (const { hexcode, label } of readJson("emojibase-data/en/data.json"))
    conceptAt.set(bareHex(hexcode), slugOf(label));
  const taken = new Set(concepts);
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const [hex, name] of shortcodes()) {
    const concept = conceptAt.get(bareHex(hex));
    const slug = slugOf(name);
    // Codes such as "man_tone1" or "+1" are no words, and no image shows another skin tone than the neutral one and one more.
    // A colour is said by the caption besides: a "blue car" is a car, though one emoji of a blue car is of another kind.
    const isWords = /^[a-z]{3}[^0-9]*$/.test(slug) && !slug.includes("skin-tone") && !colours.has(slug.split("-")[0]);
    if (!isWords || concept === undefined || !known.has(concept) || taken.has(slug)) continue;
    taken.add(slug);
    names.set(concept, [...(names.get(concept) ?? []), slug.replaceAll("-", " ")]);
  }
  return names;
}

/**
 * Finds concept, plain words and emoji of one icon.
 * @param {Map<string, Emoji>} byName
 * @param {string} plainName Icon name without style suffix.
 * @returns {{ concept: string, words: string, emoji: Emoji | undefined, hasTone: boolean }}
 */
export function conceptOf(byName, plainName) {
  const hasTone = /-skin-tone/.test(plainName);
  const noTone = plainName.replace(/-medium-skin-tone/, "").replace(/^flag-for-(flag-)?/, "flag-");
  const trimmed = noTone.replace(/(-(\d+|one|two|three|four|alt))+$/, "") || noTone;
  const emoji = byName.get(compactOf(noTone)) ?? byName.get(compactOf(trimmed));
  const words = slugOf(trimmed).replace(/-/g, " ");
  return { concept: emoji ? slugOf(emoji.label) : slugOf(trimmed), words, emoji, hasTone };
}

/** @param {string} text @returns {number} A stable number in [0, 1): first four bytes of SHA-256. */
export const hashUnit = (text) => createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;

/**
 * @param {string} concept
 * @param {string} style
 * @param {boolean} isHeldBack
 * @returns {'train' | 'heldOutConcept' | 'heldOutPair' | 'heldBackStyle'}
 */
export function splitOf(concept, style, isHeldBack) {
  if (isHeldBack) return "heldBackStyle";
  if (hashUnit(`concept:${concept}`) < 0.02 && !EVERYDAY.test(concept)) return "heldOutConcept";
  if (hashUnit(`pair:${concept}|${style}`) < 0.04) return "heldOutPair";
  return "train";
}

const strictness = ["train", "heldOutPair", "heldOutConcept", "heldBackStyle"];

/**
 * The same picture in two sets goes to one side of the split: the most held-out side.
 * @param {{ split: string }[]} twins
 */
export function joinTwins(twins) {
  const strictest = Math.max(...twins.map((twin) => strictness.indexOf(twin.split)));
  for (const twin of twins) twin.split = /** @type {string} */ (strictness[strictest]);
}
