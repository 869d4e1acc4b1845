/**
 * Reads the permitted sets of `@iconify/json` and groups their icons by family and variant. Drops brands, most flags, most skin tones,
 * hidden icons and variants of a few icons; caps every variant by the same hash of the base name, so that variants keep the same icons.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDropped, spellTone } from "../sets.mjs";
import { familyOf, isHeldOut, placeName, type SetNaming } from "./families.mts";
import { type Collection, isBrand, isBrandCategory, reasonToSkip } from "./licences.mts";
import type { Build } from "./procedural-style.mts";
import { hashUnit } from "./random.mts";
import type { IconSource } from "./svg.mts";

/** One icon of a variant. */
export interface VariantIcon {
  readonly name: string;
  readonly base: string;
  readonly source: IconSource;
}

/** One style of one family. */
export interface Variant {
  readonly id: string;
  readonly family: string;
  readonly set: string;
  readonly build: Build;
  readonly icons: readonly VariantIcon[];
}

/** A set as drawn, for the table of licences. */
export interface DrawnSet {
  readonly set: string;
  readonly title: string;
  readonly author: string;
  readonly authorUrl: string | undefined;
  readonly licence: string;
  readonly licenceUrl: string | undefined;
}

interface SetFile extends SetNaming {
  readonly width?: number;
  readonly height?: number;
  readonly left?: number;
  readonly top?: number;
  readonly icons: Readonly<Record<string, Partial<IconSource> & { readonly body: string; readonly hidden?: boolean }>>;
  readonly categories?: Readonly<Record<string, readonly string[]>>;
}

/** Sets whose names are those of emoji, with skin tones and flags. */
const emojiSets = new Set(
  "noto noto-v1 twemoji fluent-emoji fluent-emoji-flat fluent-emoji-high-contrast emojione emojione-monotone fxemoji streamline-emojis".split(
    " ",
  ),
);
/** Sets of brands; their names are what a brand is called. */
const brandSets = ["fa7-brands", "bxl", "cib", "simple-icons"];
const fewestIcons = 40;
const keptFlagShare = 0.1;

const readJson = <T,>(folder: string, file: string): T => JSON.parse(readFileSync(join(folder, file), "utf8")) as T;

/** @param folder of the package `@iconify/json` */
export const readBrandNames = (folder: string): ReadonlySet<string> =>
  new Set(
    brandSets.flatMap((set) =>
      Object.keys(readJson<SetFile>(folder, `json/${set}.json`).icons).map((name) => name.replace(/^logo-/, "")),
    ),
  );

/** How one icon is built. */
export function buildOf(body: string, isColour: boolean): Build {
  if (isColour && /#[0-9a-f]{3}/i.test(body)) return "colour";
  if (/opacity="/.test(body)) return "duotone";
  return /stroke="currentColor"/.test(body) ? "lines" : "fills";
}

/** Icons of one variant at most, of families to train on and of those held out. */
export interface Caps {
  readonly trained: number;
  readonly heldOut: number;
  /** As `placeName` has it. */
  readonly isSpareDrawn?: boolean;
}

/** @param folder of the package `@iconify/json` */
export function collectVariants(
  folder: string,
  caps: Caps,
): { variants: Variant[]; sets: DrawnSet[]; skipped: Record<string, string> } {
  const read = <T,>(file: string): T => readJson<T>(folder, file);
  const collections = read<Record<string, Collection>>("collections.json");
  const brandNames = readBrandNames(folder);
  const skipped: Record<string, string> = {};
  const variants: Variant[] = [];
  const sets: DrawnSet[] = [];
  for (const [set, collection] of Object.entries(collections)) {
    const reason = reasonToSkip(set, collection);
    if (reason !== undefined) {
      skipped[set] = reason;
      continue;
    }
    const own = variantsOfSet(set, collection, read<SetFile>(`json/${set}.json`), brandNames, caps);
    variants.push(...own);
    if (own.length === 0) skipped[set] = `fewer than ${fewestIcons} icons of a variant`;
    else
      sets.push({
        set,
        title: collection.name,
        author: collection.author.name,
        authorUrl: collection.author.url,
        licence: collection.license.spdx!,
        licenceUrl: collection.license.url,
      });
  }
  return { variants, sets, skipped };
}

function variantsOfSet(
  set: string,
  collection: Collection,
  file: SetFile,
  brandNames: ReadonlySet<string>,
  caps: Caps,
): Variant[] {
  const family = familyOf(set);
  const cap = isHeldOut(family) ? caps.heldOut : caps.trained;
  const names = Object.keys(file.icons);
  const allNames = new Set(names);
  const branded = new Set(
    Object.entries(file.categories ?? {}).flatMap(([category, members]) => (isBrandCategory(category) ? members : [])),
  );
  const byVariant = new Map<string, Map<string, VariantIcon & { sizePx: number }>>();
  for (const name of names) {
    const icon = file.icons[name]!;
    if (icon.hidden || branded.has(name)) continue;
    const isEmoji = emojiSets.has(set);
    if (isEmoji && isDropped({ name: set, style: set, isEmoji }, name, allNames)) continue;
    if (/^flag-|-flag$/.test(name) && isEmoji && hashUnit(name) > keptFlagShare) continue;
    const spelt = isEmoji ? spellTone({ name: set, style: set }, name, allNames) : name;
    const placed = placeName(set, spelt, file, caps.isSpareDrawn);
    if (placed === undefined || isBrand(placed.base, brandNames)) continue;
    const icons = byVariant.get(placed.variant) ?? new Map();
    byVariant.set(placed.variant, icons);
    const sizePx = placed.sizePx ?? 0;
    if ((icons.get(placed.base)?.sizePx ?? -1) >= sizePx) continue;
    const width = icon.width ?? file.width ?? 16;
    const height = icon.height ?? file.height ?? 16;
    const source = {
      body: icon.body,
      left: icon.left ?? file.left ?? 0,
      top: icon.top ?? file.top ?? 0,
      width,
      height,
    };
    icons.set(placed.base, { name, base: placed.base, source, sizePx });
  }
  return [...byVariant].flatMap(([id, icons]) => {
    if (icons.size < fewestIcons) return [];
    const order = (icon: VariantIcon): number => hashUnit(`${family}|${icon.base}`);
    const kept = [...icons.values()].sort((a, b) => order(a) - order(b)).slice(0, cap);
    return [{ id, family, set, build: usualBuild(kept, collection.palette), icons: kept }];
  });
}

/** How most of the icons are built. */
function usualBuild(icons: readonly VariantIcon[], isColour: boolean): Build {
  const counts = new Map<Build, number>();
  for (const { source } of icons) {
    const build = buildOf(source.body, isColour);
    counts.set(build, (counts.get(build) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0];
}
