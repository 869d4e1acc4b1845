/**
 * Learns a style of one's own on a pack with a flow between styles. Its code is read from up to 16 of the icons and published at once.
 * Then a search looks for a better code by exact likelihood. The find is published only when held-out icons gain likelihood and the style
 * judge loses nothing. Trains no weights.
 */
import { join } from "node:path";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { Catalogue } from "../../packs/catalogue.ts";
import { loadPacks } from "../../packs/load.ts";
import { requireName } from "../../packs/pack-name.ts";
import type { PublishedPack } from "../../packs/publish.ts";
import { publishedStyle, publishStylePack, type StyleBase } from "../../packs/style-pack.ts";
import { sha256Of } from "../../platform/sha256.ts";
import { type DatasetIssue, DatasetIssues } from "../dataset/dataset-issues.ts";
import type { CaptionedPreview } from "../fit-translation.ts";
import { fitStyleCode } from "./fit-style-code.ts";
import { inInkOfMost, readIcons } from "./style-icons.ts";
import { type Judged, type Measured, worseBy } from "./style-judge.ts";
import { StylePairs } from "./style-pairs.ts";

/** Codes that are tried; each costs some half a second on one core. */
export const triesDefault = 60;
/** Icons that the search looks at for each code, and those held out. */
const [searchedMost, heldOutMost] = [24, 24];
/** Fewer show a style, but leave nothing to compare on. */
const heldOutFrom = 8;
/** Held-out icons that samples show. */
const samplesMost = 4;

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
  /** Threads of the runtime; absent = one a core. */
  readonly threads?: number | undefined;
  /** Icons without which the folder is refused (default 1). */
  readonly iconsLeast?: number;
  readonly signal?: AbortSignal | undefined;
  onStage(stage: "reading" | "redrawing" | "searching", done: number, total: number, nats?: StyleNats): void;
  /** Awaited before each publication. */
  onPublish?(): void | Promise<void>;
  /** Awaited; `isFirst`: of the code as it was read, after which the search begins. */
  onPublished?(pack: PublishedPack, isFirst: boolean): void | Promise<void>;
  /** Held-out icons, drawn again from what they became in other styles. Awaited; `tried` codes so far. */
  onSamples?(samples: readonly CaptionedPreview[], tried: number): void | Promise<void>;
}

/** Nats per dimension so far. */
export interface StyleNats {
  /** Least of the icons that the search looks at. */
  readonly searched: number;
  /** Of held-out icons, under the code as it was read. */
  readonly heldOut: number;
}

export interface LearnedStyle {
  readonly pack: PublishedPack;
  readonly icons: number;
  readonly heldOut: number;
  readonly issues: readonly DatasetIssue[];
  /** Absent where there were too few icons to hold any out. */
  readonly search?: {
    readonly startNats: number;
    readonly foundNats: number;
    readonly startJudge: number;
    readonly foundJudge: number;
    /** The try that gave the code. */
    readonly foundAt: number;
    /** Whether what is published is better than the code as it was read. */
    readonly isBetter: boolean;
    /** What kept the code that was found from being published. */
    readonly worseBy?: "nats" | "judge" | undefined;
  };
}

