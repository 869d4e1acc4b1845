/**
 * What the queue of one process keeps: open jobs in memory, all jobs wherever the store keeps them, and which stored bytes they
 * still name. An end that the disk has no room for is reported all the same, and written with the next end that is, or when the queue
 * closes. Knows nothing of the line that jobs stand in.
 */
import type { HistoryBounds } from "../job-queue.ts";
import {
  filesOf,
  type Idempotency,
  isFinal,
  type JobBody,
  type JobPage,
  type JobQuery,
  requireSameRequest,
  type Snapshot,
} from "../job-queue.ts";
import type { Dropped, JobStore, StoredJob } from "./job-store.ts";
import { type EntryDeps, QueueEntry } from "./queue-entry.ts";

export interface KeptJobsOptions<Body extends JobBody, Request = Body["request"]> extends HistoryBounds {
  readonly store: JobStore<Body, Request>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What jobs have on the disk besides images. */
  readonly files?: {
    /** Removes what only an open job needs, once it ended and no worker has it. */
    free(id: string): Promise<void>;
    /** Removes all of a job that is gone. */
    remove(id: string): Promise<void>;
  };
  /** Called with the digest of stored bytes that no job names any more; must act at once. */
  readonly onForgotten?: (sha256: string) => void;
  /** A state could not be kept, or files not be removed: the job is fine, but a restart will not find it as it is. */
  readonly onStoreError?: (error: unknown) => void;
}

export class KeptJobs<Body extends JobBody, Request = Body["request"]> {
  readonly #options: KeptJobsOptions<Body, Request>;
  readonly #store: JobStore<Body, Request>;
  readonly #onStoreError: (error: unknown) => void;
  /** Open jobs, and those that ended but still are a worker's or could not be kept. Oldest first. */
  readonly #entries = new Map<string, QueueEntry<Body, Request>>();

  constructor(options: KeptJobsOptions<Body, Request>) {
    this.#options = options;
    this.#store = options.store;
    this.#onStoreError = options.onStoreError ?? (() => undefined);
  }

  /** Open jobs, oldest first. */
  open(): QueueEntry<Body, Request>[] {
    return [...this.#entries.values()].filter(({ body }) => !isFinal(body));
  }

  /** An open job, or one that ended and that a worker still has, or that could not be kept. */
  entry(id: string): QueueEntry<Body, Request> | undefined {
    return this.#entries.get(id);
  }

  /** Holds a job that the store has. @param uploads digests that it needs */
  hold(
    job: StoredJob<Body, Request>,
    uploads: readonly string[],
    positionOf: EntryDeps<Body, Request>["positionOf"],
  ): QueueEntry<Body, Request> {
    const { now } = this.#options;
    const deps = { store: this.#store, bounds: this.#options, now, onStoreError: this.#onStoreError, positionOf };
    const entry = new QueueEntry(job, uploads, deps);
    this.#entries.set(entry.id, entry);
    return entry;
  }

  snapshotOf(id: string): Snapshot<Body> | undefined {
    const entry = this.#entries.get(id);
    if (entry) return entry.snapshot();
    const job = this.#store.get(id);
    return job && { revision: job.revision, body: job.body };
  }

  /** @throws AppError idempotency_conflict */
  formerOf(idempotency: Idempotency | undefined): Body | undefined {
    if (!idempotency) return undefined;
    const isFormer = ({ job }: QueueEntry<Body, Request>): boolean => job.idempotency?.key === idempotency.key;
    const entry = [...this.#entries.values()].find(isFormer);
    const former = entry?.job ?? this.#store.ofKey(idempotency.key);
    if (!former) return undefined;
    requireSameRequest(former.idempotency, idempotency);
    return entry ? entry.snapshot().body : former.body;
  }

  list(query: JobQuery): JobPage<Body> {
    const stored = this.#store.list(query);
    const jobs = stored.slice(0, query.limit).map((body) => this.#entries.get(body.id)?.snapshot().body ?? body);
    return stored.length > query.limit ? { jobs, nextBefore: jobs.at(-1)!.id } : { jobs };
  }

  /** @throws AppError storage_full */
  async star(id: string, isStarred: boolean): Promise<Body | undefined> {
    const entry = this.#entries.get(id);
    await entry?.ending;
    // It may have left meanwhile.
    if (entry && this.#entries.get(id) === entry) return entry.star(isStarred);
    const job = this.#store.get(id);
    if (!job) return undefined;
    const body = { ...job.body, isStarred };
    this.#store.save({ ...job, revision: job.revision + 1, body });
    return body;
  }

  /** @throws AppError storage_full */
  async remove(id: string): Promise<boolean> {
    const body = this.snapshotOf(id)?.body;
    if (!body || !isFinal(body)) return false;
    // The record goes first: a crash in between leaves files that no record names, which the next start sweeps.
    await this.#forget(this.#store.remove(id));
    return true;
  }

  /** Whether any job names an image, or is about to. */
  names(sha256: string): boolean {
    const isNamed = ({ body, isUnsaved, reserved }: QueueEntry<Body, Request>): boolean =>
      reserved.has(sha256) || ((isUnsaved || !isFinal(body)) && filesOf(body).some((file) => file.sha256 === sha256));
    return [...this.#entries.values()].some(isNamed) || this.#store.names(sha256);
  }

  /** Reports digests that no job names any more. */
  release(digests: readonly string[]): void {
    for (const sha256 of new Set(digests)) if (!this.names(sha256)) this.#options.onForgotten?.(sha256);
  }

  /** Keeps the end of a job, announces it, and drops what then is too much. */
  async end(entry: QueueEntry<Body, Request>, ended: Body): Promise<void> {
    const former = filesOf(entry.body);
    const dropped = entry.end(ended);
    this.release(former.map(({ sha256 }) => sha256));
    await this.#forget(dropped);
    if (!entry.isUnsaved) await this.saveUnsaved();
    if (!entry.isHeld) await this.leave(entry);
  }

  /** Writes the ends that the disk had no room for, until it has none again. */
  async saveUnsaved(): Promise<void> {
    for (const entry of [...this.#entries.values()].filter(({ isUnsaved }) => isUnsaved)) {
      if (!entry.isUnsaved) continue;
      await this.#forget(entry.saveAgain());
      if (entry.isUnsaved) return;
      if (!entry.isHeld) await this.leave(entry);
    }
  }

  /** Lets a job go that ended and that no worker has; one that could not be kept stays. */
  async leave(entry: QueueEntry<Body, Request>): Promise<void> {
    const { files } = this.#options;
    const { id } = entry;
    await files?.free(id).catch(this.#onStoreError);
    if (entry.isUnsaved) return;
    this.#entries.delete(id);
    // It was deleted while a worker had it.
    if (!this.#store.get(id)) await files?.remove(id).catch(this.#onStoreError);
  }

  /** Removes the files of jobs that are gone. */
  async #forget({ ids, digests }: Dropped): Promise<void> {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      const unsaved = entry?.isUnsaved ? filesOf(entry.body).map(({ sha256 }) => sha256) : [];
      // Its end must not come back.
      if (entry) entry.isUnsaved = false;
      this.release(unsaved);
    }
    this.release(digests);
    for (const id of ids) {
      this.#entries.delete(id);
      await this.#options.files?.remove(id).catch(this.#onStoreError);
    }
  }
}
