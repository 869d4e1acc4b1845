/**
 * The queue port: what server/http and the workers need of a job queue, whoever implements it. An adapter passes
 * test/jobs/job-queue.ts. A job's body is what the client sees of it: a Generation or an Upscale; every change of it makes
 * a new snapshot with a higher revision.
 */
import type { JobState } from "../../shared/job-fields.ts";
import { AppError, type Problem } from "../../shared/problem.ts";

/** What bodies of every kind have in common. */
export interface JobBody {
  readonly id: string;
  readonly state: JobState;
  readonly request: object;
  readonly packDigest: string;
  /** Of a generation that also enlarges: the pack that does. */
  readonly upscalerDigest?: string | undefined;
  readonly createdAt: string;
  readonly finishedAt?: string | undefined;
  readonly progress: {
    readonly stage: string;
    readonly completed: number;
    readonly total: number;
    readonly position?: number | undefined;
  };
  readonly images: ReadonlyArray<{ readonly index: number; readonly sha256: string; readonly bytes: number }>;
  readonly durationMs?: number | undefined;
  readonly problem?: Problem | undefined;
}
export type ImageOf<Body extends JobBody> = Body["images"][number];
/** What a kind of job finds out besides its images. */
export type Findings<Body extends JobBody> = Omit<Body, keyof JobBody>;

export interface Idempotency {
  readonly key: string;
  /** Digest of the request as the client sent it (before a seed is drawn). */
  readonly fingerprint: string;
}

export interface JobInput<Body extends JobBody> {
  readonly request: Body["request"];
  readonly packDigest: string;
  readonly upscalerDigest?: string;
  readonly idempotency?: Idempotency;
}

/** A job as it was at one moment; revisions of a job only grow. */
export interface Snapshot<Body> {
  readonly revision: number;
  readonly body: Body;
}

export interface JobQuery {
  /** Words that the job's text must hold. */
  readonly q?: string | undefined;
  readonly limit: number;
  /** An id, exclusive. */
  readonly before?: string | undefined;
}

export interface JobPage<Body> {
  readonly jobs: Body[];
  /** The `before` of the next page; absent on the last. */
  readonly nextBefore?: string;
}

export type JobOutcome =
  | { readonly state: "done"; readonly durationMs: number }
  | { readonly state: "failed"; readonly problem: Problem; readonly durationMs: number };

/** A job in the hands of a worker. After the job ended (also by cancel), every method is without effect. */
export interface Job<Body extends JobBody> {
  readonly id: string;
  readonly request: Body["request"];
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal;
  /** Forgets images, findings and progress of an earlier attempt. */
  beginAttempt(): void;
  /** `total` where it was not known before. */
  report(progress: {
    readonly stage: Body["progress"]["stage"];
    readonly completed: number;
    readonly total?: number;
  }): void;
  reportFindings(findings: Findings<Body>): void;
  /** Keeps the stored bytes of this digest from being forgotten before `addImage` names them. */
  reserve(sha256: string): void;
  addImage(image: ImageOf<Body>): void;
  /** The first finisher wins; resolves with the job as it ended. */
  finish(outcome: JobOutcome): Promise<Body>;
}

export interface JobQueue<Body extends JobBody> {
  /** `memory`: waiting jobs are lost when the process ends. */
  readonly durability: "memory" | "disk";
  /** @throws AppError queue_full, idempotency_conflict, shutting_down */
  add(input: JobInput<Body>): Promise<{ readonly body: Body; readonly isNew: boolean }>;
  get(id: string): Promise<Snapshot<Body> | undefined>;
  /** Newest first. */
  list(query: JobQuery): Promise<JobPage<Body>>;
  /** Ends a waiting or running job as `cancelled`; leaves a finished one as it is. Undefined = no such job. */
  cancel(id: string): Promise<Body | undefined>;
  /** Deletes a finished job and the bytes that only it names. False = no such finished job. */
  remove(id: string): Promise<boolean>;
  /** Calls back on every later snapshot of a job; returns how to stop. */
  subscribe(id: string, listener: (snapshot: Snapshot<Body>) => void): () => void;
  /** Whether a waiting or running job names this upload. */
  needsUpload(digest: string): boolean;
  depth(): { readonly waiting: number; readonly running: number };
  /** Waits for the next job, oldest first; undefined once the queue is closed. */
  take(): Promise<Job<Body> | undefined>;
  /** Refuses new jobs and ends the waiting ones as failed (`shutting_down`) where they can't outlive the process. */
  close(): Promise<void>;
}

/** Of a job of any kind. */
export const isFinal = ({ state }: { readonly state: JobState }): boolean =>
  state === "done" || state === "failed" || state === "cancelled";

/** A key names one request for ever. @throws AppError idempotency_conflict when it now comes with another */
export function requireSameRequest(first: Idempotency | undefined, now: Idempotency | undefined): void {
  if (first?.fingerprint === now?.fingerprint) return;
  throw new AppError(
    "idempotency_conflict",
    "Idempotency-Key: expected the request that this key was first used with, got another one",
    { field: "Idempotency-Key" },
  );
}

/** What a queue throws that takes nothing more. */
export const shuttingDown = (retryAfterSeconds: number): AppError =>
  new AppError("shutting_down", "expected a running server, got one that is stopping", { retryAfterSeconds });
