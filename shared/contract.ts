/**
 * The contract of plugin and server: zod schemas of everything that crosses HTTP, and the types inferred from them.
 * Parsed at the border (server/http, plugin/ui's client) and trusted inside. Imports zod only.
 */
import { z } from "zod";
import { limits } from "./limits.ts";
import { ProblemSchema } from "./problem.ts";

/** API versions that this source speaks; the plugin compares with `Meta.api` before its first request. */
export const apiVersion = 1;

const hasWord = /[\p{L}\p{N}]/u;

/** Trimmed, white space folded, 1 to `captionMaxChars` characters, at least one letter or digit (emoji alone name no word). */
export const CaptionSchema = z
  .string()
  .transform((text) => text.trim().replace(/\s+/gu, " "))
  .superRefine((text, context) => {
    const fail = (code: string, message: string): void => {
      context.addIssue({ code: "custom", message, params: { problem: code } });
    };
    if (text.length === 0) fail("caption_empty", "expected a caption of at least one word, got an empty text");
    else if (text.length > limits.captionMaxChars)
      fail("caption_too_long", `expected at most ${limits.captionMaxChars} characters, got ${text.length}`);
    else if (!hasWord.test(text))
      fail("caption_unreadable", "expected at least one letter or digit, got only emoji or punctuation");
  });

export const SeedSchema = z.number().int().min(0).max(limits.seedMax);

/** Which conditions a translation reads; at least one must be given. */
export const ConditionSchema = z
  .strictObject({
    caption: CaptionSchema.optional(),
    /** A style id from `Meta`; absent = any style. */
    style: z.string().min(1).max(64).optional(),
  })
  .refine((condition) => condition.caption !== undefined || condition.style !== undefined, {
    message: "expected a caption or a style, got neither",
  });
export type Condition = z.infer<typeof ConditionSchema>;

export const GenerationRequestSchema = z.strictObject({
  translation: z.string().min(1).max(64).default("caption"),
  condition: ConditionSchema,
  count: z.number().int().min(1).max(limits.countMax).default(limits.countDefault),
  /** Image i is drawn from seed (seed + i) mod 2^32. Absent: the server draws one and reports it. */
  seed: SeedSchema.optional(),
  /** Factor on the residual's standard deviation; 0 = the most likely image. */
  temperature: z.number().min(0).max(limits.temperatureMax).default(limits.temperatureDefault),
  /** How strongly the condition is followed; 0 = exactly as learned. */
  guidance: z.number().min(0).max(limits.guidanceMax).default(limits.guidanceDefault),
});
export type GenerationRequest = z.infer<typeof GenerationRequestSchema>;
/** What a client may send: fields with defaults are optional. */
export type GenerationInput = z.input<typeof GenerationRequestSchema>;

/** A request whose seed is settled: enough, with the pack digest, to make the same bytes again. */
export const ResolvedRequestSchema = GenerationRequestSchema.extend({ seed: SeedSchema });
export type ResolvedRequest = z.infer<typeof ResolvedRequestSchema>;

export const GenerationStateSchema = z.enum(["queued", "running", "done", "failed", "cancelled"]);
export type GenerationState = z.infer<typeof GenerationStateSchema>;

export const StageSchema = z.enum(["waiting", "encoding", "translating", "decoding", "storing", "finished"]);
export type Stage = z.infer<typeof StageSchema>;

export const ImageInfoSchema = z.object({
  index: z.number().int(),
  seed: SeedSchema,
  /** log p(z given condition) in nats, exact. */
  logLikelihood: z.number(),
  /** −logLikelihood / dimensions of z. */
  natsPerDimension: z.number(),
  widthPx: z.number().int(),
  heightPx: z.number().int(),
  /** SHA-256 of the PNG, hex. */
  sha256: z.string(),
  bytes: z.number().int(),
  /** Path of the PNG below the server's origin. */
  path: z.string(),
});
export type ImageInfo = z.infer<typeof ImageInfoSchema>;

export const GenerationSchema = z.object({
  id: z.string(),
  state: GenerationStateSchema,
  request: ResolvedRequestSchema,
  /** SHA-256 of the pack's manifest: names the exact weights. */
  packDigest: z.string(),
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
  /** Milliseconds from the start of the last attempt to its end. */
  durationMs: z.number().optional(),
  problem: ProblemSchema.optional(),
});
export type Generation = z.infer<typeof GenerationSchema>;

export const GenerationListSchema = z.object({
  generations: z.array(GenerationSchema),
  /** Pass as `before` to get the next page; absent on the last. */
  nextBefore: z.string().optional(),
});
export type GenerationList = z.infer<typeof GenerationListSchema>;

/** Query of the list: `q` = words that the caption must hold, `before` = an id, exclusive. */
export const ListQuerySchema = z.strictObject({
  q: z.string().max(limits.captionMaxChars).optional(),
  limit: z.coerce.number().int().min(1).max(limits.listMax).default(limits.listDefault),
  before: z.string().min(1).max(64).optional(),
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

export const StyleInfoSchema = z.object({ id: z.string(), label: z.string() });
export type StyleInfo = z.infer<typeof StyleInfoSchema>;

export const TranslationInfoSchema = z.object({
  id: z.string(),
  label: z.string(),
  /** Names of the fields of `condition` that this translation reads. */
  conditions: z.array(z.enum(["caption", "style"])),
  styles: z.array(StyleInfoSchema),
  /** The style that a form should begin with; a request without a style still means any. */
  defaultStyle: z.string().optional(),
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
  translation: z.string(),
  condition: z.object({ caption: z.string().optional(), style: z.string().optional() }),
  /** Seed of this image alone. */
  seed: SeedSchema,
  temperature: z.number(),
  guidance: z.number(),
  logLikelihood: z.number(),
});
export type Provenance = z.infer<typeof ProvenanceSchema>;
