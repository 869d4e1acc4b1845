/**
 * The icon sets the default pack is trained on, and which drawing of each counts as which style.
 * Does not read any file. Source: the npm packages `@iconify-json/*`; licences are read from the packages themselves.
 */

/**
 * @typedef {object} IconSet
 * @property {string} name Package name after `@iconify-json/`, also the first half of every icon id.
 * @property {string} style Style of an icon without a style suffix.
 * @property {Record<string, string>} [suffixStyles] Name suffix → style, for sets that hold two drawings of each icon.
 * @property {boolean} [isEmoji] Names follow Unicode emoji, so a name is mapped to an emoji wherever possible.
 * @property {boolean} [hasFlags] Whether country flags of this set are kept (three sets are enough: flags look alike in all).
 * @property {boolean} [isHeldBack] The whole set is kept out of all training.
 * @property {string[]} [dropCategories] Categories of the package's metadata that are brands.
 * @property {string[]} [brands] Names that are brands here, and things in other sets.
 */

/** Brands, by the names that icons have without numbers. Some sets list theirs among other things. */
const BRANDS = new Set(
  (
    "adobe amazon android android-os app-store binance-circle chrome credit-card-visa crypto-currency-litecoin css-three " +
    "debian discord dribbble dribble dropbox epic-games facebook figma gmail google google-drive html-five instagram " +
    "ios-ipados kirby linkedin linux mac-finder meta netflix nintendo-switch nintendo-xbox-controller office-file-adobe " +
    "pacman paypal pdf-reader-application play-station play-store pokeball pokeball-one polka-dot-circle programming-css " +
    "reddit safari share-android share-ios skype slack spotify steam stumbleupon switch-nintendo telegram tiktok tinder " +
    "twitter vlc whatsapp wikipedia windows xbox xrp-circle youtube"
  ).split(" "),
);

/** @type {IconSet[]} Order is fixed: it decides rows and the order of the styles vocabulary. */
export const ICON_SETS = [
  { name: "noto", style: "noto", isEmoji: true, hasFlags: true },
  { name: "noto-v1", style: "noto-v1", isEmoji: true },
  { name: "twemoji", style: "twemoji", isEmoji: true, hasFlags: true },
  { name: "fluent-emoji-flat", style: "fluent-flat", isEmoji: true, hasFlags: true },
  { name: "fluent-emoji", style: "fluent-3d", isEmoji: true },
  { name: "fxemoji", style: "fxemoji", isEmoji: true },
  { name: "emojione", style: "emojione", isEmoji: true, hasFlags: true },
  { name: "streamline-emojis", style: "streamline-emojis", isEmoji: true, hasFlags: true },
  { name: "flat-color-icons", style: "flat-color" },
  { name: "fluent-color", style: "fluent-color" },
  { name: "icon-park", style: "icon-park", dropCategories: ["Brand"] },
  { name: "marketeq", style: "marketeq" },
  {
    name: "streamline-color",
    style: "streamline-core",
    suffixStyles: { "-flat": "streamline-core-flat" },
    brands: ["apple", "stream"],
  },
  { name: "streamline-plump-color", style: "streamline-plump", suffixStyles: { "-flat": "streamline-plump-flat" } },
  {
    name: "streamline-flex-color",
    style: "streamline-flex",
    suffixStyles: { "-flat": "streamline-flex-flat" },
    brands: ["apple"],
  },
  { name: "streamline-sharp-color", style: "streamline-sharp", suffixStyles: { "-flat": "streamline-sharp-flat" } },
  { name: "streamline-ultimate-color", style: "streamline-ultimate" },
  { name: "streamline-cyber-color", style: "streamline-cyber" },
  { name: "meteocons", style: "meteocons", suffixStyles: { "-fill": "meteocons-fill" }, isHeldBack: true },
  {
    name: "streamline-kameleon-color",
    style: "streamline-kameleon",
    suffixStyles: { "-duo": "streamline-kameleon-duo" },
    isHeldBack: true,
  },
];

const SKIN_TONE = /-(?:medium-light|medium-dark|light|medium|dark)-skin-tone/g;
const SHORT_TONE = /((?:-(?:medium-light|medium-dark|light|medium|dark))+)$/;

/**
 * Spells skin tones out: the fluent sets write `artist-dark` for `artist-dark-skin-tone`.
 * @param {IconSet} set @param {string} name @param {Set<string>} allNames
 */
export function spellTone(set, name, allNames) {
  const base = name.replace(SHORT_TONE, "");
  const isTone = set.name.startsWith("fluent-emoji") && base !== name && allNames.has(`${base}-medium-dark`);
  return isTone ? `${name}-skin-tone` : name;
}

/**
 * Says whether an icon is left out before rendering.
 * Skin tones: neutral and "medium" stay. Brands are none. Pictures in several pixel sizes keep the largest.
 * @param {IconSet} set
 * @param {string} name
 * @param {Set<string>} allNames Every icon name of the set.
 */
export function isDropped(set, name, allNames) {
  const tones = spellTone(set, name, allNames).match(SKIN_TONE);
  if (tones && (tones.length > 1 || tones[0] !== "-medium-skin-tone")) return true;
  const thing = styleOf(set, name).plainName.replace(/-?\d+$/, "");
  if (/(^|-)logo(-|$)/.test(name) || BRANDS.has(thing) || set.brands?.includes(thing)) return true;
  if (set.name === "fluent-color") {
    const size = /^(.*)-(\d+)$/.exec(name);
    if (size) return [20, 24, 28, 32, 48].some((px) => px > Number(size[2]) && allNames.has(`${size[1]}-${px}`));
  }
  return /^regional-?indicator/.test(name);
}

/**
 * Splits a style suffix off a name.
 * @param {IconSet} set
 * @param {string} name
 * @returns {{ style: string, plainName: string }}
 */
export function styleOf(set, name) {
  for (const [suffix, style] of Object.entries(set.suffixStyles ?? {})) {
    if (name.endsWith(suffix)) return { style, plainName: name.slice(0, -suffix.length) };
  }
  return { style: set.style, plainName: name };
}

/**
 * Emoji share names, colours and a way to draw, and so do interface icons.
 * @param {string} style
 * @returns {"emoji" | "interface"}
 */
export const groupOf = (style) => (ICON_SETS.some((set) => set.isEmoji && set.style === style) ? "emoji" : "interface");

/** Styles that are trained, in a stable order: the vocabulary of the style condition. */
export const TRAINED_STYLES = ICON_SETS.filter((set) => !set.isHeldBack).flatMap((set) => [
  set.style,
  ...Object.values(set.suffixStyles ?? {}),
]);
