/** What a layer of the canvas remembers of the image that it shows. */
import { z } from "zod";
import { PartialConditionSchema } from "../conditions.ts";
import { SeedSchema } from "../job-fields.ts";
import { DrawingIdSchema } from "./drawings.ts";
import { AngleSchema, BestOfSchema, DiversitySchema, editFields } from "./generation-request.ts";
import { SourceSchema } from "./sources.ts";

/** What a node made by Tau remembers, as JSON in its plugin data: enough to make the same bytes again. */
export const ProvenanceSchema = z.object({
  format: z.literal(1),
  packId: z.string(),
  packDigest: z.string(),
  /** With `upscale`: digest of the pack that enlarged. */
  upscalerDigest: z.string().optional(),
  /** Digest of the pack in which the caption found a drawing, where that is another one. */
  lenderDigest: z.string().optional(),
  translation: z.string(),
  condition: PartialConditionSchema,
  /** Seed of this image alone. */
  seed: SeedSchema,
  temperature: z.number(),
  guidance: z.number(),
  /** Absent: made before 0.8, when there were none. */
  retrieval: z.number().optional(),
  logLikelihood: z.number(),
  /** The drawing that was chosen for its caption. */
  startFrom: DrawingIdSchema.optional(),
  /** Retrieved drawings that it started from. */
  sources: z.array(SourceSchema).optional(),
  /** How many candidates it was the best of; its seed alone, with `bestOf` 1, makes it again. */
  bestOf: BestOfSchema.optional(),
  diversity: DiversitySchema.optional(),
  angleDegrees: AngleSchema.optional(),
  ...editFields,
  /** The mask or the colours that it followed, as SVG: the plugin sent them as a picture, which the server may lose. Never sent. */
  drawn: z.string().optional(),
  /** Small pictures that the request names, in base64 by digest: the server may lose its own. Never sent as they are. */
  pictures: z.record(z.string(), z.string()).optional(),
  /** Which of how many images this is, where that matters: frames of a blend. */
  frame: z.object({ index: z.number().int(), count: z.number().int() }).optional(),
});
export type Provenance = z.infer<typeof ProvenanceSchema>;
