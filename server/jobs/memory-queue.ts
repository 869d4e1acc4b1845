/**
 * The queue of one process and one kind of job: waiting jobs in memory (lost when it ends), finished ones in memory and, through
 * `JobHistory`, on disk. Bounded everywhere: `queueMax` wait, `historyMax` finished ones with `historyMaxBytes` of images are kept.
 */
import { AppError, toProblem } from "../../shared/problem.ts";
import { captionFilter } from "./caption-search.ts";
import type { HistoryRecord } from "./job-history.ts";
import { createIdMaker } from "./job-id.ts";
import type { JobKind } from "./job-kinds.ts";
import {
  isFinal,
  type Job,
  type JobBody,
  type JobInput,
  type JobPage,
  type JobQuery,
  type JobQueue,
  requireSameRequest,
  type Snapshot,
  shuttingDown,
} from "./job-queue.ts";
import { countOf, createEntry, type Entry, imageBytesOf } from "./queue-entry.ts";

export interface MemoryQueueOptions<Body extends JobBody> {
  readonly kind: JobKind<Body>;
  readonly queueMax: number;
  readonly historyMax: number;
  /** Of the images of finished jobs, those that jobs share counted once; absent = no bound besides `historyMax`. */
  readonly historyMaxBytes?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where finished jobs are kept; absent = in memory only. */
  readonly history?: { save(record: HistoryRecord<Body>): Promise<void>; remove(id: string): Promise<void> };
  /** Records of an earlier run, oldest first. */
  readonly records?: readonly HistoryRecord<Body>[];
  /** Called with the digest of stored bytes that no job names any more; must act at once. */
  readonly onForgotten?: (sha256: string) => void;
  /** The history could not be written: the job is fine, but won't survive a restart. */
  readonly onHistoryError?: (error: unknown) => void;
}

export class MemoryQueue<Body extends JobBody> implements JobQueue<Body> {
  readonly durability = "memory";
  private readonly options: MemoryQueueOptions<Body>;
  private readonly createId: () => string;
  /** In order of age, oldest first. */
  private readonly entries = new Map<string, Entry<Body>>();
  private readonly keys = new Map<string, string>();
  private waiting: Entry<Body>[] = [];
  private takers: Array<(job: Job<Body> | undefined) => void> = [];
  private runningCount = 0;
  private isClosed = false;

  constructor(options: MemoryQueueOptions<Body>) {
    this.options = options;
    this.createId = createIdMaker(options.now, options.records?.at(-1)?.body.id);
    for (const { body, revision, idempotency } of options.records ?? [])
      this.keep(createEntry(body, idempotency, revision));
  }

  async add({ idempotency, ...asked }: JobInput<Body>): Promise<{ body: Body; isNew: boolean }> {
    const known = idempotency && this.keys.get(idempotency.key);
    const former = known === undefined ? undefined : this.entries.get(known);
    if (former) {
      requireSameRequest(former.idempotency, idempotency);
      return { body: this.snapshot(former).body, isNew: false };
    }
    const { kind, queueMax, now } = this.options;
    const { retryAfterSeconds } = kind;
    if (this.isClosed) throw shuttingDown(retryAfterSeconds);
    if (this.waiting.length >= queueMax)
      throw new AppError(
        "queue_full",
        `expected fewer than ${queueMax} waiting ${kind.many}, got ${this.waiting.length}`,
        { retryAfterSeconds },
      );
    const createdAt = new Date(now()).toISOString();
    const entry = createEntry(kind.blank({ ...asked, id: this.createId(), createdAt }), idempotency, 1);
    this.keep(entry);
    this.waiting.push(entry);
    const answer = this.snapshot(entry).body;
    this.serve();
    return { body: answer, isNew: true };
  }

  async get(id: string): Promise<Snapshot<Body> | undefined> {
    const entry = this.entries.get(id);
    return entry && this.snapshot(entry);
  }

  async list({ q, limit, before }: JobQuery): Promise<JobPage<Body>> {
    const isWanted = captionFilter(q ?? "");
    const found: Body[] = [];
    for (const entry of [...this.entries.values()].reverse()) {
      const { id, request } = entry.body;
      if ((before !== undefined && id >= before) || !isWanted(this.options.kind.textOf(request))) continue;
      if (found.length === limit) return { jobs: found, nextBefore: found.at(-1)!.id };
      found.push(this.snapshot(entry).body);
    }
    return { jobs: found };
  }

  async cancel(id: string): Promise<Body | undefined> {
    const entry = this.entries.get(id);
    if (!entry) return undefined;
    if (isFinal(entry.body)) return entry.body;
    const ended = this.end(entry, { state: "cancelled", images: [] });
    entry.abort.abort(new AppError("cancelled", `the ${this.options.kind.one} was cancelled`));
    return ended;
  }

  async remove(id: string): Promise<boolean> {
    const entry = this.entries.get(id);
    if (!entry || !isFinal(entry.body)) return false;
    await this.drop(entry);
    return true;
  }

  subscribe(id: string, listener: (snapshot: Snapshot<Body>) => void): () => void {
    const entry = this.entries.get(id);
    entry?.listeners.add(listener);
    return () => void entry?.listeners.delete(listener);
  }

  needsUpload(digest: string): boolean {
    const open = [...this.entries.values()].filter(({ body }) => !isFinal(body));
    return open.some(({ body }) => this.options.kind.uploadsIn(body.request).includes(digest));
  }

  depth(): { waiting: number; running: number } {
    return { waiting: this.waiting.length, running: this.runningCount };
  }

