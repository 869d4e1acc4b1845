/**
 * The contract of a batch: many generations in one request, answered by one stream of events as they are accepted, refused and
 * finished. Each is a generation like any other; the batch itself is not kept.
 */
import { z } from "zod";
import { limits } from "../../limits.ts";
import type { Problem } from "../../problem.ts";
import type { Generation } from "./generation.ts";
import { GenerationRequestSchema } from "./generation-request.ts";

export const BatchRequestSchema = z.strictObject({
  generations: z.array(GenerationRequestSchema).min(1).max(limits.batchMax),
});

/** The same with each generation unread, so that one which is wrong does not refuse the others. */
export const BatchEnvelopeSchema = z.strictObject({
  generations: z.array(z.unknown()).min(1).max(limits.batchMax),
});

/** Data of the events: `index` is the place in the request. */
export type BatchEvent =
  | { readonly event: "accepted" | "finished"; readonly index: number; readonly generation: Generation }
  | { readonly event: "refused"; readonly index: number; readonly problem: Problem };
