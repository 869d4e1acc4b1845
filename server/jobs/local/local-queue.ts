/**
 * The queue of one process and one kind of job: the line of waiting jobs, and the workers that take them. Jobs themselves are held
 * and kept by kept-jobs.ts; what was open in an earlier run waits again. Bounded: `queueMax` wait, and of finished jobs
 * `HistoryBounds` stay.
 */
import { AppError, toProblem } from "../../../shared/problem.ts";
import { createIdMaker } from "../job-id.ts";
import type { JobKind } from "../job-kinds.ts";
import {
  type Idempotency,
  isFinal,
  type Job,
  type JobBody,
  type JobPage,
  type JobQuery,
  type JobQueue,
  type JobRequest,
  type Snapshot,
  shuttingDown,
} from "../job-queue.ts";
import type { EndPatch } from "../job-reports.ts";
import { FairLine } from "./fair-line.ts";
import type { StoredJob } from "./job-store.ts";
import { KeptJobs, type KeptJobsOptions } from "./kept-jobs.ts";
import { Pace } from "./pace.ts";
import type { QueueEntry } from "./queue-entry.ts";
import { createJob } from "./queue-job.ts";

export interface LocalQueueOptions<Body extends JobBody, Request = Body["request"]>
  extends KeptJobsOptions<Body, Request> {
  readonly kind: JobKind<Body, Request>;
  readonly queueMax: number;
  /** Slow jobs that run at once, so that others need not wait for them; absent = any number. */
  readonly slowParallelMax?: number;
}

export class LocalQueue<Body extends JobBody, Request = Body["request"]> implements JobQueue<Body, Request> {
  readonly #options: LocalQueueOptions<Body, Request>;
  readonly #kept: KeptJobs<Body, Request>;
  readonly #createId: () => string;
  readonly #line = new FairLine<QueueEntry<Body, Request>>();
  readonly #pace = new Pace();
  #takers: Array<(job: Job<Body, Request> | undefined) => void> = [];
  /** Jobs that workers have. */
  readonly #running = new Set<QueueEntry<Body, Request>>();
  /** New jobs that workers have and the store has not. */
  readonly #unwritten = new Set<QueueEntry<Body, Request>>();
  #isClosed = false;

  constructor(options: LocalQueueOptions<Body, Request>) {
    this.#options = options;
    this.#kept = new KeptJobs(options);
    this.#createId = createIdMaker(options.now, options.store.newestId());
    for (const job of options.store.open()) this.#takeUp(job);
  }

  get durability(): "memory" | "disk" {
    return this.#options.store.durability;
  }

