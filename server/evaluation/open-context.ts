/** Opens what an evaluation needs: the pack's translation, the experts as training reads them, the set and the feature net. */
import type { FlowConditionName } from "../../shared/conditions.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import { LayoutExpert } from "../experts/layout.ts";
import { SharedFiles } from "../experts/shared-files.ts";
import type { LabelExpertEntry } from "../manifest/expert-entries.ts";
import { digestsIn, type FileDigests } from "../manifest/manifest.ts";
import { selectTranslation } from "../manifest/pack-draft.ts";
import type { CatalogueEntry } from "../packs/catalogue.ts";
import { loadTranslations } from "../packs/load.ts";
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
  /** Folder of images; absent = only what needs none is measured. */
  readonly set?: string | undefined;
  /** Where what is read of a folder of images is kept. */
  readonly work: string;
  readonly settings: Settings;
  readonly threads?: number | undefined;
  readonly watch: ProgressReporter;
}

export interface OpenedSubject {
  readonly subject: EvaluationContext;
  close(): Promise<void>;
}

/** @throws AppError `translation_unknown`, `pack_corrupt`, `dataset_invalid` */
export async function openSubject(options: OpenOptions): Promise<OpenedSubject> {
  const { entry, settings, watch, threads = 0 } = options;
  const { folder, manifest } = entry;
  const draft = selectTranslation(manifest, options.translation);
  watch.step("opening the pack", 0, 1);
  await verifyPack(folder, manifest);
  const withShared = { threads, shared: new SharedFiles() };
  const translation = (await loadTranslations(entry, withShared)).find(({ id }) => id === draft.translation.id)!;
  const { imageSizePx } = translation.target;
  const files = digestsIn(manifest);
  const frozen = await openSetExperts({ pack: folder, draft, files }, withShared);
  const conditions = knownOf(frozen);
  const features = await openFeatureNet(entry, files, withShared, imageSizePx, watch);
  const opened = options.set === undefined ? undefined : await openSet(options.set, imageSizePx, options.work, watch);
  return {
    subject: {
      translation,
      ...conditions,
      frozen,
      images: opened && chooseImages(opened, conditions.vocabularies.get("style") ?? [], settings.seed),
      features,
      records: await readTrainingRecords(folder, manifest.version),
      settings,
      watch,
    },
    close: async () => opened?.set.close(),
  };
}

/** The translation's experts as training reads them, and what else is known of each. */
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

/** Depths of one net at most, by the conditions that they can be. */
const depthNames = ["image-early", "image-middle", "image-last"] as const satisfies readonly FlowConditionName[];

/** Outputs of the pack's image expert, in the manifest's order, whether the translation reads them or not. */
async function openFeatureNet(
  { folder: pack, manifest }: CatalogueEntry,
  files: FileDigests,
  options: ExpertOptions,
  sizePx: number,
  watch: ProgressReporter,
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
  return createFeatureNet(name, conditions, sizePx, watch);
}
