/** What a server says of itself: its packs with what each can read and draw, its limits, and whether it is well. */
import { z } from "zod";
import { conditionFields, depths } from "./conditions.ts";
import { NetworkScaleSchema, UpscalerInfoSchema } from "./upscaling.ts";

export const StyleInfoSchema = z.object({ id: z.string(), label: z.string() });
export type StyleInfo = z.infer<typeof StyleInfoSchema>;

export const styleKinds = ["lines", "solid", "two-tone", "colour", "emoji"] as const;
export type StyleKind = (typeof styleKinds)[number];

/** A style, and what it is drawn in where the pack says so; absent on older servers. */
export const OfferedStyleSchema = StyleInfoSchema.extend({ kind: z.enum(styleKinds).optional() });
export type OfferedStyle = z.infer<typeof OfferedStyleSchema>;

export const TranslationInfoSchema = z.object({
  id: z.string(),
  label: z.string(),
  /** Names of the fields of `condition` that this translation reads. */
  conditions: z.array(z.enum(conditionFields)),
  /** Where a caption only finds the drawing that is restyled: the translation whose drawings these are. */
  captionsFrom: z.string().optional(),
  styles: z.array(OfferedStyleSchema),
  /** Most images by which a style may be shown; absent where styles have ids only. */
  styleImagesMax: z.number().int().optional(),
  /** Labels that `condition.label` may name; empty without a label expert. */
  labels: z.array(StyleInfoSchema),
  /** Depths that `condition.image` may name. */
  depths: z.array(z.enum(depths)),
  /** Grid and colours of `condition.layout.cells`; absent where layouts are not read. */
  layout: z
    .object({
      columns: z.number().int(),
      rows: z.number().int(),
      palette: z.array(z.object({ id: z.string(), label: z.string(), hex: z.string() })),
    })
    .optional(),
  /** The style that a form should begin with, and between styles that of a request without one; elsewhere such a request means any. */
  defaultStyle: z.string().optional(),
  /** True: words start from drawings of other styles, as `retrieval` of a generation says; sketches and layouts too where those are known by theirs. */
  hasRetrieval: z.boolean().optional(),
  /** True: a generation's `diversity` is known; absent on a server before version 0.21. */
  hasDiversity: z.boolean().optional(),
  /** False: captions find drawings of no library, so that none can be named as `startFrom`. */
  hasDrawings: z.boolean().optional(),
  /** True: `condition.drawing.nodes` is known; absent on a server before version 0.57. */
  hasNodes: z.boolean().optional(),
  /** Licences of the drawings that it starts from, where the pack says them. */
  licences: z.array(z.string()).optional(),
  /** False: the flow was never trained without its conditions, so guidance has nothing to contrast with and is 0. */
  hasGuidance: z.boolean().optional(),
  /** Fields that `guidanceOf` may name; absent = all that are read. */
  guidedBy: z.array(z.enum(conditionFields)).optional(),
  /** False: no image can be inverted, so no residual be kept, because the target is a generator without an encoder. */
  isInvertible: z.boolean().optional(),
  widthPx: z.number().int(),
  heightPx: z.number().int(),
  latentDims: z.number().int(),
});
export type TranslationInfo = z.infer<typeof TranslationInfoSchema>;

export const PackInfoSchema = z.object({
  id: z.string(),
  version: z.string(),
  digest: z.string(),
  licence: z.string(),
  sizeBytes: z.number().int(),
  translations: z.array(TranslationInfoSchema),
  /** Absent in a pack that enlarges nothing. */
  upscaler: UpscalerInfoSchema.optional(),
  /** Source and licence of every part. */
  parts: z.array(z.object({ name: z.string(), licence: z.string(), source: z.string() })),
});
export type PackInfo = z.infer<typeof PackInfoSchema>;

export const MetaSchema = z.object({
  name: z.literal("tau"),
  version: z.string(),
  api: z.object({ min: z.number().int(), max: z.number().int() }),
  packs: z.array(PackInfoSchema),
  /** The execution provider really in use. */
  provider: z.string(),
  /** `memory`: waiting jobs are lost when the server stops. */
  durability: z.enum(["memory", "disk"]),
  limits: z.object({
    captionMaxChars: z.number(),
    countMax: z.number(),
    queueMax: z.number(),
    uploadMaxBytes: z.number(),
    imageMaxSidePx: z.number(),
    temperatureMax: z.number(),
    guidanceMax: z.number(),
    bestOfMax: z.number(),
    /** Generations of one batch; absent on a server that has none. */
    batchMax: z.number().optional(),
    angleMaxDegrees: z.number(),
    attributeStrengthMax: z.number(),
    svgMaxChars: z.number(),
    /** Of upscaling; absent on a server before version 0.3. */
    upscale: z
      .object({
        /** Factors that networks draw. */
        scales: z.array(NetworkScaleSchema),
        /** True: ×3 and `widthPx` too, made of the next factor. Absent on a server before version 0.21. */
        anyWidth: z.boolean().optional(),
        countMax: z.number(),
        /** Factor on the residual at detail 1. */
        temperatureMax: z.number(),
        /** Width or height of the result. */
        maxSidePx: z.number(),
      })
      .optional(),
  }),
});
export type Meta = z.infer<typeof MetaSchema>;

export const HealthSchema = z.object({
  status: z.enum(["ok", "starting", "stopping", "unavailable"]),
  detail: z.string().optional(),
});
export type Health = z.infer<typeof HealthSchema>;
