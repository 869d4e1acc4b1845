/**
 * The port through which the queue of one process keeps its jobs. Every method has acted when it returns: what a disk-backed store
 * took survives a kill and a power cut from then on. The store decides nothing; the queue does.
 */
import type { HistoryBounds, Idempotency, JobBody, JobQuery, Urgency } from "../job-queue.ts";

export interface StoredJob<Body extends JobBody, Request = Body["request"]> {
  readonly revision: number;
  readonly body: Body;
  /** Of an open job: what its worker needs. */
  readonly request?: Request | undefined;
  readonly idempotency?: Idempotency | undefined;
  /** How often a worker took it and neither ended it nor gave it back: the process died meanwhile. */
  readonly startCount: number;
  /** How it stands in line. */
  readonly owner?: string | undefined;
  readonly urgency?: Urgency | undefined;
  /** Not kept over a restart. */
  readonly share?: number | undefined;
}

/** What went: ids of jobs, and digests of images that no finished job names any more. */
export interface Dropped {
  readonly ids: readonly string[];
  readonly digests: readonly string[];
}

export interface JobStore<Body extends JobBody, Request = Body["request"]> {
  readonly durability: "memory" | "disk";
  /** Open jobs, oldest first. */
  open(): StoredJob<Body, Request>[];
  newestId(): string | undefined;
  get(id: string): StoredJob<Body, Request> | undefined;
  ofKey(key: string): StoredJob<Body, Request> | undefined;
  /** Newest first; one more than `limit` where there are more. */
  list(query: JobQuery): Body[];
  /** Whether a finished job names the image. */
  names(sha256: string): boolean;
  /** Puts a job in place of what it was. @throws AppError storage_full */
  save(job: StoredJob<Body, Request>): void;
  /**
   * Saves a job that ended and drops what then is too much, the oldest first, but not this one.
   * @param now milliseconds since 1970
   * @throws AppError storage_full
   */
  finish(job: StoredJob<Body, Request>, bounds: HistoryBounds, now: number): Dropped;
  /** Removes a finished job. */
  remove(id: string): Dropped;
}
