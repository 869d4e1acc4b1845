/**
 * The contract of plugin and server: zod schemas of everything that crosses HTTP, and the types inferred from them.
 * Parsed at the border (server/http, plugin/ui's client) and trusted inside. Imports zod only.
 */
import { z } from "zod";
import { CaptionSchema, conditionFields, DigestSchema, depths, PartialConditionSchema } from "./conditions.ts";
import { checkGeneration, guidanceOfAll, retrievalOfAll } from "./generation-rules.ts";
import { JobStateSchema, OwnerSchema, pageQuery, SeedSchema, StarSchema } from "./job-fields.ts";
import { limits } from "./limits.ts";
import { ProblemSchema } from "./problem-document.ts";
import { LicencesSchema, SourceSchema } from "./sources.ts";
import { NetworkScaleSchema, UpscalerInfoSchema, UpscaleScaleSchema } from "./upscaling.ts";
import { imageFormats, PaletteSchema, StoredVectorSchema } from "./vectors.ts";

/** An image whose residual is used: v = τ⁻¹(Θ(image) given `condition`). What `condition` says is taken out of v, so name what the image shows. */
export const ResidualSourceSchema = z.strictObject({
  image: DigestSchema,
  condition: PartialConditionSchema.default({}),
});
export type ResidualSource = z.infer<typeof ResidualSourceSchema>;

/** A direction among conditions: Φ(towards) − Φ(from), times `strength`, is added to the condition. Only words have directions. */
export const AttributeSchema = z.strictObject({
  from: CaptionSchema.optional(),
  towards: CaptionSchema,
  strength: z.number().min(-limits.attributeStrengthMax).max(limits.attributeStrengthMax).default(1),
});
export type Attribute = z.infer<typeof AttributeSchema>;

/** What turns a generation into an edit, follows single conditions or enlarges; a node remembers these as they were asked. */
const editFields = {
  /** Further guidance of single conditions by what each adds to the others, by field: `{"sketch": 2}`. */
  guidanceOf: z.partialRecord(z.enum(conditionFields), z.number().min(0).max(limits.guidanceMax)).optional(),
  /**
   * Take v from an image instead of drawing it: with another style or caption this restyles the image. The request's `condition`
   * takes the place of the same fields of the source's; the source's other fields stay.
   */
  keepResidualOf: ResidualSourceSchema.optional(),
  /** With `keepResidualOf`: `count` frames from that image to this one, v on the great circle, condition interpolated. */
  blendWith: ResidualSourceSchema.optional(),
  attribute: AttributeSchema.optional(),
  /** Each image is enlarged by this factor, with detail 0, before it is stored. */
  upscale: UpscaleScaleSchema.optional(),
};
/** Moves the kept v by this angle on its sphere, each image in a direction drawn from its seed. */
const AngleSchema = z.number().min(0).max(limits.angleMaxDegrees);
/**
 * Candidates drawn for each image, of which the best by log p(z|c) − log p(z|nothing) is kept. Candidate k of image i has seed
 * (seed + i · bestOf + k) mod 2^32; the image reports the seed that won, which alone makes it again.
 */
const BestOfSchema = z.number().int().min(1).max(limits.bestOfMax);

/**
 * How strongly the condition is followed; 0 = exactly as learned. Absent: 1 for what is drawn; 0 with `keepResidualOf`, because
 * the kept v is the image's own only then, so that an edit that changes nothing gives the image back.
 */
const GuidanceSchema = z.number().min(0).max(limits.guidanceMax);

/**
 * How much of an image comes from drawings of the same thing in other styles, or that look like a sketch or layout, where the translation has some: 0 = nothing, 1 = they are
 * drawn as they are, in the style's colours. Of `guidance`, which pushes what the flow says by itself, the rest is left. Absent: 0.9 for
 * words, sketches and layouts; 0 beside an image or small image and with `keepResidualOf`, which say what to start from. Always 0 where the translation has none (`hasRetrieval`).
 */
