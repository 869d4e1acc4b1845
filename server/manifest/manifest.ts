/**
 * The pack manifest: one JSON file that names every expert, flow and file of a pack, with digests, licences and sources.
 * A pack is a folder `<id>/manifest.json` plus the listed files; nothing outside that list is ever opened.
 */
import { z } from "zod";
import { type ConditionField, type FlowConditionName, fieldOf, flowConditionNames } from "../../shared/conditions.ts";
import {
  latentDimsOf as dimsOf,
  filesOfDeclared,
  OnnxAutoencoderSchema,
  OnnxExpertSchema,
  OnnxGeneratorSchema,
  servedBy,
} from "./declared-manifest.ts";
import { PackPathSchema } from "./pack-path.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits (SHA-256)");

const PartSchema = z.object({ name: z.string(), licence: z.string(), source: z.string() });

/** Sentence encoder: WordPiece tokens → mean-pooled, L2-normalised vector [batch, dims]. */
export const TextExpertSchema = z.object({
  kind: z.literal("text"),
  model: PackPathSchema,
  tokenizer: PackPathSchema,
  dims: z.number().int().positive(),
  maxTokens: z.number().int().positive(),
});

/** One-hot label over a fixed vocabulary [batch, vocabulary length] (the official code's "Labelator"). */
export const LabelExpertSchema = z.object({
  kind: z.literal("label"),
  vocabulary: z
    .array(
      z.object({
        // As long as a request may name it.
        id: z.string().min(1).max(128),
        label: z.string().min(1),
        /** What else a caption may call it. */
        names: z.array(z.string().min(1)).optional(),
        /** Of a style: which styles it goes with. */
        group: z.string().min(1).optional(),
        /** Of a label: groups of styles in which a caption brings it along; absent = all, and where no style is asked for. */
        groups: z.array(z.string().min(1)).optional(),
      }),
    )
    .min(1),
});

/** Autoencoder Λ∘Θ on premultiplied RGBA in [0, 1]: image [batch, 4, size, size] ↔ latent [batch, ...latentShape]. */
export const AutoencoderExpertSchema = z.object({
  kind: z.literal("autoencoder"),
  encoder: PackPathSchema,
  decoder: PackPathSchema,
  /** [channels, height, width] of z. */
  latentShape: z.tuple([z.number().int().positive(), z.number().int().positive(), z.number().int().positive()]),
  imageSizePx: z.number().int().positive(),
  /** Standard deviation of the fixed posterior N(mean, std²) that the flow was trained on (SimFlow). */
  posteriorStd: z.number().positive(),
});

/** Line drawings: ink [batch, 1, sizePx, sizePx] as server/experts/sketch/line-drawing.ts normalises it → code [batch, dims]. */
export const SketchExpertSchema = z.object({
  kind: z.literal("sketch"),
  model: PackPathSchema,
  sizePx: z.number().int().positive(),
  dims: z.number().int().positive(),
});

