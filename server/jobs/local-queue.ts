/**
 * The queue of one process and one kind of job: open jobs, their line and their followers in memory, all jobs wherever the store
 * keeps them. What was open in an earlier run waits again. Bounded: `queueMax` wait, and of finished jobs `HistoryBounds` stay.
 */
import { AppError, toProblem } from "../../shared/problem.ts";
import { createIdMaker } from "./job-id.ts";
import type { JobKind } from "./job-kinds.ts";
import {
  filesOf,
  type Idempotency,
  isFinal,
  type Job,
  type JobBody,
  type JobPage,
  type JobQuery,
  type JobQueue,
  type JobRequest,
  requireSameRequest,
  type Snapshot,
  shuttingDown,
} from "./job-queue.ts";
import type { Dropped, HistoryBounds, JobStore, StoredJob } from "./job-store.ts";
import { QueueEntry } from "./queue-entry.ts";
import { createJob, type EndPatch } from "./queue-job.ts";

export interface LocalQueueOptions<Body extends JobBody, Request = Body["request"]> extends HistoryBounds {
  readonly kind: JobKind<Body, Request>;
  readonly store: JobStore<Body, Request>;
  readonly queueMax: number;
  /** Slow jobs that run at once, so that others need not wait for them; absent = any number. */
  readonly slowParallelMax?: number;
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

export class LocalQueue<Body extends JobBody, Request = Body["request"]> implements JobQueue<Body, Request> {
  readonly #options: LocalQueueOptions<Body, Request>;
  readonly #store: JobStore<Body, Request>;
  readonly #onStoreError: (error: unknown) => void;
  readonly #createId: () => string;
  /** Open jobs, and those that ended but still are a worker's or could not be kept. Oldest first. */
  readonly #entries = new Map<string, QueueEntry<Body, Request>>();
  #waiting: QueueEntry<Body, Request>[] = [];
  #takers: Array<(job: Job<Body, Request> | undefined) => void> = [];
  #runningCount = 0;
  #isClosed = false;

