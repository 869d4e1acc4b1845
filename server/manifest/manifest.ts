/**
 * The pack manifest: one JSON file that names every expert, flow and file of a pack, with digests, licences and sources.
 * A pack is a folder `<id>/manifest.json` plus the listed files; nothing outside that list is ever opened.
 */
import { z } from "zod";
import { flowConditionNames } from "../../shared/contract/conditions.ts";
import { DrawingSetSchema } from "../../shared/contract/generations/sources.ts";
import {
  canRead,
  type ExpertEntry,
  ExpertSchema,
  filesOfExpert,
  isTarget,
  kindsThatRead,
  stylesIn,
  targetKinds,
} from "./expert-entries.ts";
import { PackPathSchema } from "./pack-path.ts";
import { filesOfUpscaler, UpscalerSchema } from "./upscaler-entry.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits (SHA-256)");

const PartSchema = z.object({ name: z.string(), licence: z.string(), source: z.string() });

/** The pack files that a translation reads besides its experts'. */
const filesOfTranslation = ({
  flow,
  calibration,
  retrieval,
  furtherDrawings,
  published,
  captions,
}: TranslationEntry): string[] => [
  ...new Set([flow, ...Object.values(published ?? {})]),
  ...(calibration ? [calibration.file] : []),
  ...[retrieval, furtherDrawings, captions?.library, captions?.thumbnails, captions?.nameFits, captions?.looks].filter(
    (path) => path !== undefined,
  ),
];

const rate = z.number().min(0).max(1);

/** Calibration of a translation on held-out data (server/training/calibrate/calibrate.ts). */
export const CalibrationSchema = z.object({
  /** Tensors: centres of learned conditions, quantiles of held-out log-likelihoods (server/packs/calibration-file.ts). */
  file: PackPathSchema,
  /** Detectors of out-of-distribution conditions. */
  outOfDistribution: z.array(
    z.object({
      condition: z.enum(flowConditionNames),
      /** Largest distance to the learned conditions that still counts as known (server/engine/calibration.ts). */
      threshold: z.number(),
      /** Number of held-out conditions, and the share of them beyond a cross-validated threshold. */
      heldOut: z.number().int().positive(),
      falseAlarmRate: rate,
      /** Number of out-of-distribution conditions, and the share of them within the threshold. */
      outliers: z.number().int().positive(),
      missRate: rate,
      /** Area under the ROC curve: 1 = the distance separates both perfectly. */
      auc: rate,
    }),
  ),
});
export type CalibrationEntry = z.infer<typeof CalibrationSchema>;

/** A flow that others trained: both directions as graphs over one file of weights (server/importers/layouts/conditional-flow.ts). */
export const PublishedFlowSchema = z.strictObject({
  forward: PackPathSchema,
  inverse: PackPathSchema,
  data: PackPathSchema,
});
export type PublishedFlow = z.infer<typeof PublishedFlowSchema>;

export const TranslationSchema = z.object({
  id: z.string().min(1),
  label: z.string().min(1),
  /** Name of the flow's condition → its expert, in the order of the flow's inputs. */
  conditions: z
    .array(
      z.object({
        name: z.enum(flowConditionNames),
        expert: z.string(),
        /** Labels only: captions that name a label set it, unless the request says otherwise. */
        readFrom: z.literal("caption").optional(),
      }),
    )
    .min(1),
  target: z.string(),
  /**
   * ONNX file of the flow: initialisers are its weights, metadata its architecture (server/flow/weights.ts). Of a translation between styles
   * it is one graph for both directions (server/flow/style-flow.ts).
   */
  flow: PackPathSchema,
  /** Where the flow is a published one: its graphs, of which `flow` names the forward one. */
  published: PublishedFlowSchema.optional(),
  /** The style that a form should begin with, and between styles that of a request without one; of the style expert's vocabulary. */
  defaultStyle: z.string().optional(),
  /** The retrieval index: drawings by label and style (server/retrieval/retrieval-index.ts). */
  retrieval: PackPathSchema.optional(),
  /** Drawings that the index leaves out, for images that shall differ (server/retrieval/further-drawings.ts). */
  furtherDrawings: PackPathSchema.optional(),
  /** Whose the drawings of the index are, by the ids of their styles. */
  drawings: z.array(DrawingSetSchema.extend({ styles: z.array(z.string().min(1)).min(1) })).optional(),
  /** Translations between styles only: captions find a drawing of another translation's index, in the styles that suit, if there are. */
  captions: z
    .object({
      translation: z.string().min(1),
      styles: z.array(z.string().min(1)).min(1),
      /** Drawings of this pack, which are found instead; the other translation reads the words alone. */
      library: PackPathSchema.optional(),
      /** Where the ink of each of them lies (server/retrieval/library/thumbnails.ts). */
      thumbnails: PackPathSchema.optional(),
      /** How well each of them shows its name (server/retrieval/library/name-fits.ts). */
      nameFits: PackPathSchema.optional(),
      /** What each of them looks like, and the same things in another look (server/retrieval/library/library-looks.ts). */
      looks: PackPathSchema.optional(),
      /** How much of the picture drawings of each set of the library take, of the side (server/engine/live-area.ts). */
      liveAreas: z.record(z.string(), z.number().min(0).max(1)).optional(),
      /** Sets of the library whose edges are steps of pixels, which stay in every style: they are found where no other set has the thing. */
      pixelArt: z.array(z.string().min(1)).optional(),
    })
    .optional(),
  metrics: z.record(z.string(), z.number()),
  calibration: CalibrationSchema.optional(),
});

