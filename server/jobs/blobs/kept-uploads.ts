/** How long uploads are kept: for a time after their last use, within a size, and as long as a waiting or running job names them. */
import { limits } from "../../../shared/limits.ts";
import type { JobQueue } from "../job-queue.ts";
import type { KeptBounds } from "./blob-store.ts";

export const keptUploads: KeptBounds = { maxBytes: limits.uploadsKeptMaxBytes, maxAgeMs: limits.uploadsKeptMs };

/** @returns whether a waiting or running job names an upload */
export const isAwaitedBy =
  (queues: ReadonlyArray<Pick<JobQueue<never, never>, "needsUpload">>) =>
  async (digest: string): Promise<boolean> =>
    (await Promise.all(queues.map((jobs) => jobs.needsUpload(digest)))).includes(true);