/** Label map of a coarse grid, one-hot [batch, columns · rows · (palette + 1)]; the first class is transparent. No parameters. */
export const LayoutExpertSchema = z.object({
  kind: z.literal("layout"),
  columns: z.number().int().positive(),
  rows: z.number().int().positive(),
  palette: z
    .array(z.object({ id: z.string().min(1), label: z.string().min(1), hex: z.string().regex(/^#[0-9a-f]{6}$/) }))
    .min(1),
});

/** Features of an image classifier at one depth: premultiplied RGBA [batch, 4, sizePx, sizePx] → the named output [batch, dims]. */
export const ImageExpertSchema = z.object({
  kind: z.literal("image"),
  model: PackPathSchema,
  output: z.string().min(1),
  sizePx: z.number().int().positive(),
  dims: z.number().int().positive(),
});

/** Encoder of a small autoencoder of small images: premultiplied RGBA [batch, 4, sizePx, sizePx] → code [batch, dims]. */
export const LowResolutionExpertSchema = z.object({
  kind: z.literal("low-resolution"),
  model: PackPathSchema,
  sizePx: z.number().int().positive(),
  dims: z.number().int().positive(),
});

export const ExpertSchema = z.discriminatedUnion("kind", [
  TextExpertSchema,
  LabelExpertSchema,
  SketchExpertSchema,
  LayoutExpertSchema,
  ImageExpertSchema,
  LowResolutionExpertSchema,
  OnnxExpertSchema,
  AutoencoderExpertSchema,
  OnnxAutoencoderSchema,
  OnnxGeneratorSchema,
]);

export type ExpertEntry = z.infer<typeof ExpertSchema>;

/** Experts that images are made with, and experts that read conditions. */
const targetKinds = ["autoencoder", "onnx-autoencoder", "onnx-generator"] as const;
export type TargetEntry = Extract<ExpertEntry, { kind: (typeof targetKinds)[number] }>;
export type ConditioningEntry = Exclude<ExpertEntry, TargetEntry>;

export const isTarget = (expert: ExpertEntry): expert is TargetEntry =>
  targetKinds.some((kind) => kind === expert.kind);

/** Length of z. */
export const latentDimsOf = (target: TargetEntry): number =>
  target.kind === "autoencoder" ? target.latentShape.reduce((product, size) => product * size, 1) : dimsOf(target);

/** The kind of expert that reads a field of a condition, besides declared ones. */
const kindOfField = {
  caption: "text",
  label: "label",
  style: "label",
  sketch: "sketch",
  layout: "layout",
  image: "image",
  lowResolution: "low-resolution",
} as const satisfies Record<ConditionField, ConditioningEntry["kind"]>;

/** Whether an expert can read a flow's condition. */
const canRead = (expert: ExpertEntry, name: FlowConditionName): boolean =>
  expert.kind === "onnx" ? servedBy(expert, name) : expert.kind === kindOfField[fieldOf(name)];

/** The pack files that an expert reads. */
export function filesOfExpert(expert: ExpertEntry): string[] {
  switch (expert.kind) {
    case "text":
      return [expert.model, expert.tokenizer];
    case "autoencoder":
      return [expert.encoder, expert.decoder];
    case "onnx":
    case "onnx-autoencoder":
    case "onnx-generator":
      return filesOfDeclared(expert);
    default:
      return "model" in expert ? [expert.model] : [];
  }
}

/** The pack files that a translation reads besides its experts'. */
const filesOfTranslation = ({ flow, calibration, retrieval }: TranslationEntry): string[] => [
  flow,
  ...(calibration ? [calibration.file] : []),
  ...(retrieval === undefined ? [] : [retrieval]),
];

const rate = z.number().min(0).max(1);

/** What held-out data says of a translation's numbers (server/training/calibrate/calibrate.ts). */
export const CalibrationSchema = z.object({
  /** Tensors: middles of learned conditions, quantiles of held-out log-likelihoods (server/packs/calibration-file.ts). */
  file: PackPathSchema,
  /** Tests for conditions outside what was learned. */
  outOfDistribution: z.array(
    z.object({
      condition: z.enum(flowConditionNames),
      /** Largest distance, 1 − cosine to the nearest middle, that still counts as known. */
      threshold: z.number(),
      /** Held-out conditions that were tried, and the share beyond a threshold that others of them set. */
      heldOut: z.number().int().positive(),
      falseAlarmRate: rate,
      /** Outside conditions that were tried, and the share within the threshold. */
      outliers: z.number().int().positive(),
      missRate: rate,
      /** Area under the curve of both rates: 1 = the distance tells all apart. */
      auc: rate,
    }),
  ),
});
export type CalibrationEntry = z.infer<typeof CalibrationSchema>;

export const TranslationSchema = z.object({
  id: z.string().min(1),
  label: z.string().min(1),
  /** Name of the flow's condition → the expert that encodes it. Order is the flow's order of condition inputs. */
  conditions: z
    .array(
      z.object({
        name: z.enum(flowConditionNames),
        expert: z.string(),
        /** Of a label: a caption that names one brings it along, unless the request says otherwise. */
        readFrom: z.literal("caption").optional(),
      }),
    )
    .min(1),
  target: z.string(),
  /** ONNX file of the flow: initialisers are its weights, metadata its architecture (server/flow/weights.ts). */
  flow: PackPathSchema,
  /** The style that a form should begin with, one of the style expert's vocabulary. */
  defaultStyle: z.string().optional(),
  /** Drawings that new ones start from, by label and style (server/retrieval/retrieval-index.ts). */
  retrieval: PackPathSchema.optional(),
  metrics: z.record(z.string(), z.number()),
  calibration: CalibrationSchema.optional(),
});

/** picture [1, 3, scale · height, scale · width] and low [1, 3, height, width] → consistent, shaped as the picture. */
const ProjectionSchema = z.object({
  graph: PackPathSchema,
  /** Low-resolution pixels to each side that a result depends on. */
  marginPx: z.number().int().nonnegative(),
});

/** Super-resolution by two stages of ×2: Φ, τ and Ψ of each, and the projections onto what shrinks to the input (server/upscaling/upscale.ts). */
const UpscalerSchema = z.object({
  label: z.string().min(1),
  stages: z
    .array(
      z.object({
        /** Φ: image [1, 3, height, width] → features [pixels, featureDims] and answers [pixels, 12]. */
        network: PackPathSchema,
        /** τ: z [12] given features (server/upscaling/pixel-flow.ts). */
        flow: PackPathSchema,
        featureDims: z.number().int().positive(),
        /** Pixels to each side that Φ sees. */
        marginPx: z.number().int().nonnegative(),
        /** Ψ: features [height, width, featureDims] and z [height, width, 12] → details [height, width, 12]. Without it z is the details. */
        details: z
          .object({
            graph: PackPathSchema,
            /** Pixels to each side that details depend on. */
            marginPx: z.number().int().nonnegative(),
          })
          .optional(),
      }),
    )
    .length(2),
  consistency: z.object({ 2: ProjectionSchema, 4: ProjectionSchema }),
  metrics: z.record(z.string(), z.number()),
});
export type UpscalerEntry = z.infer<typeof UpscalerSchema>;

const filesOfUpscaler = ({ stages, consistency }: UpscalerEntry): string[] => [
  ...stages.flatMap(({ network, flow, details }) => [network, flow, ...(details ? [details.graph] : [])]),
  consistency[2].graph,
  consistency[4].graph,
];

/** What a pack is, without the digests of its files: they are added when it is published (server/packs/publish.ts). */
export const PackDraftSchema = z.object({
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
export type DraftManifest = z.infer<typeof PackDraftSchema>;

/** Every file that a pack reads, used by a translation or not, once each and in order. */
export const filesOfPack = ({ experts, translations, upscaler }: DraftManifest): string[] => {
  const paths = [
    ...Object.values(experts).flatMap(filesOfExpert),
    ...translations.flatMap(filesOfTranslation),
    ...(upscaler ? filesOfUpscaler(upscaler) : []),
  ];
  return [...new Set(paths)].sort();
};

const FileSchema = z.object({ path: PackPathSchema, sha256, bytes: z.number().int().nonnegative() });

/** What a pack is that can be served: every file by its digest. */
export const PackManifestSchema = PackDraftSchema.extend({
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

/** What is wrong with a translation's experts: missing, of the wrong kind, named twice, or without the default style. */
function faultsOf(
  { conditions, target, defaultStyle, retrieval }: z.infer<typeof TranslationSchema>,
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
        `${name}: expected an expert of kind ${kindOfField[fieldOf(name)]}, or a declared one, got "${key}" of kind ${expert.kind}`,
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
  const styles = experts[conditions.find(({ name }) => name === "style")?.expert ?? ""];
  const isKnown = styles?.kind === "label" && styles.vocabulary.some(({ id }) => id === defaultStyle);
  if (defaultStyle !== undefined && !isKnown)
    faults.push(`expected a default style of its vocabulary, got "${defaultStyle}"`);
  return faults;
}

export type PackManifest = z.infer<typeof PackManifestSchema>;

/** SHA-256 by path inside the pack. */
export type FileDigests = ReadonlyMap<string, string>;

/** Of the files that a manifest lists. */
export const digestsIn = ({ files }: Pick<PackManifest, "files">): FileDigests =>
  new Map(files.map(({ path, sha256 }) => [path, sha256]));

export type TextExpertEntry = z.infer<typeof TextExpertSchema>;
export type LabelExpertEntry = z.infer<typeof LabelExpertSchema>;
export type AutoencoderExpertEntry = z.infer<typeof AutoencoderExpertSchema>;
export type TranslationEntry = z.infer<typeof TranslationSchema>;
export type SketchExpertEntry = z.infer<typeof SketchExpertSchema>;
export type LayoutExpertEntry = z.infer<typeof LayoutExpertSchema>;
export type ImageExpertEntry = z.infer<typeof ImageExpertSchema>;
export type LowResolutionExpertEntry = z.infer<typeof LowResolutionExpertSchema>;