/** A manifest without the digests of its files, which publishing adds (server/packs/publish.ts). */
export const DraftManifestSchema = z.object({
  format: z.literal(1),
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  label: z.string(),
  licence: z.string(),
  parts: z.array(PartSchema).min(1),
  experts: z.record(z.string(), ExpertSchema),
  translations: z.array(TranslationSchema),
  upscaler: UpscalerSchema.optional(),
});
export type DraftManifest = z.infer<typeof DraftManifestSchema>;

/** All files that a pack reads, whether a translation uses them or not, without duplicates and sorted. */
export const filesOfPack = ({ experts, translations, upscaler }: DraftManifest): string[] => {
  const paths = [
    ...Object.values(experts).flatMap(filesOfExpert),
    ...translations.flatMap(filesOfTranslation),
    ...(upscaler ? filesOfUpscaler(upscaler) : []),
  ];
  return [...new Set(paths)].sort();
};

const FileSchema = z.object({ path: PackPathSchema, sha256, bytes: z.number().int().nonnegative() });

/** The manifest of a pack that can be served: all files have digests. */
export const PackManifestSchema = DraftManifestSchema.extend({
  files: z
    .array(FileSchema, "expected files with digests, got a draft: tau train or tau experts fit publishes it")
    .min(1),
}).superRefine((manifest, context) => {
  const listed = new Set(manifest.files.map((file) => file.path));
  const need = (path: string, where: string): void => {
    if (!listed.has(path)) context.addIssue({ code: "custom", message: `${where}: "${path}" is not in files` });
  };
  for (const [name, expert] of Object.entries(manifest.experts)) {
    for (const path of filesOfExpert(expert)) need(path, `experts.${name}`);
  }
  if (manifest.translations.length === 0 && !manifest.upscaler)
    context.addIssue({ code: "custom", message: "expected at least one translation, or an upscaler, got neither" });
  if (manifest.upscaler) for (const path of filesOfUpscaler(manifest.upscaler)) need(path, "upscaler");
  for (const translation of manifest.translations) {
    const where = `translations.${translation.id}`;
    for (const path of filesOfTranslation(translation)) need(path, where);
    for (const message of faultsOf(translation, manifest.experts))
      context.addIssue({ code: "custom", message: `${where}: ${message}` });
  }
});

/** Errors of a translation's experts: missing, of the wrong kind, named twice, or without the default style. */
function faultsOf(
  { conditions, target, defaultStyle, retrieval, furtherDrawings, captions }: z.infer<typeof TranslationSchema>,
  experts: Readonly<Record<string, ExpertEntry>>,
): string[] {
  const faults: string[] = [];
  const names = conditions.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) faults.push(`expected each condition once, got "${twice}" twice`);
  for (const { name, expert: key, readFrom } of conditions) {
    const expert = experts[key];
    if (readFrom && (name !== "label" || !names.includes(readFrom)))
      faults.push(`${name}: expected readFrom of a label beside a caption alone, got ${names.join(", ")}`);
    if (!expert) faults.push(`no expert "${key}"`);
    else if (!canRead(expert, name))
      faults.push(
        `${name}: expected an expert of kind ${kindsThatRead(name).join(" or ")}, or a declared one, got "${key}" of kind ${expert.kind}`,
      );
  }
  const targetExpert = experts[target];
  if (!targetExpert) faults.push(`no expert "${target}"`);
  else if (!isTarget(targetExpert))
    faults.push(
      `target: expected an expert of kind ${targetKinds.join(", ")}, got "${target}" of kind ${targetExpert.kind}`,
    );
  if (retrieval !== undefined && !names.includes("caption"))
    faults.push(`retrieval: expected a translation that reads captions, got ${names.join(", ")}`);
  if (furtherDrawings !== undefined && retrieval === undefined)
    faults.push("furtherDrawings: expected a retrieval index that they belong to, got none");
  if (captions && (!names.includes("drawing") || names.includes("caption")))
    faults.push(`captions: expected a translation that reads drawings and no captions itself, got ${names.join(", ")}`);
  const styles = experts[conditions.find(({ name }) => name === "style")?.expert ?? ""];
  const isKnown = stylesIn(styles).some(({ id }) => id === defaultStyle);
  if (defaultStyle !== undefined && !isKnown)
    faults.push(`expected a default style of its vocabulary, got "${defaultStyle}"`);
  return faults;
}

export type PackManifest = z.infer<typeof PackManifestSchema>;

/** SHA-256 by path inside the pack. */
export type FileDigests = ReadonlyMap<string, string>;

/** The digests of a manifest's files. */
export const digestsIn = ({ files }: Pick<PackManifest, "files">): FileDigests =>
  new Map(files.map(({ path, sha256 }) => [path, sha256]));

export type TranslationEntry = z.infer<typeof TranslationSchema>;
