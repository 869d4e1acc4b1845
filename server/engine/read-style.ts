/**
 * Styles as they are looked at: by a name that the pack knows, or by icons. What was read is kept, also of the same icons without what lies around and
 * behind them.
 */

import { liesOnAreasGround } from "./areas/areas-ground.ts";
import type { ConditionValue } from "./interfaces.ts";
import { sizesIn } from "./live-area.ts";
import type { Picture } from "./made-picture.ts";
import { asInkOf, isFlat, type StyleInk, shadedInkOf, styleInkOf } from "./pixels/style-ink.ts";
import { imagesWithout, plates, type ReadStyle, rings } from "./read-without.ts";
import { alone } from "./read-without-shadows.ts";
import { inkOfRing } from "./rings/off-ring.ts";
import type { Translation } from "./translation.ts";

export type Readers = Pick<Translation, "conditions">;

/** Undefined where no style is given, or a named one says nothing. */
export function styleOf({ conditions }: Readers, style: ConditionValue | undefined): ReadStyle | undefined {
  if (style?.kind === "images") return readStyle(style.images);
  if (style?.kind !== "text") return undefined;
  const styleInk = conditions.find(({ name }) => name === "style")?.expert.styleInk?.(style.text);
  return styleInk && { key: `the style ${style.text}`, styleInk, places: [] };
}

/** The styles that were read last, by the keys of their images: each drawing of a batch asks again, and looking takes some 200 ms. */
const stylesRead = new Map<string, ReadStyle>();
const stylesReadMost = 128;

export function readStyle(images: readonly Picture[]): ReadStyle {
  const key = keyOf(images);
  const read = stylesRead.get(key) ?? lookAt(images, key);
  if (read.styleInk.ring) rememberWithoutRing(read, images);
  else if (read.styleInk.plate) rememberWithoutPlate(read, images);
  // Its images without these shadows are read next, and are known already.
  else if (read.styleInk.shadows) remember(readWithoutShadows(read, images));
  // A drawing that shows its style alone is read at once, without its lines, and would take the place of a set.
  if (images.length === 1) return read;
  remember(read);
  return read;
}

/** The same style, of images without their ring. */
function rememberWithoutRing(style: ReadStyle, images: readonly Picture[]): void {
  const { ring: _, ...inner } = style.styleInk;
  const within = imagesWithout(images, style, rings);
  const innerKey = keyOf(within);
  const read = stylesRead.get(innerKey) ?? { key: innerKey, styleInk: inner, places: placesIn(inner, within) };
  if (inner.plate) rememberWithoutPlate(read, within);
  else if (inner.shadows) remember(readWithoutShadows(read, within));
  remember(read);
}

/** The same style, of images without their plate. */
function rememberWithoutPlate(style: ReadStyle, images: readonly Picture[]): void {
  const { plate: _, ...inner } = style.styleInk;
  const bare = imagesWithout(images, style, plates);
  const read = { key: keyOf(bare), styleInk: inner, places: [...bare.keys()] };
  if (inner.shadows) remember(readWithoutShadows(read, bare));
  remember(read);
}

const remember = (read: ReadStyle): ReadStyle => keep(stylesRead, read.key, read, stylesReadMost);

/** The same style, of images without their shadows. */
function readWithoutShadows({ key, styleInk, places }: ReadStyle, images: readonly Picture[]): ReadStyle {
  const { shadows = [], ...inner } = styleInk;
  return { key: keyOf(images.map((image) => alone(image, { key, shadows }))), styleInk: inner, places };
}

/** Packs read the same images at sizes of their own. */
export const keyOf = (images: readonly Picture[]): string => shortKey(images.map(seenBy).join(" "));

/** Short names of long keys: those of pictures that are made from others say of which, and would grow with each step. None is given twice. */
const shortKeys = new Map<string, string>();
const shortKeysMost = 1024;
let named = 0;

function shortKey(key: string): string {
  const known = shortKeys.get(key);
  if (known === undefined) named += 1;
  return keep(shortKeys, key, known ?? `style ${named}`, shortKeysMost);
}

export const seenBy = ({ key, sizePx }: Picture): string => `${sizePx} ${key}`;

function lookAt(images: readonly Picture[], key: string): ReadStyle {
  const styleInk: StyleInk = images.length === 1 ? shadedInkOf(images) : styleInkOf(images);
  const { shadows, ring } = styleInk;
  const bare = shadows && !ring ? images.map((image) => alone(image, { key, shadows })) : images;
  return { key, styleInk: { ...styleInk, ...sizesIn(styleInk, bare) }, places: placesIn(styleInk, images) };
}

/** Of the images that are of a style. */
function placesIn(styleInk: StyleInk, images: readonly Picture[]): number[] {
  const { ring, plate } = styleInk;
  const isOfStyle = (image: Picture): boolean => {
    if (ring) return inkOfRing(image, ring) !== undefined;
    if (plate) return liesOnAreasGround(image, plate);
    return !isFlat(styleInk) || asInkOf(image, styleInk) !== undefined;
  };
  return [...images.keys()].filter((at) => isOfStyle(images[at]!));
}

/** @param most entries, of which the one goes first that was asked for longest ago */
export function keep<Kept>(kept: Map<string, Kept>, key: string, value: Kept, most: number): Kept {
  kept.delete(key);
  kept.set(key, value);
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
  return value;
}
