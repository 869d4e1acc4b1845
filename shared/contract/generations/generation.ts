/** The contract of a generation: its state, its images and what is said of each, and the list of them. */
import { z } from "zod";
import { limits } from "../../limits.ts";
import { ProblemSchema } from "../../problem-document.ts";
import { conditionFields } from "../conditions.ts";
import { JobStateSchema, OwnerSchema, PageQuerySchema, SeedSchema, StarSchema } from "../job-fields.ts";
import { StoredVectorSchema } from "../vectors.ts";
import { ResolvedRequestSchema } from "./generation-request.ts";
import { SourceSchema } from "./sources.ts";

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
  /** With a caption that finds a drawing in another pack: the same of that one. */
  lenderDigest: z.string().optional(),
  /** What the pack calls the label that `condition.label` names; absent without one, and of what earlier versions made. */
  labelTitle: z.string().optional(),
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
  /** Words of the caption, in English, that have no part in the drawings that it found; absent where there are none, or nobody knows. */
  unfoundWords: z.array(z.string()).optional(),
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

/** Query of the list: `q` = words that caption, label and its title together must hold. */
export const GenerationQuerySchema = PageQuerySchema.extend({ q: z.string().max(limits.captionMaxChars).optional() });