  async replayOf(idempotency: Idempotency | undefined): Promise<Body | undefined> {
    const former = this.#kept.formerOf(idempotency);
    await (former && this.#kept.entry(former.id)?.keeping);
    return former;
  }

  async add(requested: JobRequest<Body, Request>): Promise<{ body: Body; isNew: boolean }> {
    const { request, idempotency, owner, urgency, share, ...facts } = requested;
    // Nothing is awaited before the job is held: of parallel requests with one key the first alone makes one.
    const former = this.#kept.formerOf(idempotency);
    if (former) return { body: (await this.replayOf(idempotency)) ?? former, isNew: false };
    const { kind, now } = this.#options;
    const shown = kind.shown(request);
    this.#requireRoomFor(shown);
    const body = {
      id: this.#createId(),
      state: "queued",
      request: shown,
      ...facts,
      ...(owner !== undefined && { owner }),
      createdAt: new Date(now()).toISOString(),
      ...kind.fresh(shown),
    } as unknown as Body;
    const standing = { ...(owner !== undefined && { owner }), ...(urgency && { urgency }), ...(share && { share }) };
    const job = { revision: 1, body, request, startCount: 0, ...(idempotency && { idempotency }), ...standing };
    const beginsAtOnce = this.#beginsAtOnce(shown);
    if (!beginsAtOnce) {
      // The store finds jobs in the order in which it got them.
      for (const older of this.#unwritten) older.keepNow();
      this.#options.store.save(job);
    }
    const entry = this.#enter(job);
    this.#standInLine(entry);
    const answer = entry.snapshot().body;
    this.#serve(beginsAtOnce);
    if (beginsAtOnce) {
      this.#unwritten.add(entry);
      entry.keeping = entry.keepBegun().finally(() => this.#unwritten.delete(entry));
    }
    await entry.keeping;
    return { body: answer, isNew: true };
  }

  async get(id: string): Promise<Snapshot<Body> | undefined> {
    return this.#kept.snapshotOf(id);
  }

  async list(query: JobQuery): Promise<JobPage<Body>> {
    return this.#kept.list(query);
  }

  async cancel(id: string): Promise<Body | undefined> {
    const entry = this.#kept.entry(id);
    if (!entry || isFinal(entry.body)) return this.#kept.snapshotOf(id)?.body;
    if (entry.commit) return (await entry.commit.isKept) ? this.#kept.snapshotOf(id)?.body : this.cancel(id);
    const ended = this.#end(entry, { state: "cancelled" });
    entry.abort.abort(new AppError("cancelled", `the ${this.#options.kind.one} was cancelled`));
    return ended;
  }

  async star(id: string, isStarred: boolean): Promise<Body | undefined> {
    return this.#kept.star(id, isStarred);
  }

  async remove(id: string): Promise<boolean> {
    return this.#kept.remove(id);
  }

  subscribe(id: string, listener: (snapshot: Snapshot<Body> | undefined) => void): () => void {
    const entry = this.#kept.entry(id);
    if (!entry || isFinal(entry.body)) {
      const ended = this.#kept.snapshotOf(id);
      queueMicrotask(() => listener(ended));
    }
    entry?.listeners.add(listener);
    return () => void entry?.listeners.delete(listener);
  }

  async needsUpload(digest: string): Promise<boolean> {
    return this.#kept.open().some(({ uploads }) => uploads.has(digest));
  }

  async depth(): Promise<{ waiting: number; running: number }> {
    return { waiting: this.#line.size, running: this.#running.size };
  }

  /** Whether any job names an image, or is about to. */
  names(sha256: string): boolean {
    return this.#kept.names(sha256);
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
    if (this.durability === "memory") await Promise.all(this.#line.items.map((entry) => this.#endUnbegun(entry)));
    await this.#kept.saveUnsaved();
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
      this.#standInLine(entry);
      return;
    }
    const message = `expected a server that outlives this ${kind.one}, got ${startCount} that ended while it ran`;
    void this.#end(entry, { state: "failed", problem: toProblem(new AppError("inference_crashed", message)) });
  }

  #requireRoomFor(request: Body["request"]): void {
    const { kind, queueMax } = this.#options;
    const { claim, retryAfterSeconds } = kind;
    const claimed = claim?.of(request);
    if (claim && claimed !== undefined && this.#kept.open().some(({ body }) => claim.of(body.request) === claimed))
      throw claim.taken(claimed);
    if (this.#isClosed) throw shuttingDown(retryAfterSeconds);
    const waiting = this.#line.size;
    if (waiting >= queueMax)
      throw new AppError("queue_full", `expected fewer than ${queueMax} waiting ${kind.many}, got ${waiting}`, {
        retryAfterSeconds: this.#pace.secondsFor(waiting, this.#running.size) ?? retryAfterSeconds,
      });
  }

  #enter(job: StoredJob<Body, Request>): QueueEntry<Body, Request> {
    const uploads = job.request === undefined ? [] : this.#options.kind.uploadsIn(job.request);
    return this.#kept.hold(job, uploads, (entry) => this.#line.positionOf(entry));
  }

  #standInLine(entry: QueueEntry<Body, Request>): void {
    for (const other of this.#line.add(entry, entry.job)) other.announce();
  }

  /** @param isGone whether it never comes back */
  #leaveLine(entry: QueueEntry<Body, Request>, isGone: boolean): void {
    for (const other of this.#line.remove(entry, isGone)) other.announce();
  }

  /** Whether a worker takes a new job before anything else happens. */
  #beginsAtOnce(request: Body["request"]): boolean {
    return this.#takers.length > 0 && this.#line.size === 0 && this.#whatMayBegin()(request);
  }

  /** Hands waiting jobs to waiting workers. @param isKept whether the only one is kept as begun */
  #serve(isKept = false): void {
    while (this.#takers.length > 0 && this.#line.size > 0) {
      const entry = this.#next();
      if (!entry) return;
      this.#leaveLine(entry, false);
      this.#running.add(entry);
      this.#pace.begin(entry.id);
      entry.isHeld = true;
      entry.begin(this.#begun(entry.body), isKept);
      this.#takers.shift()!(this.#jobOf(entry));
    }
  }

  #begun({ progress }: Body): Partial<JobBody> {
    return { state: "running", progress: { ...progress, stage: this.#options.kind.firstStage } };
  }

  /** The first in line, but for slow ones while enough of them run. */
  #next(): QueueEntry<Body, Request> | undefined {
    const mayBegin = this.#whatMayBegin();
    return this.#line.items.find(({ body }) => mayBegin(body.request));
  }

  #whatMayBegin(): (request: Body["request"]) => boolean {
    const { kind, slowParallelMax = Number.POSITIVE_INFINITY } = this.#options;
    const isSlow = (request: Body["request"]): boolean => kind.isSlow?.(request) ?? false;
    const slow = [...this.#running].filter(({ body }) => isSlow(body.request)).length;
    return (request) => slow < slowParallelMax || !isSlow(request);
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

  /** Frees the place of a job that a worker holds, and what it reserved in the store. */
  async #giveBack(entry: QueueEntry<Body, Request>): Promise<void> {
    if (!entry.isHeld) return;
    entry.isHeld = false;
    this.#running.delete(entry);
    this.#pace.end(entry.id);
    const reserved = [...entry.reserved];
    entry.reserved.clear();
    this.#kept.release(reserved);
    if (entry.ending) await this.#kept.leave(entry);
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
      // `ending` is assigned before any listener runs, so a second end within one gets this promise.
      await undefined;
      this.#leaveLine(entry, true);
      const { progress, images } = entry.body;
      const ended = {
        ...entry.body,
        ...patch,
        // A cancelled or failed job no longer names the images that it had.
        ...(images && patch.state !== "done" && { images: [] }),
        finishedAt: new Date(this.#options.now()).toISOString(),
        progress: this.#options.kind.lastProgress(progress, patch.state),
      };
      await this.#kept.end(entry, ended);
      return ended;
    })();
    return entry.ending;
  }
}
