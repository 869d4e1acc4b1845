/**
 * The queue port: what server/http and the workers need of a job queue, whoever implements it. An adapter passes
 * test/jobs/job-queue.ts for every kind of job. A job's body is what the client sees of it: a Generation, an Upscale or a
 * Training; every change of it makes a new snapshot with a higher revision. Delivery is at least once, as in BullMQ: an adapter
 * may hand a job out again when its worker was lost, so that what a worker stores must be safe to store twice.
 */
import type { JobState } from "../../shared/contract/job-fields.ts";
import { AppError, type Problem } from "../../shared/problem.ts";

/** An image that a job made: where it stands among the others, and its bytes by digest. */
interface StoredImage {
  readonly index: number;
  readonly sha256: string;
  readonly bytes: number;
  /** The same traced. */
  readonly vector?: { readonly sha256: string; readonly bytes: number } | undefined;
}

/** Files of a job's images by digest. */
export const filesOf = ({
  images = [],
}: {
  readonly images?: readonly StoredImage[] | undefined;
}): Array<{ sha256: string; bytes: number }> =>
  images.flatMap(({ sha256, bytes, vector }) => [{ sha256, bytes }, ...(vector ? [vector] : [])]);

/** What bodies of every kind have in common. */
export interface JobBody {
  readonly id: string;
  readonly state: JobState;
  /** As the client sees it; what a worker gets may hold more. */
  readonly request: object;
  readonly createdAt: string;
  readonly finishedAt?: string | undefined;
  readonly progress: {
    readonly stage: string;
    readonly completed: number;
    readonly total: number;
    readonly position?: number | undefined;
  };
  readonly images?: readonly StoredImage[];
  readonly durationMs?: number | undefined;
  readonly problem?: Problem | undefined;
  /** Kept when older ones are dropped. */
  readonly isStarred?: boolean | undefined;
  /** Name of the token behind it. */
  readonly owner?: string | undefined;
}
export type ImageOf<Body extends JobBody> = NonNullable<Body["images"]>[number];
/** What a kind of job says besides: what it was started on (packs, the base) and what it finds out. */
export type Findings<Body extends JobBody> = Omit<Body, keyof JobBody>;
/** How far a job is; without `total` it stays what it was. */
export type ProgressReport<Body extends JobBody> = Omit<Body["progress"], "total" | "position"> & {
  readonly stage: Body["progress"]["stage"];
  readonly completed: number;
  readonly total?: number;
};

export interface Idempotency {
  readonly key: string;
  /** Digest of the request as the client sent it (before a seed is drawn). */
  readonly fingerprint: string;
}

/** What finished jobs are kept. Starred ones are, whatever else holds. */
export interface HistoryBounds {
  readonly historyMax: number;
  /** Of the images of finished jobs, those that jobs share counted once; absent = no bound. */
  readonly historyMaxBytes?: number | undefined;
  /** Absent = no bound. */
  readonly historyMaxAgeMs?: number | undefined;
}

/** Someone waits for an interactive job (the default); bulk ones begin when none of those waits. */
export type Urgency = "interactive" | "bulk";

/** What a queue takes: the request that its worker needs, and what the body says from the start. */
export type JobRequest<Body extends JobBody, Request = Body["request"]> = Partial<Findings<Body>> & {
  readonly request: Request;
  readonly idempotency?: Idempotency;
  /** Whose job it is: waiting jobs of different owners take turns. */
  readonly owner?: string | undefined;
  readonly urgency?: Urgency | undefined;
  /** Turns that this owner gets of each of an owner with share 1, from 1 to 16; absent = 1. */
  readonly share?: number | undefined;
};

/** A job as it was at one moment; revisions of a job only grow, also over a restart. */
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
  /** Starred ones alone. */
  readonly starred?: boolean | undefined;
  /** Of this owner alone. */
  readonly owner?: string | undefined;
}

export interface JobPage<Body> {
  readonly jobs: Body[];
  /** The `before` of the next page; absent on the last. */
  readonly nextBefore?: string;
}

export type JobOutcome<Body extends JobBody> =
  | { readonly state: "done"; readonly durationMs?: number; readonly findings?: Partial<Findings<Body>> }
  | { readonly state: "failed"; readonly problem: Problem; readonly durationMs?: number };