/**
 * @throws AppError `dataset_invalid` with too few icons, `config_invalid` when the name is the base's or its folder holds something else,
 *   `cancelled`, which says whether the style is published
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
    const published = first && `style ${name} ${first.version} is published and can be used`;
    throw new AppError("cancelled", `stopped; ${published ?? "the packs are as they were"}`, { cause: error });
  }
}

async function learn(options: LearnStyleOptions, onFirst: (pack: PublishedPack) => void): Promise<LearnedStyle> {
  const { base, name, label, tries, seed, signal, iconsLeast = 1, onStage } = options;
  const expertOptions = options.threads === undefined ? {} : { threads: options.threads };
  const packs = await loadPacks(await Catalogue.open(join(base.folder, "..")), expertOptions, [base.manifest.id]);
  const translation = packs.translations.find(({ id }) => id === base.translation.id);
  if (!translation)
    throw (
      packs.faults.find(({ folder }) => folder === base.folder)?.error ??
      new AppError("pack_unavailable", `${base.folder}: expected translation ${base.translation.id}, got none`)
    );
  const issues = new DatasetIssues();
  const reading = { sizePx: translation.target.imageSizePx, least: iconsLeast, issues, ...(signal && { signal }) };
  const { icons, styleInk } = inInkOfMost(
    await readIcons(options.folder, reading, (done, total) => onStage("reading", done, total)),
  );
  const pairs = new StylePairs(translation, base.posteriorStd, signal);
  const isHeldOut = (at: number): boolean =>
    icons.length >= heldOutFrom && at % Math.max(3, Math.floor(icons.length / heldOutMost)) === 0;
  const held = icons.filter((_, at) => isHeldOut(at)).slice(0, heldOutMost);
  const own = icons.filter((_, at) => !isHeldOut(at));
  const readings: Float32Array[] = [];
  for (let at = 0; at < own.length && readings.length < 12; at += limits.styleImagesMax)
    readings.push(await pairs.codeOf(own.slice(at, at + limits.styleImagesMax)));
  const learnedFrom = { name, icons: sha256Of(icons.map(({ key }) => key).join("\n")) };
  const published = await publishedStyle(options.packs, base, learnedFrom);
  // What a search found, as by a training that was killed after its publication, is where this one begins.
  const start = published?.metrics["heldOutNats"] === undefined ? { code: readings[0]!, metrics: {} } : published;
  const publish = async (
    code: Float32Array,
    metrics: Readonly<Record<string, number>>,
    isFirst: boolean,
  ): Promise<PublishedPack> => {
    await options.onPublish?.();
    signal?.throwIfAborted();
    const made = { ...learnedFrom, label, styleInk, source: `${icons.length} icons`, code, metrics };
    const pack = await publishStylePack(options.packs, base, made);
    if (isFirst) onFirst(pack);
    await options.onPublished?.(pack, isFirst);
    return pack;
  };
  const first = await publish(start.code, start.metrics, true);
  const counts = { icons: icons.length, heldOut: held.length, issues: issues.list() };
  if (held.length === 0) return { pack: first, ...counts };
  // Single icons are readings too, where there are few.
  for (let at = 0; at < own.length && readings.length < 8; at += 2)
    readings.push(await pairs.codeOf(own.slice(at, at + 4)));
  const others: Float32Array[] = [];
  for (const id of base.styles) others.push(await pairs.codeOf(id));
  const spread = others.filter((_, at) => at % Math.ceil(others.length / 4) === 0);
  const [searchedIcons, total] = [own.slice(0, searchedMost), Math.min(own.length, searchedMost) + held.length];
  const unseen = await pairs.pairsOf(held, readings[0]!, spread, (done) => onStage("redrawing", done, total));
  const sample = async (code: Float32Array, tried: number): Promise<void> => {
    if (!options.onSamples) return;
    const drawn = await pairs.drawn(unseen.slice(0, samplesMost), code, styleInk);
    await options.onSamples(
      drawn.map((image, at) => ({ ...image, caption: held[at]!.caption })),
      tried,
    );
  };
  await sample(start.code, 0);
  const searched = await pairs.pairsOf(searchedIcons, readings[0]!, spread, (done) =>
    onStage("redrawing", held.length + done, total),
  );
  const real = await pairs.codeOf(held.slice(0, limits.styleImagesMax));
  const measure = async (code: Float32Array): Promise<Measured & { readonly judge: Judged }> => ({
    nats: await pairs.natsOf(code, unseen, seed + 1),
    judge: await pairs.judge(code, unseen, real, others),
  });
  const asRead = await measure(readings[0]!);
  const isAsRead = start.code === readings[0];
  const before = isAsRead ? asRead : await measure(start.code);
  const found = await fitStyleCode({
    readings: isAsRead ? readings : [start.code, ...readings],
    natsOf: (code) => pairs.natsOf(code, searched, seed),
    ...{ tries, seed, signal },
    onTry: (tried, nats) => onStage("searching", tried, tries, { searched: nats, heldOut: before.nats }),
  });
  const after = await measure(found.code);
  // Small losses by the judge must not add up over trainings.
  const fault = worseBy(before, after) ?? worseBy(asRead, after);
  const reported = !fault || isAsRead ? after : before;
  const search = {
    ...{
      startNats: asRead.nats,
      foundNats: reported.nats,
      startJudge: asRead.judge.share,
      foundJudge: reported.judge.share,
    },
    ...{ foundAt: found.foundAt, isBetter: !worseBy(asRead, reported), worseBy: fault },
  };
  if (fault) return { pack: first, ...counts, search };
  await sample(found.code, tries);
  const metrics = { heldOutNats: after.nats, startNats: asRead.nats, heldOutImages: held.length };
  return { pack: await publish(found.code, metrics, false), ...counts, search };
}
