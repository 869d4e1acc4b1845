/**
 * Opens the translations of a pack: their experts and flows, joined and checked against each other. load.ts loads this file for packs
 * that have translations.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fieldOf } from "../../shared/contract/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import type { Flow } from "../engine/interfaces.ts";
import type { Translation } from "../engine/translation.ts";
import { readCodes } from "../experts/drawing-style.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import { openConditioning, openTarget } from "../experts/registry.ts";
import { SharedFiles } from "../experts/shared-files.ts";
import { createFlow } from "../flow/flow-sessions.ts";
import { openPublishedFlow } from "../flow/published-flow.ts";
import { openStyleFlow } from "../flow/style-flow.ts";
import { readFlowFile } from "../flow/weights.ts";
import type { ConditioningEntry, ExpertEntry, TargetEntry } from "../manifest/expert-entries.ts";
import type { TranslationEntry } from "../manifest/manifest.ts";
import { indexWidths } from "../retrieval/index-file.ts";
import { DrawingLibrary } from "../retrieval/library/drawing-library.ts";
import { RetrievalIndex } from "../retrieval/retrieval-index.ts";
import { readCalibration } from "./calibration-file.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { keepRecoloured } from "./keep-recoloured.ts";
import { setTitles } from "./set-titles.ts";

/**
 * Joins a pack's translations between styles to those whose drawings captions find, where both are loaded and draw pictures of one size.
 * @throws AppError `pack_corrupt` when the pack's library of drawings does not open
 */
export async function withCaptions(
  translations: readonly Translation[],
  { manifest, folder }: CatalogueEntry,
  all: readonly Translation[],
  shared: SharedFiles,
): Promise<Translation[]> {
  const joined: Translation[] = [];
  for (const translation of translations) {
    const captions = manifest.translations.find(({ id }) => id === translation.id)?.captions;
    const from = all.find(({ id, retriever }) => id === captions?.translation && retriever !== undefined);
    if (!captions || !from || from.target.imageSizePx !== translation.target.imageSizePx) {
      joined.push(translation);
      continue;
    }
    const { library: path, thumbnails, nameFits, looks, liveAreas, pixelArt, styles } = captions;
    const { expert } = from.conditions.find(({ name }) => name === "caption")!;
    // Packs of own styles have the same file, which is opened once.
    const beside = {
      ...(thumbnails !== undefined && { thumbnails: join(folder, thumbnails) }),
      ...(nameFits !== undefined && { nameFits: join(folder, nameFits) }),
      ...(looks !== undefined && { looks: join(folder, looks) }),
    };
    const digestOf = (file: string) => manifest.files.find((entry) => entry.path === file)?.sha256;
    const kind = ["library", thumbnails, nameFits, looks].map((file) => (file && digestOf(file)) ?? file).join(" ");
    const open = (file: string) =>
      shared.open(file, kind, () => DrawingLibrary.open(file, expert.dims, { ...beside, liveAreas, pixelArt }));
    const library = path === undefined ? undefined : await open(join(folder, path));
    joined.push({ ...translation, captions: { from, styles: new Set(styles), library } });
  }
  return joined;
}

/** @throws AppError `pack_corrupt` when experts and flow do not match each other */
export async function loadTranslations(entry: CatalogueEntry, options: ExpertOptions): Promise<Translation[]> {
  const withShared = { shared: new SharedFiles(), ...options };
  const translations: Translation[] = [];
  for (const translation of entry.manifest.translations)
    translations.push(await loadTranslation(entry, translation, withShared));
  return translations;
}

