/** Fields that every kind of job has in the contract: its state, its seed, and the query of a page of its list. */
import { z } from "zod";
import { limits } from "../limits.ts";

/** uint32: keys the Philox generator. */
export const SeedSchema = z.number().int().min(0).max(limits.seedMax);

export const JobStateSchema = z.enum(["queued", "running", "done", "failed", "cancelled"]);
export type JobState = z.infer<typeof JobStateSchema>;

/** Whether a job is kept when older ones are dropped; absent = never asked. */
export const StarSchema = z.boolean().optional();

/** Name of the token behind a job; absent = the server's own token. */
export const OwnerSchema = z.string().optional();

/** Query of a page: `before` = an id, exclusive. */
export const PageQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(limits.listMax).default(limits.listDefault),
  before: z.string().min(1).max(64).optional(),
  /** Starred ones alone. */
  starred: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional(),
});

/** A key that makes a repeated POST the same job: visible ASCII. */
export const IdempotencyKeySchema = z
  .string()
  .max(limits.idempotencyKeyMaxChars)
  .regex(/^[\x21-\x7e]+$/, "expected visible ASCII characters only, got others or none");
