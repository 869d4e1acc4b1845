/**
 * Opens the context of an evaluation: the pack's translation, the experts as training reads them, the set and the feature net.
 */
import type { FlowConditionName } from "../../shared/contract/conditions.ts";
import { guidanceOn } from "../../shared/contract/translation-rules.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import { LayoutExpert } from "../experts/layout.ts";
import { SharedFiles } from "../experts/shared-files.ts";
import type { LabelExpertEntry } from "../manifest/expert-entries.ts";
import { digestsIn, type FileDigests } from "../manifest/manifest.ts";
import { selectTranslation } from "../manifest/pack-draft.ts";
import type { CatalogueEntry } from "../packs/catalogue.ts";
import { loadTranslations } from "../packs/load-translations.ts";
import { verifyPack } from "../packs/verify.ts";
import {
  openSetCondition,
  openSetExperts,
  type SetCondition,
  type SetExperts,
} from "../training/encode/pack-experts.ts";
import type { EvaluationContext, Settings } from "./evaluation-context.ts";
import { createFeatureNet, type FeatureNet } from "./feature-net.ts";
import { chooseImages } from "./images.ts";
import { openSet } from "./open-set.ts";
import type { ProgressReporter } from "./progress-reporter.ts";
import { readTrainingRecords } from "./training-records.ts";

export interface OpenOptions {
  readonly entry: CatalogueEntry;
  /** Id of the translation; absent = the pack's first. */
  readonly translation?: string | undefined;
  /** Folder of images; absent = only sections without images run. */
  readonly set?: string | undefined;
  /** Cache for the pixels of a folder of images. */
  readonly work: string;
  readonly settings: Settings;
  readonly threads?: number | undefined;
  readonly progress: ProgressReporter;
}

export interface OpenedContext {
  readonly context: EvaluationContext;
  close(): Promise<void>;
}

/** @throws AppError `translation_unknown`, `pack_corrupt`, `dataset_invalid` */
export async function openContext(options: OpenOptions): Promise<OpenedContext> {
  const { entry, settings, progress, threads = 0 } = options;
  const { folder, manifest } = entry;
  const draft = selectTranslation(manifest, options.translation);
  progress.step("opening the pack", 0, 1);
  await verifyPack(folder, manifest);
  const withShared = { threads, shared: new SharedFiles() };
  const translation = (await loadTranslations(entry, withShared)).find(({ id }) => id === draft.translation.id)!;
  const { imageSizePx } = translation.target;
  const files = digestsIn(manifest);
  const frozen = await openSetExperts({ pack: folder, draft, files }, withShared);
  const conditions = knownOf(frozen);
  const features = await openFeatureNet(entry, files, withShared, imageSizePx, progress);
  const opened =
    options.set === undefined ? undefined : await openSet(options.set, imageSizePx, options.work, progress);
  return {
    context: {
      translation,
      ...conditions,
      frozen,
      images: opened && chooseImages(opened, conditions.vocabularies.get("style") ?? [], settings.seed),
      features,
      records: await readTrainingRecords(folder, manifest.version),
      settings: { ...settings, guidance: guidanceOn({ id: translation.id, ...translation.flow }, settings) },
      progress,
    },
    close: async () => opened?.set.close(),
  };
}

/** The translation's experts as training reads them, with their vocabularies and sizes. */
function knownOf({
  conditions,
}: SetExperts): Pick<EvaluationContext, "experts" | "vocabularies" | "layout" | "lowResolutionPx"> {
  const vocabularies = new Map<FlowConditionName, readonly string[]>();
  let [layout, lowResolutionPx]: [EvaluationContext["layout"], number | undefined] = [undefined, undefined];
  for (const { name, entry } of conditions) {
    if (entry.kind === "label") vocabularies.set(name, idsOf(entry));
    if (entry.kind === "layout")
      layout = { expert: new LayoutExpert(entry), palette: entry.palette.map(({ hex }) => hex) };
    if (entry.kind === "low-resolution") lowResolutionPx = entry.sizePx;
  }
  return {
    experts: new Map(conditions.map(({ name, expert }) => [name, expert])),
    vocabularies,
    layout,
    lowResolutionPx,
  };
}

const idsOf = ({ vocabulary }: LabelExpertEntry): string[] => vocabulary.map(({ id }) => id);

/** The depths of one net, by the names of their conditions. */
const depthNames = ["image-early", "image-middle", "image-last"] as const satisfies readonly FlowConditionName[];

/** Opens all outputs of the pack's image expert in the manifest's order, including those that the translation does not read. */
export async function openFeatureNet(
  { folder: pack, manifest }: CatalogueEntry,
  files: FileDigests,
  options: ExpertOptions,
  sizePx: number,
  progress: ProgressReporter,
): Promise<FeatureNet | undefined> {
  const entries = Object.values(manifest.experts).filter((expert) => expert.kind === "image");
  const depths = entries
    .filter(({ model, sizePx: own }) => model === entries[0]!.model && own === entries[0]!.sizePx)
    .slice(-depthNames.length);
  if (depths.length === 0) return undefined;
  const conditions: SetCondition[] = [];
  for (const [at, entry] of depths.entries())
    conditions.push(await openSetCondition({ pack, files }, depthNames[at]!, entry, options));
  const part = manifest.parts.find(({ name }) => name.startsWith("image expert"));
  const name = `${part?.name ?? depths[0]!.model} (${depths.map(({ output }) => output).join(", ")})`;
  return createFeatureNet(name, conditions, sizePx, progress);
}
