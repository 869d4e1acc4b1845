/**
 * The experts of a manifest: one schema for each kind, with shapes, and the files that each reads. The schemas of declared
 * experts (`onnx`, `onnx-autoencoder`, `onnx-generator`) are in declared-manifest.ts.
 */
import { z } from "zod";
import { type ConditionField, type FlowConditionName, fieldOf } from "../../shared/contract/conditions.ts";
import {
  latentDimsOf as dimsOf,
  filesOfDeclared,
  OnnxAutoencoderSchema,
  OnnxExpertSchema,
  OnnxGeneratorSchema,
  servedBy,
} from "./declared-manifest.ts";
import { PackPathSchema } from "./pack-path.ts";
import { HexSchema, styleLooks } from "./style-entries.ts";

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
        // The length limit of requests.
        id: z.string().min(1).max(128),
        label: z.string().min(1),
        /** Other names by which captions name it. */
        names: z.array(z.string().min(1)).optional(),
        /** Styles only: the group of the style. */
        group: z.string().min(1).optional(),
        /** Labels only: groups of styles in which captions name it; absent = all. Requests without a style ignore it, unless there are none: then it is not offered. */
        groups: z.array(z.string().min(1)).optional(),
      }),
    )
    .min(1),
});

const latentShape = z.tuple([z.number().int().positive(), z.number().int().positive(), z.number().int().positive()]);

/** Autoencoder Λ∘Θ on premultiplied RGBA in [0, 1]: image [batch, 4, size, size] ↔ latent [batch, ...latentShape]. */
export const AutoencoderExpertSchema = z.object({
  kind: z.literal("autoencoder"),
  encoder: PackPathSchema,
  decoder: PackPathSchema,
  /** [channels, height, width] of z. */
  latentShape,
  imageSizePx: z.number().int().positive(),
  /** Layers that the decoder also gives, the first of which is nothing: `logits` [batch, layers, size, size] and `paints` [batch, layers − 1, 10] (server/engine/pixels/layered-image.ts). */
  layers: z.number().int().min(2).optional(),
  /** The decoder also takes the drawing that a latent was made from: `drawing` [batch, 4, size, size], `known` [batch, 1, height, width] of z (zeros = none), and `manner` [batch, mannerDims], which the flow says (server/engine/interfaces.ts). */
  mannerDims: z.number().int().positive().optional(),
  /** In packs that were made before 0.26, instead of `mannerDims`: the decoder takes `drawing`, `known` and the `size` [batch] alone. */
  seesDrawing: z.boolean().optional(),
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
  palette: z.array(z.object({ id: z.string().min(1), label: z.string().min(1), hex: HexSchema })).min(1),
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

/** Latent of a drawing, by the target's encoder: image [batch, 4, imageSizePx, imageSizePx] → mean [batch, ...latentShape]. */
export const DrawingExpertSchema = z.object({
  kind: z.literal("drawing"),
  encoder: PackPathSchema,
  latentShape,
  imageSizePx: z.number().int().positive(),
});

/** Codes of styles: of a vocabulary, or of 1 to 16 icons of any style by their latents (server/experts/drawing-style.ts). */
export const DrawingStyleExpertSchema = z.object({
  kind: z.literal("drawing-style"),
  encoder: PackPathSchema,
  latentShape,
  imageSizePx: z.number().int().positive(),
  /** latents [icons, ...latentShape] of one style → code [1, dims]. */
  model: PackPathSchema,
  dims: z.number().int().positive(),
  /** Little-endian float16 [vocabulary length, dims]. */
  codes: PackPathSchema,
  vocabulary: z
    .array(
      z.object({
        id: z.string().min(1).max(128),
        label: z.string().min(1),
        ...styleLooks,
        /** SHA-256 of the icons that a style of one's own was learned from; a training of the same ones goes on from its code. */
        icons: z.string().optional(),
      }),
    )
    .min(1),
});

/** Colours as a palette [4, 4]: red, green, blue in [0, 1] and share of what is drawn, most first. No parameters. */
export const ColoursExpertSchema = z.object({ kind: z.literal("colours") });

export const ExpertSchema = z.discriminatedUnion("kind", [
  TextExpertSchema,
  LabelExpertSchema,
  SketchExpertSchema,
  LayoutExpertSchema,
  ImageExpertSchema,
  LowResolutionExpertSchema,
  DrawingExpertSchema,
  DrawingStyleExpertSchema,
  ColoursExpertSchema,
  OnnxExpertSchema,
  AutoencoderExpertSchema,
  OnnxAutoencoderSchema,
  OnnxGeneratorSchema,
]);

export type TextExpertEntry = z.infer<typeof TextExpertSchema>;
export type LabelExpertEntry = z.infer<typeof LabelExpertSchema>;
export type AutoencoderExpertEntry = z.infer<typeof AutoencoderExpertSchema>;
export type SketchExpertEntry = z.infer<typeof SketchExpertSchema>;
export type LayoutExpertEntry = z.infer<typeof LayoutExpertSchema>;
export type ImageExpertEntry = z.infer<typeof ImageExpertSchema>;
export type LowResolutionExpertEntry = z.infer<typeof LowResolutionExpertSchema>;
export type DrawingExpertEntry = z.infer<typeof DrawingExpertSchema>;
export type DrawingStyleExpertEntry = z.infer<typeof DrawingStyleExpertSchema>;
export type ExpertEntry = z.infer<typeof ExpertSchema>;

/** Kinds of target experts; all others read conditions. */
export const targetKinds = ["autoencoder", "onnx-autoencoder", "onnx-generator"] as const;
export type TargetEntry = Extract<ExpertEntry, { kind: (typeof targetKinds)[number] }>;
export type ConditioningEntry = Exclude<ExpertEntry, TargetEntry>;

export const isTarget = (expert: ExpertEntry): expert is TargetEntry =>
  targetKinds.some((kind) => kind === expert.kind);

/** Length of z. */
export const latentDimsOf = (target: TargetEntry): number =>
  target.kind === "autoencoder" ? target.latentShape.reduce((product, size) => product * size, 1) : dimsOf(target);

/** The kinds of expert that read a field of a condition, besides declared ones. */
const kindsOfField: Readonly<Record<ConditionField, readonly ConditioningEntry["kind"][]>> = {
  caption: ["text"],
  label: ["label"],
  style: ["label", "drawing-style"],
  sketch: ["sketch"],
  layout: ["layout"],
  image: ["image"],
  lowResolution: ["low-resolution"],
  drawing: ["drawing"],
  colours: ["colours"],
};

export const kindsThatRead = (name: FlowConditionName): readonly ConditioningEntry["kind"][] =>
  name === "drawing-style" ? ["drawing-style"] : kindsOfField[fieldOf(name)];

/** Whether an expert can read a flow's condition. */
export const canRead = (expert: ExpertEntry, name: FlowConditionName): boolean =>
  expert.kind === "onnx" ? servedBy(expert, name) : kindsThatRead(name).some((kind) => kind === expert.kind);

/** The vocabulary of an expert that knows styles or labels by their ids; empty for others. */
export const stylesIn = (
  expert: ExpertEntry | undefined,
): ReadonlyArray<{ readonly id: string; readonly label: string; readonly groups?: readonly string[] | undefined }> =>
  expert?.kind === "label" || expert?.kind === "drawing-style" ? expert.vocabulary : [];

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
    case "drawing":
      return [expert.encoder];
    case "drawing-style":
      return [expert.encoder, expert.model, expert.codes];
    default:
      return "model" in expert ? [expert.model] : [];
  }
}