async function loadTranslation(
  { folder, manifest: { id, version, experts } }: CatalogueEntry,
  entry: TranslationEntry,
  options: ExpertOptions,
): Promise<Translation> {
  const { id: translation, flow: path, conditions, target: targetKey, calibration, drawings } = entry;
  const { retrieval, furtherDrawings: further, defaultStyle } = entry;
  const isBetweenStyles = styleExpertOf(entry, experts)?.kind === "drawing-style";
  const label = `${id}@${version}, ${path}`;
  const flow = await openFlow(folder, entry, experts, { ...options, label });
  // The manifest's schema has checked that each expert exists and has a fitting kind.
  const target = await openTarget(folder, experts[targetKey] as TargetEntry, options);
  const opened: Array<Translation["conditions"][number]> = [];
  for (const { name, expert, readFrom } of conditions)
    opened.push({
      name,
      isReadFromCaption: readFrom === "caption",
      expert: await openConditioning(folder, experts[expert] as ConditioningEntry, fieldOf(name), options),
    });
  // Words find a drawing where there is a retrieval index, whether the flow reads them or not.
  const isReadByFlow = (name: string): boolean =>
    name !== "caption" || retrieval === undefined || flow.conditions.some((condition) => condition.name === name);
  const expected = widths(
    target.latentDims,
    opened.filter(({ name }) => isReadByFlow(name)).map(({ name, expert: { dims } }) => ({ name, dims })),
  );
  const got = widths(flow.dims, flow.conditions);
  if (expected !== got)
    throw new AppError("pack_corrupt", `${label}: expected a flow for ${expected}, as the experts are, got ${got}`);
  const [read = 0, said = 0] = [target.mannerDims, flow.mannerDims];
  if (read > 0 && said !== read)
    throw new AppError(
      "pack_corrupt",
      `${label}: expected an output manner of ${read} values, as the decoder reads, got ${said}`,
    );
  if (!target.decodeLayers && conditions.some(({ name }) => name === "colours"))
    throw new AppError(
      "pack_corrupt",
      `${label}: expected a target with layers, which get requested colours, got none`,
    );
  return {
    id: translation,
    flow,
    target,
    conditions: opened,
    ...(calibration ? { calibration: await readCalibration(folder, calibration) } : {}),
    ...(drawings ? { drawings: setsByStyle(drawings) } : {}),
    ...(isBetweenStyles && defaultStyle !== undefined ? { defaultStyle } : {}),
    ...(retrieval === undefined
      ? {}
      : {
          retriever: await RetrievalIndex.open(
            join(folder, retrieval),
            indexWidths(flow),
            further && join(folder, further),
          ),
          recoloured: keepRecoloured({ target }),
        }),
  };
}

/** The pack's own flow, the one between styles, or a published one. @throws AppError `pack_corrupt` when it is none */
export async function openFlow(
  folder: string,
  entry: TranslationEntry,
  experts: Readonly<Record<string, ExpertEntry>>,
  options: Pick<ExpertOptions, "provider" | "threads"> & { readonly label: string },
): Promise<Flow & { dispose(): Promise<void> }> {
  const { flow, published, conditions } = entry;
  const style = styleExpertOf(entry, experts);
  if (style?.kind === "drawing-style")
    return openStyleFlow(join(folder, flow), await readCodes(folder, style), options);
  if (published) return openPublishedFlow(folder, published, conditions[0]!.name, options);
  return createFlow(readFlowFile(await readFile(join(folder, flow)), options.label), options);
}

const styleExpertOf = (
  { conditions }: TranslationEntry,
  experts: Readonly<Record<string, ExpertEntry>>,
): ExpertEntry | undefined => experts[conditions.find(({ name }) => name === "style")?.expert ?? ""];

const setsByStyle = (drawings: NonNullable<TranslationEntry["drawings"]>) =>
  new Map(
    drawings.flatMap(({ styles, title, ...set }) => {
      const known = title ?? setTitles[set.set];
      return styles.map((style) => [style, { ...set, ...(known !== undefined && { title: known }) }] as const);
    }),
  );

const widths = (
  latentDims: number,
  conditions: ReadonlyArray<{ readonly name: string; readonly dims: number }>,
): string => [`z ${latentDims}`, ...conditions.map(({ name, dims }) => `${name} ${dims}`)].join(", ");
