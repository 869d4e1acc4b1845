/** The contract of inversions: an image to its latent z, its residual v and its likelihood under a condition. */
import { z } from "zod";
import { DigestSchema, PartialConditionSchema } from "../conditions.ts";
import { OutOfDistributionSchema } from "./generation.ts";

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
