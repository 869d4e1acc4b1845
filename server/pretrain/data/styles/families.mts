/**
 * Families of icons: sets that draw the same things with the same geometry, and which name belongs to which variant of a family.
 * A variant is a style ("outline", "fill", "duotone"); drawings of one family with the same base name are aligned pairs.
 * Variants are the `suffixes` and `prefixes` of each set's metadata; sets that only have a habit of naming are listed below.
 */

/** What the file of a set says besides its drawings. */
export interface SetNaming {
  readonly suffixes?: Readonly<Record<string, string>>;
  readonly prefixes?: Readonly<Record<string, string>>;
}

/** Sets that belong to another set's family. */
const familyOfSet: Readonly<Record<string, string>> = {
  "material-symbols-light": "material-symbols",
  "streamline-color": "streamline",
  "streamline-plump-color": "streamline-plump",
  "streamline-flex-color": "streamline-flex",
  "streamline-sharp-color": "streamline-sharp",
  "streamline-ultimate-color": "streamline-ultimate",
  "streamline-cyber-color": "streamline-cyber",
  "icon-park-outline": "icon-park",
  "icon-park-solid": "icon-park",
  "icon-park-twotone": "icon-park",
  "fluent-color": "fluent",
  "fluent-emoji-flat": "fluent-emoji",
  "fluent-emoji-high-contrast": "fluent-emoji",
  "emojione-monotone": "emojione",
  "glyphs-poly": "glyphs",
  "pepicons-pop": "pepicons",
  "pepicons-print": "pepicons",
  "pepicons-pencil": "pepicons",
  "fa7-solid": "fa7",
  "fa7-regular": "fa7",
  uil: "unicons",
  uim: "unicons",
  uit: "unicons",
  uis: "unicons",
  bx: "boxicons",
  bxs: "boxicons",
  "lucide-lab": "lucide",
  feather: "lucide",
  famicons: "ion",
};

/** Suffixes that metadata does not name. */
const habits: Readonly<Record<string, readonly string[]>> = {
  tabler: ["filled"],
  tdesign: ["filled"],
  "akar-icons": ["fill"],
  majesticons: ["line"],
  iconoir: ["solid"],
  clarity: ["line", "solid"],
  bi: ["fill"],
  f7: ["fill"],
  mage: ["fill"],
  stash: ["duotone", "light", "solid"],
  jam: ["f"],
  ix: ["filled"],
  "gravity-ui": ["fill"],
  carbon: ["filled"],
  vaadin: ["o"],
  humbleicons: ["solid"],
  proicons: ["filled"],
  uil: [],
  octicon: ["fill-12", "fill-16", "fill-24", "12", "16", "24", "48", "96"],
};

/** Sets whose suffixes are pixel sizes of one style: the largest drawing of a name stays. */
const sizedSets: ReadonlySet<string> = new Set(["fluent-color", "qlementine-icons", "garden"]);

/** Of fluent's twenty sizes and weights, those that look different; and those that some things have alone. */
const keptFluent = /^((16|24|48)-(filled|regular)|(24|32|48)-light)$/;
export const spareFluent = /^(20|28|32)-(filled|regular)$/;

/** Whole families that nothing is trained on; those marked are in colour. */
export const heldOutFamilies: ReadonlySet<string> = new Set([
  ...["iconamoon", "mynaui", "basil", "teenyicons", "healthicons", "unicons", "si", "pepicons", "clarity", "lsicon"],
  // In colour: glyphs-poly, the stickies, cyber-color, emojione.
  ...["glyphs", "streamline-stickies-color", "streamline-cyber", "emojione"],
]);

/** Styles that pack `icons` has held back from its beginning. */
export const heldBackFamilies: ReadonlySet<string> = new Set(["meteocons", "streamline-kameleon-color"]);

/** Says whether nothing is trained on a family. */
export const isHeldOut = (family: string): boolean => heldOutFamilies.has(family) || heldBackFamilies.has(family);

/** The family of a set. */
export const familyOf = (set: string): string => familyOfSet[set] ?? set;

/** Where a name belongs: its variant within the family and the name that its variants share. */
export interface Placed {
  readonly variant: string;
  readonly base: string;
  /** Pixels, where the suffix is a size of one style. */
  readonly sizePx?: number;
}

/**
 * Finds variant and base name of an icon, or undefined where this variant is not drawn.
 * @param isSpareDrawn takes sizes too that add nothing where a thing has another
 */
export function placeName(set: string, name: string, naming: SetNaming, isSpareDrawn = false): Placed | undefined {
  const prefix = longest(Object.keys(naming.prefixes ?? {}), (text) => name.startsWith(`${text}-`));
  if (prefix !== undefined) return { variant: `${set}/${prefix}`, base: name.slice(prefix.length + 1) };
  const suffixes = [...Object.keys(naming.suffixes ?? {}), ...(habits[set] ?? [])];
  const suffix = longest(suffixes, (text) => name.endsWith(`-${text}`));
  if (set === "fluent" && !isFluentDrawn(suffix ?? "", isSpareDrawn)) return undefined;
  const base = suffix === undefined ? name : name.slice(0, -suffix.length - 1);
  if (sizedSets.has(set)) return { variant: set, base, sizePx: Number(suffix ?? 1) };
  return { variant: suffix === undefined ? set : `${set}/${suffix}`, base };
}

const isFluentDrawn = (suffix: string, isSpareDrawn: boolean): boolean =>
  keptFluent.test(suffix) || (isSpareDrawn && spareFluent.test(suffix));

const longest = (texts: readonly string[], fits: (text: string) => boolean): string | undefined =>
  texts.filter((text) => text !== "" && fits(text)).sort((a, b) => b.length - a.length)[0];