  constructor(options: LocalQueueOptions<Body, Request>) {
    this.#options = options;
    this.#store = options.store;
    this.#onStoreError = options.onStoreError ?? (() => undefined);
    this.#createId = createIdMaker(options.now, this.#store.newestId());
    for (const job of this.#store.open()) this.#takeUp(job);
  }

  get durability(): "memory" | "disk" {
    return this.#store.durability;
  }

  async replayOf(idempotency: Idempotency | undefined): Promise<Body | undefined> {
    return this.#formerOf(idempotency);
  }

  async add(asked: JobRequest<Body, Request>): Promise<{ body: Body; isNew: boolean }> {
    const { request, idempotency, ...facts } = asked;
    // Nothing is awaited before the job is kept: of parallel requests with one key the first alone makes one.
    const former = this.#formerOf(idempotency);
    if (former) return { body: former, isNew: false };
    const { kind, now } = this.#options;
    const shown = kind.shown(request);
    this.#requireRoomFor(shown);
    const body = {
      id: this.#createId(),
      state: "queued",
      request: shown,
      ...facts,
      createdAt: new Date(now()).toISOString(),
      ...kind.fresh(shown),
    } as unknown as Body;
    const job = { revision: 1, body, request, startCount: 0, ...(idempotency && { idempotency }) };
    this.#store.save(job);
    const entry = this.#enter(job);
    this.#waiting.push(entry);
    const answer = entry.snapshot().body;
    this.#serve();
    return { body: answer, isNew: true };
  }

  async get(id: string): Promise<Snapshot<Body> | undefined> {
    return this.#snapshotOf(id);
  }

  async list(query: JobQuery): Promise<JobPage<Body>> {
    const stored = this.#store.list(query);
    const jobs = stored.slice(0, query.limit).map((body) => this.#entries.get(body.id)?.snapshot().body ?? body);
    return stored.length > query.limit ? { jobs, nextBefore: jobs.at(-1)!.id } : { jobs };
  }

  async cancel(id: string): Promise<Body | undefined> {
    const entry = this.#entries.get(id);
    if (!entry || isFinal(entry.body)) return this.#snapshotOf(id)?.body;
    if (entry.commit) return (await entry.commit.isKept) ? this.#snapshotOf(id)?.body : this.cancel(id);
    const ended = this.#end(entry, { state: "cancelled" });
    entry.abort.abort(new AppError("cancelled", `the ${this.#options.kind.one} was cancelled`));
    return ended;
  }

  async star(id: string, isStarred: boolean): Promise<Body | undefined> {
    const entry = this.#entries.get(id);
    if (entry && !entry.ending) {
      entry.keep({ isStarred });
      return entry.snapshot().body;
    }
    await entry?.ending;
    const job = this.#store.get(id);
    if (!job) return undefined;
    const body = { ...job.body, isStarred };
    this.#store.save({ ...job, revision: job.revision + 1, body });
    return body;
  }

  async remove(id: string): Promise<boolean> {
    const body = this.#snapshotOf(id)?.body;
    if (!body || !isFinal(body)) return false;
    // The record goes first: a crash in between leaves files that no record names, which the next start sweeps.
    await this.#forget(this.#store.remove(id));
    return true;
  }

  subscribe(id: string, listener: (snapshot: Snapshot<Body>) => void): () => void {
    const entry = this.#entries.get(id);
    if (!entry) {
      const ended = this.#snapshotOf(id);
      if (ended) queueMicrotask(() => listener(ended));
    }
    entry?.listeners.add(listener);
    return () => void entry?.listeners.delete(listener);
  }

  async needsUpload(digest: string): Promise<boolean> {
    return [...this.#entries.values()].some(({ body, uploads }) => !isFinal(body) && uploads.has(digest));
  }

  async depth(): Promise<{ waiting: number; running: number }> {
    return { waiting: this.#waiting.length, running: this.#runningCount };
  }

  /** Whether any job names an image, or is about to. */
  names(sha256: string): boolean {
    const isNamed = ({ body, isUnsaved, reserved }: QueueEntry<Body, Request>): boolean =>
      reserved.has(sha256) || ((isUnsaved || !isFinal(body)) && filesOf(body).some((file) => file.sha256 === sha256));
    return [...this.#entries.values()].some(isNamed) || this.#store.names(sha256);
  }

  take(): Promise<Job<Body, Request> | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#serve();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const taker of this.#takers.splice(0)) taker(undefined);
    if (this.durability === "memory") await Promise.all([...this.#waiting].map((entry) => this.#endUnbegun(entry)));
  }

  #formerOf(idempotency: Idempotency | undefined): Body | undefined {
    if (!idempotency) return undefined;
    const isFormer = ({ job }: QueueEntry<Body, Request>): boolean => job.idempotency?.key === idempotency.key;
    const entry = [...this.#entries.values()].find(isFormer);
    const former = entry?.job ?? this.#store.ofKey(idempotency.key);
    if (!former) return undefined;
    requireSameRequest(former.idempotency, idempotency);
    return entry ? entry.snapshot().body : former.body;
  }

  #snapshotOf(id: string): Snapshot<Body> | undefined {
    const entry = this.#entries.get(id);
    if (entry) return entry.snapshot();
    const job = this.#store.get(id);
    return job && { revision: job.revision, body: job.body };
  }

  /** A job of an earlier run waits again, unless too many processes died with it. */
  #takeUp(job: StoredJob<Body, Request>): void {
    const { kind, now } = this.#options;
    const { body, startCount } = job;
    // The clock is ahead of every revision that was announced but not kept: those grew by less than one a millisecond.
    const revision = Math.max(job.revision + 1, now());
    const entry = this.#enter({
      ...job,
      revision,
      body: { ...body, ...kind.fresh(body.request), state: "queued" as const },
    });
    if (startCount < (kind.startsMax ?? Number.POSITIVE_INFINITY)) {
      this.#waiting.push(entry);
      return;
    }
    const message = `expected a server that outlives this ${kind.one}, got ${startCount} that ended while it ran`;
    void this.#end(entry, { state: "failed", problem: toProblem(new AppError("inference_crashed", message)) });
  }

  #requireRoomFor(request: Body["request"]): void {
    const { kind, queueMax } = this.#options;
    const { claim, retryAfterSeconds } = kind;
    const claimed = claim?.of(request);
    const open = [...this.#entries.values()].filter(({ body }) => !isFinal(body));
    if (claim && claimed !== undefined && open.some(({ body }) => claim.of(body.request) === claimed))
      throw claim.taken(claimed);
    if (this.#isClosed) throw shuttingDown(retryAfterSeconds);
    const waiting = this.#waiting.length;
    if (waiting >= queueMax)
      throw new AppError("queue_full", `expected fewer than ${queueMax} waiting ${kind.many}, got ${waiting}`, {
        retryAfterSeconds,
      });
  }

  #enter(job: StoredJob<Body, Request>): QueueEntry<Body, Request> {
    const { kind, now } = this.#options;
    const uploads = job.request === undefined ? [] : kind.uploadsIn(job.request);
    const positionOf = (entry: QueueEntry<Body, Request>): number | undefined => {
      const position = this.#waiting.indexOf(entry);
      return position < 0 ? undefined : position;
    };
    const deps = { store: this.#store, bounds: this.#options, now, onStoreError: this.#onStoreError, positionOf };
    const entry = new QueueEntry(job, uploads, deps);
    this.#entries.set(entry.id, entry);
    return entry;
  }

  /** A job that was put back stands before younger ones. */
  #standInLine(entry: QueueEntry<Body, Request>): void {
    const behind = this.#waiting.findIndex(({ id }) => id > entry.id);
    this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, entry);
  }

  #leaveLine(entry: QueueEntry<Body, Request>): void {
    const position = this.#waiting.indexOf(entry);
    if (position < 0) return;
    this.#waiting.splice(position, 1);
    for (const other of this.#waiting.slice(position)) other.announce();
  }

  /** Hands waiting jobs to waiting workers. */
  #serve(): void {
    while (this.#takers.length > 0 && this.#waiting.length > 0) {
      const entry = this.#next();
      if (!entry) return;
      this.#leaveLine(entry);
      this.#runningCount++;
      entry.isHeld = true;
      const { progress } = entry.body;
      entry.keep({ state: "running", progress: { ...progress, stage: this.#options.kind.firstStage } }, 1);
      this.#takers.shift()!(this.#jobOf(entry));
    }
  }

  /** The oldest that waits, but for slow ones while enough of them run. */
  #next(): QueueEntry<Body, Request> | undefined {
    const { kind, slowParallelMax = Number.POSITIVE_INFINITY } = this.#options;
    const isSlow = ({ body }: QueueEntry<Body, Request>): boolean => kind.isSlow?.(body.request) ?? false;
    const slowCount = [...this.#entries.values()].filter((entry) => entry.isHeld && isSlow(entry)).length;
    return slowCount < slowParallelMax ? this.#waiting[0] : this.#waiting.find((entry) => !isSlow(entry));
  }

  #jobOf(entry: QueueEntry<Body, Request>): Job<Body, Request> {
    return createJob(entry, this.#options.kind, {
      end: (patch) => this.#end(entry, patch),
      giveBack: () => this.#giveBack(entry),
      waitAgain: async () => {
        this.#standInLine(entry);
        if (!this.#isClosed) this.#serve();
        else if (this.durability === "memory") await this.#endUnbegun(entry);
      },
    });
  }

  async #giveBack(entry: QueueEntry<Body, Request>): Promise<void> {
    if (!entry.isHeld) return;
    entry.isHeld = false;
    this.#runningCount--;
    const reserved = [...entry.reserved];
    entry.reserved.clear();
    this.#release(reserved);
    if (entry.ending) await this.#leave(entry);
    entry.settleCommit(true);
    // A slow job may have waited for it, beside idle workers.
    if (!this.#isClosed) this.#serve();
  }

  #endUnbegun(entry: QueueEntry<Body, Request>): Promise<Body> {
    const message = `the server stopped before this ${this.#options.kind.one} began`;
    return this.#end(entry, { state: "failed", problem: toProblem(new AppError("shutting_down", message)) });
  }

  /** The first end counts. */
  #end(entry: QueueEntry<Body, Request>, patch: EndPatch): Promise<Body> {
    entry.ending ??= (async () => {
      // Whoever hears of the end must find it decided.
      await undefined;
      this.#leaveLine(entry);
      const { progress, images } = entry.body;
      const dropped = entry.end({
        ...entry.body,
        ...patch,
        // A cancelled or failed job no longer names the images that it had.
        ...(images && patch.state !== "done" && { images: [] }),
        finishedAt: new Date(this.#options.now()).toISOString(),
        progress: this.#options.kind.lastProgress(progress, patch.state),
      });
      const ended = entry.body;
      this.#release(filesOf({ images }).map(({ sha256 }) => sha256));
      await this.#forget(dropped);
      if (!entry.isHeld) await this.#leave(entry);
      return ended;
    })();
    return entry.ending;
  }

  /** Lets a job go that ended and that no worker has. */
  async #leave(entry: QueueEntry<Body, Request>): Promise<void> {
    const { files } = this.#options;
    const { id } = entry;
    await files?.free(id).catch(this.#onStoreError);
    // What the disk had no room for has it now, perhaps.
    if (entry.isUnsaved) await this.#forget(entry.saveAgain());
    if (entry.isUnsaved) return;
    this.#entries.delete(id);
    // It was deleted while a worker had it.
    if (!this.#store.get(id)) await files?.remove(id).catch(this.#onStoreError);
  }

  /** Removes the files of jobs that are gone. */
  async #forget({ ids, digests }: Dropped): Promise<void> {
    this.#release(digests);
    for (const id of ids) {
      this.#entries.delete(id);
      await this.#options.files?.remove(id).catch(this.#onStoreError);
    }
  }

  /** Reports digests that no job names any more. */
  #release(digests: readonly string[]): void {
    for (const sha256 of new Set(digests)) if (!this.names(sha256)) this.#options.onForgotten?.(sha256);
  }
}
