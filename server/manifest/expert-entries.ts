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

const channel = z.number().min(0).max(1);
const channels = z.tuple([channel, channel, channel]);
const HexSchema = z.string().regex(/^#[0-9a-f]{6}$/);

/** A plane [sizePx, sizePx] in bytes, deflated, in base64. */
const PlaneSchema = z.string().max(100_000);
/** Where a whole drawing lies on a ground, in pixels. */
const PlaceSchema = z.object({ left: z.number(), top: z.number(), sidePx: z.number().positive() });
/** Change of red, green and blue over a picture. */
const slope = z.tuple([z.number(), z.number(), z.number()]);

/** What icons of one ink lie on, as a disc or a tile (server/engine/pixels/ground/ground.ts). */
const GroundSchema = z.object({
  sizePx: z.number().int().min(1).max(1024),
  /** Its alpha. */
  mask: PlaneSchema,
  /** The share of its face, where a rim lies around it, and the alpha of a shadow beside it. */
  face: PlaneSchema.optional(),
  shadow: PlaneSchema.optional(),
  place: PlaceSchema,
  looks: z
    .array(
      z.object({
        ground: HexSchema,
        /** Of a gradient, along x and along y; `ground` is then the colour in the middle of the picture. */
        slopes: z.tuple([slope, slope]).optional(),
        ink: HexSchema,
        rim: HexSchema.optional(),
        shadow: HexSchema.optional(),
      }),
    )
    .min(1)
    .max(8),
});
export type GroundEntry = z.infer<typeof GroundSchema>;

/** The colours that icons of several flat ones have together, lines around their areas, and what they lie on (server/engine/areas/style-areas.ts). */
const AreasSchema = z.object({
  palettes: z
    .array(
      z.object({
        colours: z
          .array(
            z.object({
              ink: HexSchema,
              share: channel,
              /** Of a gradient, over the box around what has it; `ink` is then the colour in the middle. */
              slopes: z.tuple([slope, slope]).optional(),
              /** True: one box is around all areas that have it. */
              isShared: z.boolean().optional(),
            }),
          )
          .min(1)
          .max(8),
        around: HexSchema.optional(),
        aroundSlopes: z.tuple([slope, slope]).optional(),
      }),
    )
    .min(1)
    .max(12),
  outline: z.object({ ink: HexSchema, width: channel }).optional(),
  ground: z.object({ sizePx: z.number().int().min(1).max(1024), mask: PlaneSchema, place: PlaceSchema }).optional(),
  hasGrounds: z.boolean(),
  hasGradients: z.boolean().optional(),
  isOfFills: z.boolean(),
});
export type AreasEntry = z.infer<typeof AreasSchema>;

/** A hard shadow of icons, the innermost first (server/engine/pixels/hard-shadows/hard-shadow.ts); lengths are shares of their side. */
const HardShadowSchema = z.object({
  ink: HexSchema,
  alpha: z.number().positive().max(1),
  isFilled: z.boolean(),
  right: z.number().min(-0.5).max(0.5),
  down: z.number().min(-0.5).max(0.5),
});
export type HardShadowEntry = z.infer<typeof HardShadowSchema>;

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
        /** True: its icons are of one opaque ink, so that what is drawn in it is ink or nothing. */
        isOneInk: z.boolean().optional(),
        /** Colour that its icons have; they were read in the usual ink, and what is drawn in it is painted so. Absent = as it is drawn. */
        ink: HexSchema.optional(),
        /** How the ink changes over the picture, or over the box around what is drawn, where it does; `ink` is then the colour in the middle (server/engine/pixels/gradients/ink-gradient.ts). */
        gradient: z.object({ slopes: z.tuple([slope, slope]), isOverBox: z.boolean() }).optional(),
        /** Mean and deviation of red, green and blue of icons of several colours, in [0, 1]; what is drawn in it gets them. */
        spread: z.object({ mean: channels, deviation: channels }).optional(),
        /** Flat colours besides the ink, and the share of an icon that each takes (server/engine/pixels/accents.ts). */
        accents: z
          .array(z.object({ ink: HexSchema, share: channel }))
          .min(1)
          .max(3)
          .optional(),
        ground: GroundSchema.optional(),
        shadows: z.array(HardShadowSchema).min(1).max(2).optional(),
        areas: AreasSchema.optional(),
        /** Width of its lines, of the side of its icons, whether all of them are lines, and alpha of its tint (server/engine/lines/line-width.ts). */
        lines: z.object({ width: channel.optional(), isAll: z.boolean(), tint: channel.optional() }).optional(),
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
