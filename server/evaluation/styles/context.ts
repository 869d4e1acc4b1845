/**
 * The context of a report on a flow between styles: the pack as the inference child loads it, the rendered drawings, the nets that judge, and
 * requests as users send them. It opens everything in this process and measures nothing.
 */
import { dirname } from "node:path";
import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import {
  type GenerationInput,
  ResolvedRequestSchema,
} from "../../../shared/contract/generations/generation-request.ts";
import type { Source } from "../../../shared/contract/generations/sources.ts";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { toPremultipliedPlanes } from "../../engine/pixels/pixels.ts";
import type { Translation } from "../../engine/translation.ts";
import { SharedFiles } from "../../experts/shared-files.ts";
import { flowBatch } from "../../flow/flow-sessions.ts";
import type { ConditionImage } from "../../inference/protocol.ts";
import { createService, type InferenceService } from "../../inference/service.ts";
import { digestsIn, type TranslationEntry } from "../../manifest/manifest.ts";
import { Catalogue, type CatalogueEntry } from "../../packs/catalogue.ts";
import { loadPacks } from "../../packs/load.ts";
import { sha256Of } from "../../platform/sha256.ts";
import type { FeatureNet } from "../feature-net.ts";
import { openFeatureNet } from "../open-context.ts";
import type { ProgressReporter } from "../progress-reporter.ts";
import type { PictureNet } from "../upscaling/feature-maps.ts";
import { openLpips } from "../upscaling/lpips.ts";
import { type Pair, type StyleDrawing, StyleDrawings } from "./style-drawings.ts";

export interface StylesOptions {
  readonly entry: CatalogueEntry;
  /** The pack's translation whose condition is a drawing. */
  readonly entryOfTranslation: TranslationEntry;
  /** Folder of the packs that ship, among which are those that lend words and the net that judges. */
  readonly packsDir: string;
  /** Folder of rendered drawings. */
  readonly set: string;
  /** Path of the LPIPS graph; absent or missing = no LPIPS. */
  readonly lpips?: string | undefined;
  readonly settings: { readonly seed: number; readonly limit: number };
  readonly threads: number;
  readonly progress: ProgressReporter;
}

/** One picture of an answer. */
export interface Answer {
  /** Premultiplied planes [4, size, size]. */
  readonly planes: Float32Array;
  readonly sources: readonly Source[];
}

export interface StylesContext {
  readonly translation: Translation;
  readonly drawings: StyleDrawings;
  readonly sizePx: number;
  readonly service: InferenceService;
  /** Styles of one ink, without accents in others, that have a name. */
  readonly namedStyles: readonly string[];
  readonly features?: FeatureNet | undefined;
  readonly lpips?: PictureNet | undefined;
  /** Ids of the packs that were loaded. */
  readonly packIds: readonly string[];
  readonly settings: StylesOptions["settings"];
  readonly threads: number;
  readonly progress: ProgressReporter;
}

/** @throws AppError `dataset_invalid`, `pack_corrupt`, `translation_unknown` */
export async function openStyles(options: StylesOptions): Promise<StylesContext> {
  const { entry, entryOfTranslation: requested, packsDir, settings, threads, progress } = options;
  progress.step("opening the packs", 0, 1);
  const catalogue = await Catalogue.open(packsDir, dirname(entry.folder));
  const lends = ({ manifest }: CatalogueEntry): boolean =>
    manifest.translations.some(({ id }) => id === requested.captions?.translation);
  const packIds = [entry, ...catalogue.entries.filter(lends)].map(({ manifest }) => manifest.id);
  const shared = new SharedFiles();
  const { translations, faults } = await loadPacks(catalogue, { threads, shared }, [...new Set(packIds)]);
  const translation = translations.find(({ id }) => id === requested.id);
  if (!translation)
    throw faults[0]?.error ?? new AppError("translation_unknown", `${requested.id}: expected it loaded`);
  const sizePx = translation.target.imageSizePx;
  const judge = catalogue.entries.find(({ manifest }) =>
    Object.values(manifest.experts).some(({ kind }) => kind === "image"),
  );
  const style = entry.manifest.experts[requested.conditions.find(({ name }) => name === "style")?.expert ?? ""];
  return {
    translation,
    drawings: await StyleDrawings.open(options.set, sizePx),
    sizePx,
    service: createService(translations, flowBatch),
    namedStyles:
      style?.kind === "drawing-style"
        ? style.vocabulary.filter(({ isOneInk, accents }) => isOneInk && !accents).map(({ id }) => id)
        : [],
    features: judge && (await openFeatureNet(judge, digestsIn(judge.manifest), { threads, shared }, sizePx, progress)),
    lpips: options.lpips === undefined ? undefined : await openLpips(options.lpips, threads),
    packIds: [...new Set(packIds)],
    settings,
    threads,
    progress,
  };
}

