/**
 * The icons that a style is learned from: read from a folder, and in the usual ink where most of them are of one colour, which then
 * is the style's. Such folders suit the flow between styles, as do those of flat colours; it draws others in about their mean.
 */
import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { styleAreasOf } from "../../engine/areas/style-areas.ts";
import { sizesIn } from "../../engine/live-area.ts";
import { spreadOf } from "../../engine/pixels/colour-spread.ts";
import { usualShare } from "../../engine/pixels/ground/ground.ts";
import { inkOf } from "../../engine/pixels/ink-colour.ts";
import { shadowsOf } from "../../engine/pixels/shadows/without-shadows.ts";
import {
  asInkOf,
  flatStyleOf,
  handIn,
  linesAndHand,
  linesOfFlat,
  type StyleInk,
  shadedInkOf,
} from "../../engine/pixels/style-ink.ts";
import { drawingIn, inUsualInk } from "../../engine/read-in-ink.ts";
import { planesOffPaper } from "../../engine/read-off-paper.ts";
import { aroundStyle, ringOf } from "../../engine/rings/find-ring.ts";
import { inkOfRing, offRing } from "../../engine/rings/off-ring.ts";
import { sha256Of } from "../../platform/sha256.ts";
import { captionsOfFolder, filesBelow, isImage, isSvg, stemOf } from "../dataset/captions-of-folder.ts";
import { DatasetIssues } from "../dataset/dataset-issues.ts";
import { decodeImage } from "../dataset/decode-image.ts";
import type { Icon } from "./style-pairs.ts";

/** Icons of which a style is learned; beyond them nothing was gained, and each costs time. */
const iconsMax = 400;
/** Icons that are looked at to tell whether a folder is of one colour. */
const lookedAt = 24;
/** Share of the icons that must be of one colour, so that a logo among them changes nothing. */
const oneColourLeast = 0.9;
/** Difference of two icons' channels up to which they have the same colour. */
const sameWithin = 0.1;

/** An icon, and what it shows. */
export type NamedIcon = Icon & { readonly caption: string };

export interface StyleIcons {
  readonly icons: readonly NamedIcon[];
  /** What the style is drawn in. */
  readonly styleInk: StyleInk;
}

/** Whether the icons of a folder are drawings of one colour, on the same ground, or of flat ones. @throws AppError `dataset_invalid` without such a folder */
export async function isOfFlatColours(folder: string, sizePx: number): Promise<boolean> {
  const files = iconFiles(await filesBelow(folder, new DatasetIssues()), new DatasetIssues());
  const every = Math.max(1, files.length / lookedAt);
  const icons: Icon[] = [];
  for (let at = 0; at < files.length; at += every) {
    const file = files[Math.floor(at)]!;
    const planes = await decodeImage(await readFile(join(folder, file)), file, sizePx).catch(() => undefined);
    if (planes) icons.push(offPaper({ kind: "image", planes, sizePx, key: file }));
  }
  const { ink, ground, areas } = inInkOfMost(icons).styleInk;
  return (ink ?? ground ?? areas) !== undefined;
}

const offPaper = <Shown extends Icon>(icon: Shown): Shown => ({ ...icon, planes: planesOffPaper(icon) ?? icon.planes });

/**
 * The icons in the usual ink, without those of other colours and without shadows and what goes around each, where most are of one colour; else as
 * they are.
 */
export function inInkOfMost<Shown extends Icon>(
  icons: readonly Shown[],
): { readonly icons: readonly Shown[]; readonly styleInk: StyleInk } {
  const found = ringOfMost(icons);
  if (!found) return withoutRing(icons);
  const { ring } = found;
  const within = icons.flatMap((icon) => (inkOfRing(icon, ring) ? [{ ...icon, planes: offRing(icon, ring) }] : []));
  const read = withoutRing(within);
  return { ...read, styleInk: { ...aroundStyle(found, read.styleInk), liveArea: usualShare, largest: undefined } };
}

/** The ring around nearly all icons, if any that is no rim of a ground of one colour. */
function ringOfMost(icons: readonly Icon[]): ReturnType<typeof ringOf<Icon>> {
  const found = ringOf(icons.slice(0, lookedAt));
  if (!found || (found.ring.isFilled && flatStyleOf(icons)?.ground)) return undefined;
  const within = icons.filter((icon) => inkOfRing(icon, found.ring) !== undefined);
  return within.length < oneColourLeast * icons.length ? undefined : found;
}

function withoutRing<Shown extends Icon>(
  icons: readonly Shown[],
): { readonly icons: readonly Shown[]; readonly styleInk: StyleInk } {
  const found = shadowsOf(icons);
  const alone = found?.alone ?? icons;
  const read = inkOfMost(alone, found !== undefined);
  const styleInk = { ...read.styleInk, ...(found && { shadows: found.shadows }) };
  return { icons: read.icons, styleInk: { ...styleInk, ...sizesIn(styleInk, alone.slice(0, lookedAt)) } };
}

