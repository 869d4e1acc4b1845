/**
 * The queue of one process and one kind of job: lines and followers in memory, records wherever `records` keeps them. What was
 * open in an earlier run waits again. Bounded everywhere: `queueMax` wait, `historyMax` finished ones with `historyMaxBytes` of
 * images are kept.
 */
import { AppError, toProblem } from "../../shared/problem.ts";
import { captionFilter } from "./caption-search.ts";
import { createIdMaker } from "./job-id.ts";
import type { JobKind } from "./job-kinds.ts";
import {
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
import type { HistoryRecord, JobRecords } from "./job-records.ts";
import { QueueEntry } from "./queue-entry.ts";
import { createJob, type EndPatch } from "./queue-job.ts";

export interface LocalQueueOptions<Body extends JobBody, Request = Body["request"]> {
  readonly kind: JobKind<Body, Request>;
  readonly queueMax: number;
  readonly historyMax: number;
  /** Of the images of finished jobs, those that jobs share counted once; absent = no bound besides `historyMax`. */
  readonly historyMaxBytes?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where jobs are kept; absent = in memory only. */
  readonly records?: JobRecords<Body, Request>;
  /** Records of an earlier run, oldest first. */
  readonly former?: readonly HistoryRecord<Body, Request>[];
  /** Called with the digest of stored bytes that no job names any more; must act at once. */
  readonly onForgotten?: (sha256: string) => void;
  /** A record could not be written: the job is fine, but a restart will not find it as it is. */
  readonly onRecordError?: (error: unknown) => void;
}

export class LocalQueue<Body extends JobBody, Request = Body["request"]> implements JobQueue<Body, Request> {
  readonly durability: "memory" | "disk";
  readonly #options: LocalQueueOptions<Body, Request>;
  readonly #createId: () => string;
  /** In order of age, oldest first. */
  readonly #entries = new Map<string, QueueEntry<Body, Request>>();
  readonly #keys = new Map<string, string>();
  #waiting: QueueEntry<Body, Request>[] = [];
  #takers: Array<(job: Job<Body, Request> | undefined) => void> = [];
  /** Jobs whose first record is being written. */
  #arrivingCount = 0;
  #runningCount = 0;
  #isClosed = false;

  constructor(options: LocalQueueOptions<Body, Request>) {
    this.#options = options;
    this.durability = options.records?.create ? "disk" : "memory";
    this.#createId = createIdMaker(options.now, options.former?.at(-1)?.body.id);
    for (const record of options.former ?? []) this.#takeUp(record);
  }

  async replayOf(idempotency: Idempotency | undefined): Promise<Body | undefined> {
    const id = idempotency && this.#keys.get(idempotency.key);
    const former = id === undefined ? undefined : this.#entries.get(id);
    if (!former) return undefined;
    requireSameRequest(former.idempotency, idempotency);
    await former.created;
    return former.snapshot().body;
  }

  async add({ request, idempotency, ...facts }: JobRequest<Body, Request>): Promise<{ body: Body; isNew: boolean }> {
    // Looked up at once, so that of parallel requests with one key the first alone makes a job.
    if (idempotency && this.#keys.has(idempotency.key)) {
      const former = await this.replayOf(idempotency);
      if (former) return { body: former, isNew: false };
    }
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
    const entry = this.#keep({ revision: 1, body, request, ...(idempotency && { idempotency }) });
    await this.#record(entry);
    if (!entry.ending) this.#standInLine(entry);
    const answer = entry.snapshot().body;
    this.#serve();
    return { body: answer, isNew: true };
  }

  async get(id: string): Promise<Snapshot<Body> | undefined> {
    return this.#entries.get(id)?.snapshot();
  }

  async list({ q, limit, before }: JobQuery): Promise<JobPage<Body>> {
    const isWanted = captionFilter(q ?? "");
    const found: Body[] = [];
    for (const entry of [...this.#entries.values()].reverse()) {
      const { id, request } = entry.body;
      if ((before !== undefined && id >= before) || !isWanted(this.#options.kind.textOf(request))) continue;
      if (found.length === limit) return { jobs: found, nextBefore: found.at(-1)!.id };
      found.push(entry.snapshot().body);
    }
    return { jobs: found };
  }

  async cancel(id: string): Promise<Body | undefined> {
    const entry = this.#entries.get(id);
    if (!entry || isFinal(entry.body)) return entry?.body;
    if (entry.commit) return (await entry.commit.isKept) ? entry.body : this.cancel(id);
    const ended = this.#end(entry, { state: "cancelled" });
    entry.abort.abort(new AppError("cancelled", `the ${this.#options.kind.one} was cancelled`));
    return ended;
  }

  async remove(id: string): Promise<boolean> {
    const entry = this.#entries.get(id);
    if (!entry || !isFinal(entry.body)) return false;
    await this.#drop(entry);
    return true;
  }

  subscribe(id: string, listener: (snapshot: Snapshot<Body>) => void): () => void {
    const entry = this.#entries.get(id);
    entry?.listeners.add(listener);
    return () => void entry?.listeners.delete(listener);
  }

  async needsUpload(digest: string): Promise<boolean> {
    return [...this.#entries.values()].some(({ body, uploads }) => !isFinal(body) && uploads.has(digest));
  }

  async depth(): Promise<{ waiting: number; running: number }> {
    return { waiting: this.#waiting.length, running: this.#runningCount };
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
    await Promise.all([...this.#entries.values()].map((entry) => entry.saved()));
  }

  /** An entry of an earlier run; what was open waits again. */
  #takeUp(record: HistoryRecord<Body, Request>): void {
    const { kind, now } = this.#options;
    const { body, revision } = record;
    if (isFinal(body)) {
      this.#keep(record);
      return;
    }
    const waiting = { ...body, ...kind.fresh(body.request), state: "queued" as const };
    // The clock is ahead of every revision that was announced but not recorded: those grew by less than one a millisecond.
    this.#standInLine(this.#keep({ ...record, revision: Math.max(revision + 1, now()), body: waiting }));
  }

  #requireRoomFor(request: Body["request"]): void {
    const { kind, queueMax } = this.#options;
    const { claim, retryAfterSeconds } = kind;
    const claimed = claim?.of(request);
    const open = [...this.#entries.values()].filter(({ body }) => !isFinal(body));
    if (claim && claimed !== undefined && open.some(({ body }) => claim.of(body.request) === claimed))
      throw claim.taken(claimed);
    if (this.#isClosed) throw shuttingDown(retryAfterSeconds);
    const waiting = this.#waiting.length + this.#arrivingCount;
    if (waiting >= queueMax)
      throw new AppError("queue_full", `expected fewer than ${queueMax} waiting ${kind.many}, got ${waiting}`, {
        retryAfterSeconds,
      });
  }

  #keep(record: HistoryRecord<Body, Request>): QueueEntry<Body, Request> {
    const { kind, records, onRecordError = () => undefined } = this.#options;
    const uploads = record.request === undefined ? [] : kind.uploadsIn(record.request);
    const positionOf = (entry: QueueEntry<Body, Request>): number | undefined => {
      const position = this.#waiting.indexOf(entry);
      return position < 0 ? undefined : position;
    };
    const entry = new QueueEntry(record, uploads, { records, onRecordError, positionOf });
    this.#entries.set(entry.id, entry);
    if (entry.idempotency) this.#keys.set(entry.idempotency.key, entry.id);
    return entry;
  }

  /** Has the job recorded before it is accepted. It is known meanwhile: its uploads, its name and its key are taken. */
  async #record(entry: QueueEntry<Body, Request>): Promise<void> {
    if (this.durability === "memory") return;
    this.#arrivingCount++;
    try {
      entry.create();
      await entry.created;
    } catch (error) {
      this.#forget(entry);
      throw error;
    } finally {
      this.#arrivingCount--;
    }
  }

  #forget({ id, idempotency }: QueueEntry<Body, Request>): void {
    this.#entries.delete(id);
    if (idempotency) this.#keys.delete(idempotency.key);
  }

  /** By age: a record of an earlier job may have taken longer to write. */
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
      const entry = this.#waiting[0]!;
      this.#leaveLine(entry);
      this.#runningCount++;
      entry.isHeld = true;
      const { progress } = entry.body;
      entry.change({ state: "running", progress: { ...progress, stage: this.#options.kind.firstStage } }, true);
      this.#takers.shift()!(this.#jobOf(entry));
    }
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
    if (!this.#entries.has(entry.id)) await entry.remove();
    else if (entry.ending) await entry.free();
    entry.commit?.settle(true);
    entry.commit = undefined;
  }

  #endUnbegun(entry: QueueEntry<Body, Request>): Promise<Body> {
    const message = `the server stopped before this ${this.#options.kind.one} began`;
    return this.#end(entry, { state: "failed", problem: toProblem(new AppError("shutting_down", message)) });
  }

  /** The first end counts. */
  #end(entry: QueueEntry<Body, Request>, patch: EndPatch): Promise<Body> {
    entry.ending ??= (async () => {
      this.#leaveLine(entry);
      const { progress, images } = entry.body;
      await entry.end({
        ...entry.body,
        ...patch,
        // A cancelled or failed job no longer names the images that it had.
        ...(images && patch.state !== "done" && { images: [] }),
        finishedAt: new Date(this.#options.now()).toISOString(),
        progress: this.#options.kind.lastProgress(progress, patch.state),
      });
      this.#release((images ?? []).map(({ sha256 }) => sha256));
      if (!entry.isHeld) await entry.free();
      await this.#trim(entry);
      return entry.body;
    })();
    return entry.ending;
  }

  /** Drops finished jobs, the oldest first, until the rest keeps to both bounds; never the latest. */
  async #trim(latest: QueueEntry<Body, Request>): Promise<void> {
    const { historyMax, historyMaxBytes = Number.POSITIVE_INFINITY } = this.#options;
    for (;;) {
      const finished = [...this.#entries.values()].filter(({ body }) => isFinal(body));
      if (finished.length <= historyMax && imageBytesOf(finished) <= historyMaxBytes) return;
      const oldest = finished.find((entry) => entry !== latest);
      if (!oldest) return;
      await this.#drop(oldest);
    }
  }

  async #drop(entry: QueueEntry<Body, Request>): Promise<void> {
    if (!this.#entries.has(entry.id)) return;
    this.#forget(entry);
    // The record goes first: a crash in between leaves images that no record names, which the next start sweeps.
    if (await entry.remove()) this.#release((entry.body.images ?? []).map(({ sha256 }) => sha256));
  }

  /** Reports digests that no job names any more. */
  #release(digests: readonly string[]): void {
    if (digests.length === 0) return;
    const used = new Set<string>();
    for (const { body, reserved } of this.#entries.values()) {
      for (const { sha256 } of body.images ?? []) used.add(sha256);
      for (const sha256 of reserved) used.add(sha256);
    }
    for (const sha256 of new Set(digests)) if (!used.has(sha256)) this.#options.onForgotten?.(sha256);
  }
}

/** Bytes of the images of jobs; what several of them share is stored once. */
function imageBytesOf(entries: ReadonlyArray<{ readonly body: JobBody }>): number {
  const sizes = new Map(entries.flatMap(({ body }) => (body.images ?? []).map(({ sha256, bytes }) => [sha256, bytes])));
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}