/**
 * A job in the hands of a worker, until the worker finishes it or puts it back. After the job ended (also by cancel), reports are
 * without effect.
 */
export interface Job<Body extends JobBody, Request = Body["request"]> {
  readonly id: string;
  readonly request: Request;
  /** As it is now, as far as this worker knows. */
  readonly body: Body;
  /** Aborts when the job is cancelled, or when the queue gave it to another worker. */
  readonly signal: AbortSignal;
  /** Forgets images, findings and progress of an earlier attempt. */
  beginAttempt(): void;
  report(progress: ProgressReport<Body>): void;
  reportFindings(findings: Partial<Findings<Body>>): void;
  /** Keeps the stored bytes of this digest from being forgotten before `addImage` names them. */
  reserve(sha256: string): void;
  addImage(image: ImageOf<Body>): void;
  /**
   * Says that what follows can't be undone. False when the job was cancelled; after true a cancel waits for the end, or until
   * `rollBackCommit`.
   */
  beginCommit(): Promise<boolean>;
  /** Nothing that can't be undone was done after all: a cancel ends the job again. */
  rollBackCommit(): void;
  /** Ends the job, unless it has its end, and gives it back. Resolves with the job as it ended: the first finisher wins. */
  finish(outcome: JobOutcome<Body>): Promise<Body>;
  /** Gives the job back without an end: it is queued again; of a durable queue it is still queued after a restart. */
  putBack(): Promise<void>;
}

export interface JobQueue<Body extends JobBody, Request = Body["request"]> {
  /** `memory`: waiting jobs are lost when the process ends. `disk`: a job is on the disk before it is accepted. */
  readonly durability: "memory" | "disk";
  /** @throws AppError queue_full, idempotency_conflict, shutting_down, storage_full, name_taken */
  add(requested: JobRequest<Body, Request>): Promise<{ readonly body: Body; readonly isNew: boolean }>;
  /** The job that a key was first used for. @throws AppError idempotency_conflict */
  replayOf(idempotency: Idempotency | undefined): Promise<Body | undefined>;
  get(id: string): Promise<Snapshot<Body> | undefined>;
  /** Newest first. */
  list(query: JobQuery): Promise<JobPage<Body>>;
  /**
   * Ends a waiting or running job as `cancelled`; one that commits ends as it would; a finished one stays as it is. Undefined =
   * no such job.
   */
  cancel(id: string): Promise<Body | undefined>;
  /** Stars a job, or takes its star. Undefined = no such job. */
  star(id: string, isStarred: boolean): Promise<Body | undefined>;
  /** Deletes a finished job and what only it names. False = no such finished job. */
  remove(id: string): Promise<boolean>;
  /**
   * Calls back on every later snapshot of a job, on that of a finished one once; returns how to stop. A slow follower may miss some
   * between, never the last. Undefined, once = no such job, or none any more.
   * @param known revision of the snapshot at hand: where others work on the queue, the present one comes first if it is newer
   */
  subscribe(id: string, listener: (snapshot: Snapshot<Body> | undefined) => void, known?: number): () => void;
  /** Whether a waiting or running job names this upload. */
  needsUpload(digest: string): Promise<boolean>;
  depth(): Promise<{ readonly waiting: number; readonly running: number }>;
  /** Waits for the next job: owners take turns by their shares, bulk jobs wait, of one owner the oldest comes first. Undefined once the queue is closed. */
  take(): Promise<Job<Body, Request> | undefined>;
  /** Refuses new jobs. Waiting ones go on after the next start, or end as failed (`shutting_down`) where none is kept. */
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

/** What a queue throws in which enough jobs wait. */
export const queueFull = (
  { many, retryAfterSeconds }: { readonly many: string; readonly retryAfterSeconds: number },
  queueMax: number,
  waiting: number,
): AppError =>
  new AppError("queue_full", `expected fewer than ${queueMax} waiting ${many}, got ${waiting}`, { retryAfterSeconds });

/** What a queue throws that takes nothing more. */
export const shuttingDown = (retryAfterSeconds: number): AppError =>
  new AppError("shutting_down", "expected a running server, got one that is stopping", { retryAfterSeconds });
