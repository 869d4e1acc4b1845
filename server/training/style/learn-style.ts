/**
 * Learns a style of one's own on a pack with a flow between styles: its code is read from up to 16 of the icons and published at once;
 * then a search for a better code by exact likelihood, published only when held-out icons gain by likelihood and lose nothing by the
 * style judge. Trains no weights.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { inkOf, type StyleInk } from "../../engine/pixels/ink-colour.ts";
import { inUsualInk } from "../../engine/read-in-ink.ts";
import { decodeFitted } from "../../images/codec.ts";
import { Catalogue } from "../../packs/catalogue.ts";
import { loadPacks } from "../../packs/load.ts";
import { requireName } from "../../packs/pack-name.ts";
import type { PublishedPack } from "../../packs/publish.ts";
import { publishStylePack, type StyleBase } from "../../packs/style-pack.ts";
import { sha256Of } from "../../platform/sha256.ts";
import { filesBelow, isImage } from "../dataset/captions-of-folder.ts";
import { DatasetIssues } from "../dataset/dataset-issues.ts";
import { fitStyleCode } from "./fit-style-code.ts";
import { type Icon, StylePairs } from "./style-pairs.ts";

/** Icons of which a style is learned; beyond them nothing was gained, and each costs time. */
const iconsMax = 400;
/** Icons that the search looks at for each code, and those held out. */
const [searchedMost, heldOutMost] = [24, 24];
/** Fewer show a style, but leave nothing to compare on. */
const heldOutFrom = 8;

export interface LearnStyleOptions {
  /** Folder of icons; no captions are needed. */
  readonly folder: string;
  readonly base: StyleBase;
  readonly name: string;
  readonly label: string;
  /** Folder of user packs. */
  readonly packs: string;
  readonly tries: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  onStage(stage: "reading" | "published" | "searching", done: number, total: number, nats?: number): void;
}

export interface LearnedStyle {
  readonly pack: PublishedPack;
  readonly icons: number;
  readonly heldOut: number;
  /** Absent where there were too few icons to hold any out. */
  readonly search?: {
    readonly startNats: number;
    readonly foundNats: number;
    readonly startJudge: number;
    readonly foundJudge: number;
    /** False: the start was kept. */
    readonly isBetter: boolean;
  };
}

/**
 * @throws AppError `dataset_invalid` without icons, `config_invalid` when the name is the base's or its folder holds something else,
 *   `cancelled`, which says whether the code that was read is published
 */
export async function learnStyle(options: LearnStyleOptions): Promise<LearnedStyle> {
  const { base, name, signal } = options;
  requireName(name, [base.manifest]);
  let first: PublishedPack | undefined;
  try {
    return await learn(options, (pack) => {
      first = pack;
    });
  } catch (error) {
    if (!signal?.aborted || (error instanceof AppError && error.code !== "cancelled")) throw error;
    const published =
      first && `style ${name} ${first.version} is published with the code that was read, and can be used`;
    throw new AppError("cancelled", `stopped; ${published ?? "the packs are as they were"}`, { cause: error });
  }
}