  take(): Promise<Job<Body> | undefined> {
    if (this.isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.takers.push(resolve);
      this.serve();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const taker of this.takers.splice(0)) taker(undefined);
    const problem = toProblem(
      new AppError("shutting_down", `the server stopped before this ${this.options.kind.one} began`),
    );
    await Promise.all([...this.waiting].map((entry) => this.end(entry, { state: "failed", problem })));
  }

  private keep(entry: Entry<Body>): void {
    this.entries.set(entry.body.id, entry);
    if (entry.idempotency) this.keys.set(entry.idempotency.key, entry.body.id);
  }

  private snapshot(entry: Entry<Body>): Snapshot<Body> {
    const { body, revision } = entry;
    const position = body.state === "queued" ? this.waiting.indexOf(entry) : -1;
    if (position < 0) return { revision, body };
    return { revision, body: { ...body, progress: { ...body.progress, position } } };
  }

  private change(entry: Entry<Body>, patch: Partial<Body> | Partial<JobBody>): void {
    entry.body = { ...entry.body, ...patch };
    this.announce(entry);
  }

  private announce(entry: Entry<Body>): void {
    entry.revision++;
    if (entry.listeners.size === 0) return;
    const snapshot = this.snapshot(entry);
    for (const listener of [...entry.listeners]) listener(snapshot);
  }

  /** Hands waiting jobs to waiting workers. */
  private serve(): void {
    while (this.takers.length > 0 && this.waiting.length > 0) {
      const entry = this.waiting[0]!;
      this.leaveLine(entry);
      this.runningCount++;
      this.change(entry, {
        state: "running",
        progress: { ...entry.body.progress, stage: this.options.kind.firstStage },
      });
      this.takers.shift()!(this.jobOf(entry));
    }
  }

  private leaveLine(entry: Entry<Body>): void {
    const before = this.waiting.length;
    this.waiting = this.waiting.filter((other) => other !== entry);
    if (this.waiting.length < before) for (const other of this.waiting) this.announce(other);
  }

  private jobOf(entry: Entry<Body>): Job<Body> {
    const { kind } = this.options;
    const { id, request, packDigest, createdAt } = entry.body;
    const change = (patch: Partial<Body> | Partial<JobBody>): void => {
      if (entry.ending === undefined) this.change(entry, patch);
    };
    return {
      id,
      request,
      signal: entry.abort.signal,
      beginAttempt: () => {
        const blank = kind.blank({ id, request, packDigest, createdAt });
        change({ ...blank, state: "running", progress: { ...blank.progress, stage: kind.firstStage } });
      },
      report: ({ stage, completed, total = entry.body.progress.total }) =>
        change({ progress: { stage, completed: countOf(completed, total, entry.body.images), total } }),
      reportFindings: (findings) => change({ ...entry.body, ...findings }),
      reserve: (sha256) => void entry.reserved.add(sha256),
      addImage: (image) => {
        const { progress } = entry.body;
        const images = [...entry.body.images.filter((other) => other.index !== image.index), image];
        images.sort((a, b) => a.index - b.index);
        change({
          images,
          progress: { ...progress, completed: countOf(progress.completed, progress.total, images) },
        });
      },
      finish: async (outcome) => {
        this.runningCount--;
        const ended = await this.end(entry, outcome.state === "failed" ? { ...outcome, images: [] } : outcome);
        const reserved = [...entry.reserved];
        entry.reserved.clear();
        this.release(reserved);
        return ended;
      },
    };
  }

  /** Records an end, then announces it, so that who has seen it will find it again after a crash. */
  private end(entry: Entry<Body>, patch: Partial<JobBody>): Promise<Body> {
    entry.ending ??= (async () => {
      this.leaveLine(entry);
      const { id, progress, images } = entry.body;
      const total = progress.total;
      const body: Body = {
        ...entry.body,
        ...patch,
        finishedAt: new Date(this.options.now()).toISOString(),
        progress: { stage: "finished", completed: patch.state === "done" ? total : 0, total },
      };
      const { idempotency } = entry;
      const record = { revision: entry.revision + 1, body, ...(idempotency && { idempotency }) };
      await this.options.history?.save(record).catch((error: unknown) => this.options.onHistoryError?.(error));
      entry.body = body;
      this.announce(entry);
      // A cancelled or failed job no longer names the images that it had.
      this.release(images.map((image) => image.sha256));
      await this.trim(id);
      return body;
    })();
    return entry.ending;
  }

  /** Drops finished jobs, the oldest first, until the rest keeps to both bounds; never the latest. */
  private async trim(latest: string): Promise<void> {
    const { historyMax, historyMaxBytes = Number.POSITIVE_INFINITY } = this.options;
    for (;;) {
      const finished = [...this.entries.values()].filter(({ body }) => isFinal(body));
      if (finished.length <= historyMax && imageBytesOf(finished) <= historyMaxBytes) return;
      const oldest = finished.find(({ body }) => body.id !== latest);
      if (!oldest) return;
      await this.drop(oldest);
    }
  }

  private async drop(entry: Entry<Body>): Promise<void> {
    const { id, images } = entry.body;
    if (!this.entries.delete(id)) return;
    if (entry.idempotency) this.keys.delete(entry.idempotency.key);
    try {
      // The record goes first: a crash in between leaves images that no record names, which the next start sweeps.
      await this.options.history?.remove(id);
    } catch (error) {
      this.options.onHistoryError?.(error);
      return;
    }
    this.release(images.map((image) => image.sha256));
  }

  /** Reports digests that no job names any more. */
  private release(digests: readonly string[]): void {
    const used = new Set<string>();
    for (const { body, reserved } of this.entries.values()) {
      for (const image of body.images) used.add(image.sha256);
      for (const sha256 of reserved) used.add(sha256);
    }
    for (const sha256 of new Set(digests)) if (!used.has(sha256)) this.options.onForgotten?.(sha256);
  }
}