const RetrievalSchema = z.number().min(0).max(1);

/**
 * How much the images of a request shall differ, 0 to 1: each starts from one drawing, also of things with similar names, and of
 * twice as many candidates the best that differ are kept, by what the condition explains against mutual distance. An image's own
 * seed, with this value and `count` 1, makes it again. Absent: 0, consecutive seeds as they come.
 */
const DiversitySchema = z.number().min(0).max(limits.diversityMax);

const generationFields = z.strictObject({
  translation: z.string().min(1).max(64).default("caption"),
  /** At least one field, or none with `keepResidualOf`. */
  condition: PartialConditionSchema,
  count: z.number().int().min(1).max(limits.countMax).default(limits.countDefault),
  /** Image i is drawn from seed (seed + i) mod 2^32. Absent: the server draws one and reports it. */
  seed: SeedSchema.optional(),
  /** Factor on the residual's standard deviation; 0 = the most likely image. */
  temperature: z.number().min(0).max(limits.temperatureMax).default(limits.temperatureDefault),
  guidance: GuidanceSchema.optional(),
  retrieval: RetrievalSchema.optional(),
  /** Only drawings under these licences are retrieved; absent = all. */
  licences: LicencesSchema.optional(),
  bestOf: BestOfSchema.default(1),
  diversity: DiversitySchema.optional(),
  angleDegrees: AngleSchema.default(0),
  /** `svg`: each image is traced too, and its SVG stored beside the PNG. Absent: PNG alone. */
  format: z.enum(imageFormats).optional(),
  /** With `format: "svg"`: vectors are made of exactly these colours. */
  palette: PaletteSchema.optional(),
  ...editFields,
});

/** Weights whose default depends on other fields. */
const settleWeights = <Asked extends Parameters<typeof retrievalOfAll>[0]>(asked: Asked) => ({
  ...asked,
  guidance: guidanceOfAll(asked),
  retrieval: retrievalOfAll(asked),
});
const settledWeights = { guidance: GuidanceSchema, retrieval: RetrievalSchema };

/** The same schema, seen as one whose input has passed through it before: its defaults leave no field open any more. */
const settled = <Schema extends z.ZodType>(schema: Schema) =>
  schema as unknown as z.ZodType<z.output<Schema>, z.output<Schema>>;

export const GenerationRequestSchema = generationFields
  .superRefine(checkGeneration)
  .transform(settleWeights)
  .pipe(settled(generationFields.extend(settledWeights)));
export type GenerationRequest = z.infer<typeof GenerationRequestSchema>;
/** What a client may send: fields with defaults are optional. */
export type GenerationInput = z.input<typeof GenerationRequestSchema>;

/** A request whose seed is settled: enough, with the pack digest, to make the same bytes again. */
export const ResolvedRequestSchema = generationFields
  .extend({ seed: SeedSchema })
  .superRefine(checkGeneration)
  .transform(settleWeights)
  .pipe(settled(generationFields.extend({ seed: SeedSchema, ...settledWeights })));
export type ResolvedRequest = z.infer<typeof ResolvedRequestSchema>;

export const StageSchema = z.enum(["waiting", "encoding", "translating", "decoding", "storing", "finished"]);
export type Stage = z.infer<typeof StageSchema>;

export const ImageInfoSchema = z.object({
  index: z.number().int(),
  seed: SeedSchema,
  /** log p(z given condition) in nats, exact. */
  logLikelihood: z.number(),
  /** −logLikelihood / dimensions of z. */
  natsPerDimension: z.number(),
  /**
   * log p(z given condition) − log p(z given nothing) in nats: how much the condition explains; `bestOf` ranks by it.
   * Absent for images made by version 0.1.
   */
  conditionGain: z.number().optional(),
  /** Share of held-out images, 0 to 100, that are less likely under their own conditions; absent for an uncalibrated translation. */
  typicalityPercentile: z.number().optional(),
  widthPx: z.number().int(),
  heightPx: z.number().int(),
  /** SHA-256 of the PNG, hex. */
  sha256: z.string(),
  bytes: z.number().int(),
  /** Path of the PNG below the server's origin. */
  path: z.string(),
  /** With `format: "svg"`; absent for an image with nothing opaque in it. */
  vector: StoredVectorSchema.optional(),
  /** Retrieved drawings that it started from, most of it first; absent where there are none, or the pack does not say whose they are. */
  sources: z.array(SourceSchema).optional(),
});
export type ImageInfo = z.infer<typeof ImageInfoSchema>;

