/**
 * Manifest entries of foreign experts: any ONNX file, declared by its inputs, outputs, preprocessing and layer. `onnx` reads a
 * condition; `onnx-autoencoder` and `onnx-generator` are targets. docs/own-experts.md explains each field, `tau experts check`
 * suggests them; server/experts/custom/ runs them.
 */
import { z } from "zod";
import { type FlowConditionName, fieldOf } from "../../shared/contract/conditions.ts";
import { PackPathSchema } from "./pack-path.ts";

const size = z.number().int().positive();
const name = z.string().min(1).max(500);
const ChannelsSchema = z.enum(["grey", "rgb", "rgba"]);
export type Channels = z.infer<typeof ChannelsSchema>;

export const channelCount = { grey: 1, rgb: 3, rgba: 4 } as const;

/** The graph's values of 0 (black, transparent) and 1 (white, opaque). */
const RangeSchema = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, "expected the low end before the high end");

/** Files beside a graph with its weights. */
const DataSchema = z.array(PackPathSchema).optional();

/** An image as the graph's input: [1, channels, sizePx, sizePx], float32. */
const ImageInputSchema = z
  .strictObject({
    kind: z.literal("image"),
    name,
    sizePx: size.max(4096),
    /** Channels before rows before columns; graphs with [1, size, size, channels] must be exported again. */
    layout: z.literal("NCHW").default("NCHW"),
    /**
     * `contain`: the whole picture with its border. `cover`: the drawn area fills the square, and its longer side is cropped.
     */
    fit: z.enum(["contain", "cover"]).default("contain"),
    /** `rgba` is premultiplied; `rgb` and `grey` (BT.601) are composited over the background first. */
    channels: ChannelsSchema,
    background: z
      .string()
      .regex(/^#[0-9a-f]{6}$/, "expected a colour like #ffffff")
      .default("#ffffff"),
    range: RangeSchema.default([0, 1]),
    /** For each channel, in units of `range`: (x − mean) / std. */
    mean: z.array(z.number()).optional(),
    std: z.array(z.number().positive()).optional(),
  })
  .superRefine(({ channels, mean, std }, context) => {
    for (const [field, values] of Object.entries({ mean, std }))
      if (values && values.length !== channelCount[channels])
        context.addIssue({
          code: "custom",
          path: [field],
          message: `expected ${channelCount[channels]} numbers for ${channels}, got ${values.length}`,
        });
  });
export type ImageInput = z.infer<typeof ImageInputSchema>;

/** A text as the graph's input: token ids [1, tokens], int64. */
const TextInputSchema = z.strictObject({
  kind: z.literal("text"),
  tokenizer: PackPathSchema,
  ids: name.default("input_ids"),
  /** Inputs of ones and of zeros, if the graph has them. */
  mask: name.optional(),
  types: name.optional(),
  maxTokens: size.default(256),
});
export type TextInput = z.infer<typeof TextInputSchema>;

/** Any graph from an image or a text to numbers → a condition [batch, dims]. */
export const OnnxExpertSchema = z
  .strictObject({
    kind: z.literal("onnx"),
    model: PackPathSchema,
    data: DataSchema,
    input: z.discriminatedUnion("kind", [ImageInputSchema, TextInputSchema]),
    /** Name of an output or of any inner value, which then becomes the output; nodes that it does not need are removed. */
    layer: name,
    /**
     * Over tokens [1, tokens, n] or positions [1, n, height, width]: all values, their mean, or the means of a grid of n × n
     * areas.
     */
    pooling: z.union([z.enum(["none", "mean"]), z.strictObject({ grid: size.max(64) })]).default("none"),
    /** `unit`: divided by its length. Flows expect vectors of about unit length. */
    normalise: z.enum(["unit", "none"]).default("unit"),
    dims: size,
  })
  .superRefine(({ input, pooling }, context) => {
    if (input.kind === "text" && typeof pooling === "object")
      context.addIssue({ code: "custom", path: ["pooling"], message: "expected none or mean for a text, got a grid" });
  });

const LatentShapeSchema = z.array(size).min(1).max(3);

/** An image as the graph's output: [1, channels, size, size], float32. */
const ImageOutputSchema = z.strictObject({ name, channels: ChannelsSchema, range: RangeSchema.default([0, 1]) });
export type ImageOutput = z.infer<typeof ImageOutputSchema>;

/** Two graphs that are each other's inverse, image ↔ latent [1, ...latentShape]. */
export const OnnxAutoencoderSchema = z.strictObject({
  kind: z.literal("onnx-autoencoder"),
  encoder: PackPathSchema,
  decoder: PackPathSchema,
  data: DataSchema,
  input: ImageInputSchema,
  /** The encoder's output and the decoder's input. */
  latent: z.strictObject({ encoderOutput: name, decoderInput: name, shape: LatentShapeSchema }),
  image: ImageOutputSchema,
  imageSizePx: size.max(1024),
  posteriorStd: z.number().positive(),
});

/** A generator without encoder: latent ~ N(0, I), and a class if it takes one → image. */
export const OnnxGeneratorSchema = z.strictObject({
  kind: z.literal("onnx-generator"),
  model: PackPathSchema,
  data: DataSchema,
  latent: z.strictObject({ name, shape: LatentShapeSchema }),
  /** `one-hot`: float32 [1, count]; `index`: int64 [1]. */
  class: z.strictObject({ name, count: size.min(2).max(1000), encoding: z.enum(["one-hot", "index"]) }).optional(),
  /** Further float32 inputs with a constant value, such as truncation. */
  constants: z.record(name, z.number()).default({}),
  image: ImageOutputSchema,
  imageSizePx: size.max(1024),
  /** Standard deviation of the noise added to drawn latents, so that a flow can learn them and classes have a density. */
  posteriorStd: z.number().positive().default(0.1),
});

export type OnnxExpertEntry = z.infer<typeof OnnxExpertSchema>;
export type OnnxAutoencoderEntry = z.infer<typeof OnnxAutoencoderSchema>;
export type OnnxGeneratorEntry = z.infer<typeof OnnxGeneratorSchema>;

export const DeclarationSchema = z.discriminatedUnion("kind", [
  OnnxExpertSchema,
  OnnxAutoencoderSchema,
  OnnxGeneratorSchema,
]);
export type Declaration = z.infer<typeof DeclarationSchema>;

/** The pack files that a declared expert reads. */
export function filesOfDeclared(entry: Declaration): string[] {
  const data = entry.data ?? [];
  if (entry.kind === "onnx-autoencoder") return [entry.encoder, entry.decoder, ...data];
  const tokenizer = entry.kind === "onnx" && entry.input.kind === "text" ? [entry.input.tokenizer] : [];
  return [entry.model, ...tokenizer, ...data];
}

/** Length of z: the latent and one dimension for each class, plus one if that is odd, because couplings halve z. */
export function latentDimsOf(entry: OnnxAutoencoderEntry | OnnxGeneratorEntry): number {
  const latent = entry.latent.shape.reduce((product, length) => product * length, 1);
  const dims = entry.kind === "onnx-generator" ? latent + (entry.class?.count ?? 0) : latent;
  return dims + (dims % 2);
}

/** Whether a declared expert can read a flow's condition: text for captions, pixels for all drawn conditions. */
export const servedBy = ({ input }: OnnxExpertEntry, name: FlowConditionName): boolean =>
  (input.kind === "text" ? ["caption"] : ["sketch", "layout", "image", "lowResolution"]).includes(fieldOf(name));