async function learn(options: LearnStyleOptions, onFirst: (pack: PublishedPack) => void): Promise<LearnedStyle> {
  const { base, name, label, packs, tries, seed, signal, onStage } = options;
  const { translations } = await loadPacks(await Catalogue.open(join(base.folder, "..")), {}, [base.manifest.id]);
  const translation = translations.find(({ id }) => id === base.translation.id)!;
  const { icons, styleInk } = inInkOfStyle(await readIcons(options, translation.target.imageSizePx));
  const pairs = new StylePairs(translation, base.posteriorStd, signal);
  const isHeldOut = (at: number): boolean =>
    icons.length >= heldOutFrom && at % Math.max(3, Math.floor(icons.length / heldOutMost)) === 0;
  const held = icons.filter((_, at) => isHeldOut(at)).slice(0, heldOutMost);
  const own = icons.filter((_, at) => !isHeldOut(at));
  const readings: Float32Array[] = [];
  for (let at = 0; at < own.length && readings.length < 12; at += limits.styleImagesMax)
    readings.push(await pairs.codeOf(own.slice(at, at + limits.styleImagesMax)));
  const made = { name, label, styleInk, source: options.folder };
  const first = await publishStylePack(packs, base, { ...made, code: readings[0]!, metrics: {} });
  onFirst(first);
  onStage("published", 1, 1);
  if (held.length === 0) return { pack: first, icons: icons.length, heldOut: 0 };
  // Single icons are readings too, where there are few.
  for (let at = 0; at < own.length && readings.length < 8; at += 2)
    readings.push(await pairs.codeOf(own.slice(at, at + 4)));
  const others: Float32Array[] = [];
  for (const id of base.styles) others.push(await pairs.codeOf(id));
  const spread = others.filter((_, at) => at % Math.ceil(others.length / 4) === 0);
  const searched = await pairs.pairsOf(own.slice(0, searchedMost), readings[0]!, spread);
  const unseen = await pairs.pairsOf(held, readings[0]!, spread);
  const found = await fitStyleCode({
    readings,
    natsOf: (code) => pairs.natsOf(code, searched, seed),
    ...{ tries, seed, signal },
    onTry: (tried, nats) => onStage("searching", tried, tries, nats),
  });
  const real = await pairs.codeOf(held.slice(0, limits.styleImagesMax));
  const measure = async (code: Float32Array) => ({
    nats: await pairs.natsOf(code, unseen, seed + 1),
    judge: await pairs.judge(code, unseen, real, others),
  });
  const [before, after] = [await measure(readings[0]!), await measure(found.code)];
  const isBetter = after.nats < before.nats && after.judge >= before.judge;
  const search = {
    ...{ startNats: before.nats, foundNats: after.nats, startJudge: before.judge, foundJudge: after.judge, isBetter },
  };
  const metrics = {
    heldOutNats: isBetter ? after.nats : before.nats,
    startNats: before.nats,
    heldOutImages: held.length,
  };
  const pack = isBetter ? await publishStylePack(packs, base, { ...made, code: found.code, metrics }) : first;
  return { pack, icons: icons.length, heldOut: held.length, search };
}

/** Icons of one colour in the usual ink, as they are read wherever they show a style. */
function inInkOfStyle(icons: readonly Icon[]): { readonly icons: readonly Icon[]; readonly styleInk: StyleInk } {
  const styleInk = inkOf(icons.slice(0, limits.styleImagesMax));
  // Beyond those that were looked at, an icon of several colours shows the style as it is.
  return { styleInk, icons: styleInk.ink ? icons.map((icon) => (inkOf([icon]).ink ? inUsualInk(icon) : icon)) : icons };
}

async function readIcons({ folder, onStage, signal }: LearnStyleOptions, sizePx: number): Promise<Icon[]> {
  const files = (await filesBelow(folder, new DatasetIssues())).filter(isImage);
  const icons = new Map<string, Icon>();
  for (const [at, file] of files.slice(0, iconsMax).entries()) {
    signal?.throwIfAborted();
    const bytes = await readFile(join(folder, file));
    const planes = await decodeFitted(bytes, sizePx).catch(() => undefined);
    // A broken or an empty picture shows no style.
    if (planes?.some((value) => value > 0))
      icons.set(sha256Of(bytes), { kind: "image", planes, sizePx, key: sha256Of(bytes) });
    onStage("reading", at + 1, Math.min(files.length, iconsMax));
  }
  if (icons.size > 0) return [...icons.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
  const [expected, received] = ["at least one PNG, JPEG, WebP or GIF that shows something", "none"];
  throw new AppError("dataset_invalid", `${folder}: expected ${expected}, got ${received}`, { expected, received });
}