/** @param isTakenOff icons were taken off their shadows */
function inkOfMost<Shown extends Icon>(
  icons: readonly Shown[],
  isTakenOff = false,
): { readonly icons: readonly Shown[]; readonly styleInk: StyleInk } {
  const some = icons.slice(0, limits.styleImagesMax);
  const shaded = shadedInkOf(some);
  if (shaded.gradient) {
    const own = icons.filter((icon) => shadedInkOf([icon]).ink).map((icon) => ({ ...icon, ...inUsualInk(icon) }));
    const lines = linesAndHand(some, shaded.isOneInk, isTakenOff);
    if (own.length >= oneColourLeast * icons.length) return { icons: own, styleInk: { ...shaded, ...lines } };
  }
  const inked = icons.flatMap((icon) => {
    const { ink } = inkOf([icon]);
    return ink ? [{ icon, ink }] : [];
  });
  const middle = [0, 1, 2].map((channel) => {
    const sorted = inked.map(({ ink }) => ink[channel]!).sort((one, other) => one - other);
    return sorted[Math.floor(sorted.length / 2)]!;
  });
  const same = inked
    .filter(({ ink }) => ink.every((value, channel) => Math.abs(value - middle[channel]!) <= sameWithin))
    .map(({ icon }) => icon);
  if (same.length === 0 || same.length < oneColourLeast * icons.length) return asInks(icons, isTakenOff);
  const shown = same.slice(0, limits.styleImagesMax);
  const ink = inkOf(shown);
  const styleInk = ink.ink ? { ...ink, ...linesAndHand(shown, ink.isOneInk, isTakenOff) } : ink;
  return { icons: same.map(inUsualInk), styleInk };
}

/** Icons of several flat colours as the flow knows such styles, where most are; else as they are. */
function asInks<Shown extends Icon>(
  icons: readonly Shown[],
  isTakenOff: boolean,
): ReturnType<typeof inInkOfMost<Shown>> {
  const styleInk = flatStyleOf(icons);
  const alone = styleInk
    ? icons.filter((icon) => asInkOf(icon, styleInk)).map((icon) => drawingIn(icon, styleInk, "the set"))
    : [];
  if (styleInk && alone.length >= oneColourLeast * icons.length) {
    const some = alone.slice(0, limits.styleImagesMax);
    return { icons: alone, styleInk: { ...styleInk, ...linesOfFlat(styleInk, icons, some, isTakenOff) } };
  }
  const areas = styleAreasOf(icons);
  const hand = handIn(icons, isTakenOff);
  return { icons, styleInk: { isOneInk: false, spread: spreadOf(icons), ...hand, ...(areas && { areas }) } };
}

/** Files of icons, at most as many as are read; of an icon in several formats its SVG. */
function iconFiles(files: readonly string[], issues: DatasetIssues): string[] {
  const images = files.filter(isImage);
  const drawn = new Set(images.filter(isSvg).map(stemOf));
  const once = images.filter((file) => {
    const isDouble = !isSvg(file) && drawn.has(stemOf(file));
    if (isDouble) issues.add("duplicate", file, "lies beside an SVG of its name");
    return !isDouble;
  });
  return once.slice(0, iconsMax);
}

/**
 * Icons of a folder by their digests, each once; what can't be read or shows nothing is left out.
 * @throws AppError `dataset_invalid` with fewer than `least`, or the signal's reason
 */
export async function readIcons(
  folder: string,
  { sizePx, least, issues, signal }: { sizePx: number; least: number; issues: DatasetIssues; signal?: AbortSignal },
  onRead: (done: number, total: number) => void,
): Promise<NamedIcon[]> {
  const files = await filesBelow(folder, issues);
  const images = iconFiles(files, issues);
  const captions = await captionsIn(folder, files);
  const icons = new Map<string, NamedIcon>();
  for (const [at, file] of images.entries()) {
    signal?.throwIfAborted();
    const bytes = await readFile(join(folder, file));
    const planes = await decodeImage(bytes, file, sizePx).catch((error: unknown) => String(error));
    const key = sha256Of(bytes);
    if (typeof planes === "string") issues.add("unreadable_image", file, planes);
    else if (!planes.some((value) => value > 0)) issues.add("empty_image", file);
    else if (icons.has(key)) issues.add("duplicate", file);
    else
      icons.set(
        key,
        offPaper({
          kind: "image",
          planes,
          sizePx,
          key,
          caption: captions.get(file) ?? basename(file, extname(file)),
        }),
      );
    onRead(at + 1, images.length);
  }
  if (icons.size >= least) return [...icons.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
  const expected = `at least ${least === 1 ? "one SVG, PNG, JPEG, WebP or GIF that shows something" : `${least} usable images`}`;
  const received = icons.size === 0 ? "none" : String(icons.size);
  const message = `${basename(folder)}: expected ${expected}, got ${received}`;
  throw new AppError("dataset_invalid", message, { field: "folder", expected, received });
}

/** What images show, by file. A style needs no captions, so a folder whose captions are wrong has none. */
async function captionsIn(folder: string, files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const captioned = await captionsOfFolder(folder, files, new DatasetIssues()).catch(() => []);
  return new Map(captioned.map(({ file, captions }) => [file, captions[0]!]));
}
