/** Opens what an evaluation needs: the pack's translation, the experts as training reads them, the set and the feature net. */
import { type FlowConditionName, fieldOf } from "../../shared/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import type { Expert, ExpertOptions } from "../experts/expert.ts";
import { LayoutExpert } from "../experts/layout.ts";
import { openConditioning } from "../experts/registry.ts";
import { SharedFiles } from "../experts/shared-files.ts";
import type { CatalogueEntry } from "../packs/catalogue.ts";
import { loadTranslations } from "../packs/load.ts";
import {
  type ConditioningEntry,
  filesOfExpert,
  type LabelExpertEntry,
  type TargetEntry,
  type TranslationEntry,
} from "../packs/manifest.ts";
import { verifyPack } from "../packs/verify.ts";
import { createFeatureNet, type FeatureNet } from "./feature-net.ts";
import { chooseImages } from "./images.ts";
import { openSet } from "./open-set.ts";
import type { Settings, Subject } from "./subject.ts";
import { readTrainingRecords } from "./training-records.ts";
import type { Watch } from "./watch.ts";

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
  readonly watch: Watch;
}

export interface OpenedSubject {
  readonly subject: Subject;
  close(): Promise<void>;
}

/** @throws AppError `translation_unknown`, `pack_corrupt`, `dataset_invalid` */
export async function openSubject(options: OpenOptions): Promise<OpenedSubject> {
  const { entry, settings, watch, threads = 0 } = options;
  const { folder, manifest } = entry;
  const named = selectTranslation(manifest.translations, options.translation);
  watch.step("opening the pack", 0, 1);
  await verifyPack(folder, manifest);
  const withShared = { threads, shared: new SharedFiles() };
  const translation = (await loadTranslations(entry, withShared)).find(({ id }) => id === named.id)!;
  const { imageSizePx } = translation.target;
  const conditions = await openConditions(entry, named, withShared);
  const features = await openFeatureNet(entry, withShared, imageSizePx, watch);
  const target = manifest.experts[named.target] as TargetEntry;
  const opened = options.set === undefined ? undefined : await openSet(options.set, imageSizePx, options.work, watch);
  return {
    subject: {
      translation,
      ...conditions,
      posteriorStd: target.posteriorStd,
      targetDigest: manifest.files.find(({ path }) => path === filesOfExpert(target)[0])!.sha256,
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
async function openConditions(
  { folder, manifest }: CatalogueEntry,
  { conditions }: TranslationEntry,
  options: ExpertOptions,
): Promise<Pick<Subject, "experts" | "vocabularies" | "layout" | "lowResolutionPx">> {
  const experts = new Map<FlowConditionName, Expert>();
  const vocabularies = new Map<FlowConditionName, readonly string[]>();
  let [layout, lowResolutionPx]: [Subject["layout"], number | undefined] = [undefined, undefined];
  for (const { name, expert: key } of conditions) {
    const entry = manifest.experts[key] as ConditioningEntry;
    experts.set(name, await openConditioning(folder, entry, fieldOf(name), options));
    if (entry.kind === "label") vocabularies.set(name, idsOf(entry));
    if (entry.kind === "layout")
      layout = { expert: new LayoutExpert(entry), palette: entry.palette.map(({ hex }) => hex) };
    if (entry.kind === "low-resolution") lowResolutionPx = entry.sizePx;
  }
  return { experts, vocabularies, layout, lowResolutionPx };
}

const idsOf = ({ vocabulary }: LabelExpertEntry): string[] => vocabulary.map(({ id }) => id);

function selectTranslation(translations: readonly TranslationEntry[], id: string | undefined): TranslationEntry {
  const found = id === undefined ? translations[0] : translations.find((translation) => translation.id === id);
  if (found) return found;
  const expected = `one of ${translations.map((translation) => translation.id).join(", ")}`;
  throw new AppError("translation_unknown", `--translation: expected ${expected}, got "${id}"`, {
    field: "--translation",
    expected,
    received: String(id),
  });
}

/** All outputs of the pack's image expert, in the manifest's order, whether the translation reads them or not. */
async function openFeatureNet(
  { folder, manifest }: CatalogueEntry,
  options: ExpertOptions,
  sizePx: number,
  watch: Watch,
): Promise<FeatureNet | undefined> {
  const entries = Object.values(manifest.experts).filter((expert) => expert.kind === "image");
  const depths = entries.filter(({ model }) => model === entries[0]!.model);
  if (depths.length === 0) return undefined;
  const experts: Expert[] = [];
  for (const entry of depths) experts.push(await openConditioning(folder, entry, "image", options));
  const part = manifest.parts.find(({ name }) => name.startsWith("image expert"));
  const name = `${part?.name ?? depths[0]!.model} (${depths.map(({ output }) => output).join(", ")})`;
  return createFeatureNet(name, experts, sizePx, watch);
}
