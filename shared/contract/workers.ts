/** What a server says of its workers: processes that draw for it, on this machine or others. */
import { z } from "zod";

export const workKinds = ["generations", "upscales", "calls", "trainings"] as const;
export type WorkKind = (typeof workKinds)[number];

export const WorkerInfoSchema = z.object({
  /** Chance, new at each start. */
  id: z.string(),
  /** Name of its machine. */
  host: z.string(),
  pid: z.number().int(),
  version: z.string(),
  /** The execution provider really in use. */
  provider: z.string(),
  /** Kinds of jobs that it takes. */
  kinds: z.array(z.enum(workKinds)),
  packs: z.array(z.object({ id: z.string(), version: z.string(), digest: z.string() })),
  /** Ids of packs that are part of its release. */
  shippedPacks: z.array(z.string()),
  /** Generations that it runs at once. */
  parallel: z.number().int(),
  startedAt: z.string(),
  seenAt: z.string(),
  /** Whether it was heard of a moment ago. */
  isLive: z.boolean(),
});
export type WorkerInfo = z.infer<typeof WorkerInfoSchema>;

export const WorkerListSchema = z.object({ workers: z.array(WorkerInfoSchema) });
export type WorkerList = z.infer<typeof WorkerListSchema>;