/** A condition beyond the threshold that the translation's calibration set (see docs: false alarms and misses). */
export const OutOfDistributionSchema = z.object({
  field: z.enum(conditionFields),
  /** The condition's distance from what was learned, and the largest that still counts as known. */
  score: z.number(),
  threshold: z.number(),
});
export type OutOfDistribution = z.infer<typeof OutOfDistributionSchema>;

/** What a generation says of its request: one from before 0.8 retrieved nothing, whatever the default is now. */
const RememberedRequestSchema = z.preprocess(
  (request) => (typeof request === "object" ? { retrieval: 0, ...request } : request),
  ResolvedRequestSchema,
);

export const GenerationSchema = z.object({
  id: z.string(),
  state: JobStateSchema,
  request: RememberedRequestSchema,
  /** SHA-256 of the pack's manifest: names the exact weights. */
  packDigest: z.string(),
  /** With `upscale`: the same of the pack that enlarges. */
  upscalerDigest: z.string().optional(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
  progress: z.object({
    stage: StageSchema,
    /** Images finished of `total`. */
    completed: z.number().int(),
    total: z.number().int(),
    /** Jobs ahead while waiting; 0 = next. */
    position: z.number().int().optional(),
  }),
  images: z.array(ImageInfoSchema),
  /** Given conditions that lie outside what the translation learned, found before anything was decoded. */
  outOfDistribution: z.array(OutOfDistributionSchema).default([]),
  /** Labels that captions named, and that were followed like them; none where the request gives a label, or null, itself. */
  namedLabels: z.array(z.string()).default([]),
  /** Milliseconds from the start of the last attempt to its end. */
  durationMs: z.number().optional(),
  problem: ProblemSchema.optional(),
  isStarred: StarSchema,
  owner: OwnerSchema,
});
export type Generation = z.infer<typeof GenerationSchema>;

export const GenerationListSchema = z.object({
  generations: z.array(GenerationSchema),
  /** Pass as `before` to get the next page; absent on the last. */
  nextBefore: z.string().optional(),
});
export type GenerationList = z.infer<typeof GenerationListSchema>;

/** Query of the list: `q` = words that the caption must hold. */
export const ListQuerySchema = z.strictObject({
  q: z.string().max(limits.captionMaxChars).optional(),
  ...pageQuery,
});
export type ListQuery = z.infer<typeof ListQuerySchema>;

/** A key that makes a repeated POST the same job: visible ASCII. */
export const IdempotencyKeySchema = z
  .string()
  .max(limits.idempotencyKeyMaxChars)
  .regex(/^[\x21-\x7e]+$/, "expected visible ASCII characters only, got others or none");

export const ImageUploadSchema = z.object({
  /** SHA-256 of the bytes as uploaded; later requests name the image by it. */
  digest: z.string(),
  widthPx: z.number().int(),
  heightPx: z.number().int(),
  mediaType: z.enum(["image/png", "image/jpeg", "image/webp", "image/gif"]),
  bytes: z.number().int(),
});
export type ImageUpload = z.infer<typeof ImageUploadSchema>;

export const InversionRequestSchema = z.strictObject({
  translation: z.string().min(1).max(64).default("caption"),
  image: DigestSchema,
  condition: PartialConditionSchema.default({}),
});
export type InversionRequest = z.infer<typeof InversionRequestSchema>;

/** z, v and likelihood of an image under a condition. */
export const InversionSchema = z.object({
  request: InversionRequestSchema,
  packDigest: z.string(),
  /** z = Θ(image), the posterior's mean, [dims]. */
  latent: z.array(z.number()),
  /** v = τ⁻¹(z given condition), [dims]; N(0, I) for images like those that were learned. */
  residual: z.array(z.number()),
  logLikelihood: z.number(),
  natsPerDimension: z.number(),
  conditionGain: z.number(),
  typicalityPercentile: z.number().optional(),
  outOfDistribution: z.array(OutOfDistributionSchema),
  /** The label that the caption named, if it did, as in a generation. */
  namedLabels: z.array(z.string()).default([]),
  /** Largest |z − τ(v)| of going back, a check of the flow. */
  roundTripError: z.number(),
  /** PSNR in dB of the autoencoder's reconstruction Λ(z) against the image: what any edit starts from. */
  reconstructionPsnrDb: z.number(),
});
export type Inversion = z.infer<typeof InversionSchema>;

export const StyleInfoSchema = z.object({ id: z.string(), label: z.string() });
export type StyleInfo = z.infer<typeof StyleInfoSchema>;

export const TranslationInfoSchema = z.object({
  id: z.string(),
  label: z.string(),
  /** Names of the fields of `condition` that this translation reads. */
  conditions: z.array(z.enum(conditionFields)),
  /** Where a caption only finds the drawing that is restyled: the translation whose drawings these are. */
  captionsFrom: z.string().optional(),
  styles: z.array(StyleInfoSchema),
  /** Most images by which a style may be shown; absent where styles have ids only. */
  styleImagesMax: z.number().int().optional(),
  /** Labels that `condition.label` may name; empty without a label expert. */
  labels: z.array(StyleInfoSchema),
  /** Depths that `condition.image` may name. */
  depths: z.array(z.enum(depths)),
  /** Grid and colours of `condition.layout.cells`; absent without a layout expert. */
  layout: z
    .object({
      columns: z.number().int(),
      rows: z.number().int(),
      palette: z.array(z.object({ id: z.string(), label: z.string(), hex: z.string() })),
    })
    .optional(),
  /** The style that a form should begin with; a request without a style still means any. */
  defaultStyle: z.string().optional(),
  /** True: words start from drawings of other styles, as `retrieval` of a generation says; sketches and layouts too where those are known by theirs. */
  hasRetrieval: z.boolean().optional(),
  /** True: a generation's `diversity` is known; absent on a server before version 0.21. */
  hasDiversity: z.boolean().optional(),
  /** Licences of the drawings that it starts from, where the pack says them. */
  licences: z.array(z.string()).optional(),
  /** False: the flow was never trained without its conditions, so guidance has nothing to contrast with and is 0. */
  hasGuidance: z.boolean().optional(),
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

/** What a node made by Tau remembers, as JSON in its plugin data: enough to make the same bytes again. */
export const ProvenanceSchema = z.object({
  format: z.literal(1),
  packId: z.string(),
  packDigest: z.string(),
  /** With `upscale`: digest of the pack that enlarged. */
  upscalerDigest: z.string().optional(),
  translation: z.string(),
  condition: PartialConditionSchema,
  /** Seed of this image alone. */
  seed: SeedSchema,
  temperature: z.number(),
  guidance: z.number(),
  /** Absent: made before 0.8, when there were none. */
  retrieval: z.number().optional(),
  logLikelihood: z.number(),
  /** Retrieved drawings that it started from. */
  sources: z.array(SourceSchema).optional(),
  /** How many candidates it was the best of; its seed alone, with `bestOf` 1, makes it again. */
  bestOf: BestOfSchema.optional(),
  diversity: DiversitySchema.optional(),
  angleDegrees: AngleSchema.optional(),
  ...editFields,
  /** Which of how many images this is, where that matters: frames of a blend. */
  frame: z.object({ index: z.number().int(), count: z.number().int() }).optional(),
});
export type Provenance = z.infer<typeof ProvenanceSchema>;
