/**
 * Four to ten plain captions for one icon: its names, its emoji label and tags, everyday synonyms, and its measured colours.
 * The style is a condition of its own and never part of a caption.
 */
import { COLOUR_WORDS, HUED_WORDS } from "./colours.mjs";

/** Everyday words for labels that nobody would type. */
const SYNONYMS = new Map(
  Object.entries({
    automobile: ["car"],
    "oncoming automobile": ["car"],
    "sport utility vehicle": ["car", "suv"],
    "racing car": ["race car", "car"],
    "deciduous tree": ["tree"],
    "evergreen tree": ["tree", "pine tree"],
    "palm tree": ["palm"],
    "christmas tree": ["tree"],
    shortcake: ["cake"],
    "birthday cake": ["cake"],
    "red heart": ["heart"],
    "house with garden": ["house"],
    house: ["home"],
    airplane: ["plane"],
    bicycle: ["bike"],
    sailboat: ["boat"],
    speedboat: ["boat"],
    hamburger: ["burger"],
    "soccer ball": ["football"],
    "hot beverage": ["coffee", "cup of coffee"],
    "wrapped gift": ["gift", "present"],
    "light bulb": ["lamp", "lightbulb"],
    "full moon": ["moon"],
    "crescent moon": ["moon"],
    "glowing star": ["star"],
    "alarm clock": ["clock"],
    laptop: ["computer"],
    "mobile phone": ["phone", "smartphone"],
    "beer mug": ["beer"],
    "wine glass": ["wine"],
    "french fries": ["fries"],
    "money bag": ["money"],
    "grinning face": ["happy face", "smiley"],
    "smiling face": ["happy face"],
    "loudly crying face": ["sad face"],
    "kitchen knife": ["knife"],
    trophy: ["cup"],
    fire: ["flame"],
    "police car": ["car"],
    taxi: ["cab", "car"],
    "delivery truck": ["truck"],
    "bullet train": ["train"],
    locomotive: ["train", "steam train"],
  }),
);
const COLOUR_PATTERN = new RegExp(`\\b(${COLOUR_WORDS.join("|")}|gray|gold|golden)\\b`, "g");
const VAGUE_HEADS = new Set([
  "sign",
  "symbol",
  "button",
  "face",
  "one",
  "up",
  "down",
  "left",
  "right",
  "off",
  "on",
  "add",
  "medal",
  "check",
  "plus",
]);
const MAX_CAPTIONS = 10;

/** @param {string} text */
const withoutColours = (text) => text.replace(COLOUR_PATTERN, "").replace(/\s+/g, " ").trim();

/**
 * @param {object} icon
 * @param {string} icon.words Name as plain words.
 * @param {import('./concepts.mjs').Emoji | undefined} icon.emoji
 * @param {string[]} icon.colours Measured colour words, strongest first.
 * @param {boolean} icon.isEmojiSet The picture shows the emoji itself, so its label's own colour word is true.
 * @param {boolean} icon.hasTone
 * @param {boolean} icon.isRecoloured Only captions that say the measured colours, as the hue is not the original one.
 * @returns {string[]} Unique, lower case.
 */
export function captionsFor({ words, emoji, colours, isEmojiSet, hasTone, isRecoloured }) {
  const label = emoji?.label
    .replace(/[“”"!:,()]/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  const names = [label, label && words.replace(/ /g, "") === label.replace(/[^a-z0-9]/g, "") ? undefined : words];
  const nouns = names
    .filter((name) => name !== undefined)
    .map(withoutColours)
    .filter(Boolean);
  const synonyms = SYNONYMS.get(label ?? words) ?? [];
  if (emoji?.group === 3 && label?.endsWith(" face")) synonyms.push(label.slice(0, -5));
  const parts = (label ?? words).split(" ");
  const head = parts.length > 1 && parts.length < 4 ? parts.at(-1) : undefined;
  const usableHead =
    head && head.length > 2 && !VAGUE_HEADS.has(head) && !/\d/.test(head) && emoji?.group !== 9 ? [head] : [];
  const plain = [nouns[0], ...synonyms, ...usableHead, nouns[1]].filter((noun) => noun !== undefined);
  const coloured = colours.flatMap((colour) => plain.slice(0, 3).map((noun) => `${colour} ${noun}`));
  if (isRecoloured) {
    const hued = colours.filter((colour) => HUED_WORDS.has(colour));
    const pair = colours.length === 2 ? [`${colours[0]} and ${colours[1]} ${plain[0]}`] : [];
    return [...new Set([...hued.flatMap((colour) => plain.map((noun) => `${colour} ${noun}`)), ...pair])].slice(
      0,
      MAX_CAPTIONS,
    );
  }
  const isFace = isEmojiSet && emoji?.group === 0 && / face\b/.test(label ?? "");
  const tags = (emoji?.tags ?? []).filter(
    (tag) => /^[a-z][a-z -]{2,}$/.test(tag) && tag !== "face" && tag !== label && !words.split(" ").includes(tag),
  );
  const list = [
    ...names,
    ...(hasTone && label ? [`${label} with medium skin tone`] : []),
    ...coloured.slice(0, 2),
    ...(isFace
      ? (emoji?.tags ?? [])
          .filter((tag) => tag !== "face")
          .slice(0, 3)
          .map((tag) => `${tag} face`)
      : []),
    ...synonyms,
    ...nouns,
    ...coloured.slice(2, 4),
    ...(emoji?.group === 9 ? [] : tags.slice(0, 2)),
    ...(label && emoji?.group !== 9 ? tags.slice(0, 1).map((tag) => `${tag} ${label}`) : []),
    ...usableHead,
    ...coloured.slice(4),
    ...tags.slice(2, 4),
    `${/^[aeiou]/.test(plain[0] ?? words) ? "an" : "a"} ${plain[0] ?? words}`,
    `picture of ${plain[0] ?? words}`,
  ].filter((caption) => caption !== undefined && caption !== "");
  const isTrue = (/** @type {string} */ caption) =>
    isEmojiSet ||
    [...caption.matchAll(COLOUR_PATTERN)].every(([word]) => !HUED_WORDS.has(word) || colours.includes(word));
  const kept = [...new Set(list)].filter(isTrue);
  return (kept.length ? kept : [words]).slice(0, MAX_CAPTIONS);
}
