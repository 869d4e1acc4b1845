/**
 * The queue port: what server/http and the worker need of a job queue, whoever implements it. An adapter passes
 * test/conformance/job-queue.ts. A job is a generation; every change of it makes a new snapshot with a higher revision.
 */
import type {
  Generation,
  GenerationList,
  ImageInfo,
  ListQuery,
  OutsideCondition,
  ResolvedRequest,
  Stage,
} from "../../shared/contract.ts";
import { AppError, type Problem } from "../../shared/problem.ts";

export interface Idempotency {
  readonly key: string;
  /** Digest of the request as the client sent it (before a seed is drawn). */
  readonly fingerprint: string;
}

export interface JobInput {
  readonly request: ResolvedRequest;
  readonly packDigest: string;
  readonly idempotency?: Idempotency;
}

/** A generation as it was at one moment; revisions of a job only grow. */
export interface Snapshot {
  readonly revision: number;
  readonly generation: Generation;
}

export type JobOutcome =
  | { readonly state: "done"; readonly durationMs: number }
  | { readonly state: "failed"; readonly problem: Problem; readonly durationMs: number };

/** A job in the hands of the worker. After the job ended (also by cancel), every method is without effect. */
export interface Job {
  readonly id: string;
  readonly request: ResolvedRequest;
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal;
  /** Forgets images and progress of an earlier attempt. */
  beginAttempt(): void;
  report(progress: { readonly stage: Stage; readonly completed: number }): void;
  /** Records the conditions that lie outside what the translation learned. */
  reportOutside(outside: readonly OutsideCondition[]): void;
  /** Keeps the stored bytes of this digest from being forgotten before `addImage` names them. */
  reserve(sha256: string): void;
  addImage(image: ImageInfo): void;
  /** The first finisher wins; resolves with the generation as it ended. */
  finish(outcome: JobOutcome): Promise<Generation>;
}

export interface JobQueue {
  /** `memory`: waiting jobs are lost when the process ends. */
  readonly durability: "memory" | "disk";
  /** @throws AppError queue_full, idempotency_conflict, shutting_down */
  add(input: JobInput): Promise<{ readonly generation: Generation; readonly isNew: boolean }>;
  get(id: string): Promise<Snapshot | undefined>;
  /** Newest first. */
  list(query: ListQuery): Promise<GenerationList>;
  /** Ends a waiting or running job as `cancelled`; leaves a finished one as it is. Undefined = no such job. */
  cancel(id: string): Promise<Generation | undefined>;
  /** Deletes a finished job and the bytes that only it names. False = no such finished job. */
  remove(id: string): Promise<boolean>;
  /** Calls back on every later snapshot of a job; returns how to stop. */
  subscribe(id: string, listener: (snapshot: Snapshot) => void): () => void;
  /** Whether a waiting or running job names this upload. */
  needsUpload(digest: string): boolean;
  depth(): { readonly waiting: number; readonly running: number };
  /** Waits for the next job, oldest first; undefined once the queue is closed. */
  take(): Promise<Job | undefined>;
  /** Refuses new jobs and ends the waiting ones as failed (`shutting_down`) where they can't outlive the process. */
  close(): Promise<void>;
}

/** Of a generation or a training. */
export const isFinal = ({ state }: Pick<Generation, "state">): boolean =>
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