/** The digest by which requests name a drawing. */
export const digestOf = ({ row }: StyleDrawing): string => sha256Of(`drawing ${row}`);

export async function imagesOf(
  { drawings, sizePx }: StylesContext,
  shown: readonly StyleDrawing[],
): Promise<Map<string, ConditionImage>> {
  const images = new Map<string, ConditionImage>();
  for (const drawing of shown)
    if (!images.has(digestOf(drawing)))
      images.set(digestOf(drawing), { planes: (await drawings.read(drawing)).slice(), sizePx });
  return images;
}

/**
 * The pictures of a request at temperature 0, as the server draws them.
 * @param shown the drawings that it names
 */
export async function ask(
  context: StylesContext,
  input: GenerationInput,
  shown: readonly StyleDrawing[] = [],
  more: ReadonlyMap<string, ConditionImage> = new Map(),
): Promise<Answer[]> {
  const { service, translation, settings, sizePx } = context;
  const request = ResolvedRequestSchema.parse({
    ...{ translation: translation.id, temperature: 0, count: 1, seed: settings.seed },
    ...input,
  });
  const answers: Answer[] = [];
  await service.generate({
    request,
    images: new Map([...(await imagesOf(context, shown)), ...more]),
    signal: new AbortController().signal,
    onProgress: () => {},
    onFindings: () => {},
    onImage: ({ index, rgba, sources = [] }) => {
      answers[index] = { planes: toPremultipliedPlanes(rgba, sizePx), sources };
    },
  });
  return answers;
}

/** What tells a pair's styles. */
export interface PairOptions {
  /** Drawings that show the requested style, at most. */
  readonly examples?: number;
  /** The source shows its style alone, without others of its style. */
  readonly isSourceAlone?: boolean;
}

/** The condition of a pair, and the drawings that it names. */
export function conditionOf(
  { drawings, settings: { seed } }: StylesContext,
  { target, source }: Pair,
  { examples = limits.styleImagesMax, isSourceAlone = false }: PairOptions = {},
): { condition: PartialCondition; shown: StyleDrawing[] } {
  const requested = drawings.examplesOf(target, examples, seed);
  const sisters = isSourceAlone ? [] : drawings.examplesOf(source, limits.styleImagesMax, seed);
  const drawing = { image: digestOf(source), ...(sisters.length > 0 && { style: { images: sisters.map(digestOf) } }) };
  return {
    condition: { drawing, style: { images: requested.map(digestOf) } },
    shown: [source, ...requested, ...sisters],
  };
}

/** What the server makes of a pair's source in the target's style. */
export async function restyled(context: StylesContext, pair: Pair, options?: PairOptions): Promise<Float32Array> {
  const { condition, shown } = conditionOf(context, pair, options);
  return (await ask(context, { condition }, shown))[0]!.planes;
}

/** A picture through encoder and decoder. */
export async function rebuilt({ translation: { target } }: StylesContext, planes: Float32Array): Promise<Float32Array> {
  return target.decode(await target.encode(planes, 1), 1);
}
