/**
 * The queue of one process: waiting jobs in memory (lost when it ends), finished ones in memory and, through
 * `GenerationHistory`, on disk. Bounded everywhere: `queueMax` wait, `historyMax` finished ones are kept.
 */
import type { Generation, GenerationList, ListQuery } from "../../shared/contract.ts";
import { AppError, toProblem } from "../../shared/problem.ts";
import { uploadsIn } from "../../shared/request-sources.ts";
import { captionFilter } from "./caption-search.ts";
import type { HistoryRecord } from "./generation-history.ts";
import { createIdMaker } from "./job-id.ts";
import {
  type Idempotency,
  isFinal,
  type Job,
  type JobInput,
  type JobQueue,
  requireSameRequest,
  type Snapshot,
  shuttingDown,
} from "./job-queue.ts";

export interface MemoryQueueOptions {
  readonly queueMax: number;
  readonly historyMax: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where finished generations are kept; absent = in memory only. */
  readonly history?: { save(record: HistoryRecord): Promise<void>; remove(id: string): Promise<void> };
  /** Records of an earlier run, oldest first. */
  readonly records?: readonly HistoryRecord[];
  /** Called with the digest of stored bytes that no generation names any more; must act at once. */
  readonly onForgotten?: (sha256: string) => void;
  /** The history could not be written: the job is fine, but won't survive a restart. */
  readonly onHistoryError?: (error: unknown) => void;
}

interface Entry {
  generation: Generation;
  revision: number;
  readonly idempotency: Idempotency | undefined;
  readonly abort: AbortController;
  readonly listeners: Set<(snapshot: Snapshot) => void>;
  readonly reserved: Set<string>;
  /** Set when the end is decided, which is before it is recorded and announced. */
  ending: Promise<Generation> | undefined;
}

/** Seconds after which a client may find room: about a job's length on a small machine. */
const retryAfterSeconds = 5;

export class MemoryQueue implements JobQueue {
  readonly durability = "memory";
  private readonly options: MemoryQueueOptions;
  private readonly createId: () => string;
  /** In order of age, oldest first. */
  private readonly entries = new Map<string, Entry>();
  private readonly keys = new Map<string, string>();
  private waiting: Entry[] = [];
  private takers: Array<(job: Job | undefined) => void> = [];
  private runningCount = 0;
  private isClosed = false;

  constructor(options: MemoryQueueOptions) {
    this.options = options;
    this.createId = createIdMaker(options.now, options.records?.at(-1)?.generation.id);
    for (const { generation, revision, idempotency } of options.records ?? [])
      this.keep(this.entryOf(generation, idempotency, revision));
  }

  async add({ request, packDigest, idempotency }: JobInput): Promise<{ generation: Generation; isNew: boolean }> {
    const known = idempotency && this.keys.get(idempotency.key);
    const former = known === undefined ? undefined : this.entries.get(known);
    if (former) {
      requireSameRequest(former.idempotency, idempotency);
      return { generation: this.snapshot(former).generation, isNew: false };
    }
    if (this.isClosed) throw shuttingDown(retryAfterSeconds);
    if (this.waiting.length >= this.options.queueMax)
      throw new AppError(
        "queue_full",
        `expected fewer than ${this.options.queueMax} waiting generations, got ${this.waiting.length}`,
        { retryAfterSeconds },
      );
    const generation: Generation = {
      id: this.createId(),
      state: "queued",
      request,
      packDigest,
      createdAt: new Date(this.options.now()).toISOString(),
      progress: { stage: "waiting", completed: 0, total: request.count },
      images: [],
      outside: [],
    };
    const entry = this.entryOf(generation, idempotency, 1);
    this.keep(entry);
    this.waiting.push(entry);
    const answer = this.snapshot(entry).generation;
    this.serve();
    return { generation: answer, isNew: true };
  }

  async get(id: string): Promise<Snapshot | undefined> {
    const entry = this.entries.get(id);
    return entry && this.snapshot(entry);
  }

  async list({ q, limit, before }: ListQuery): Promise<GenerationList> {
    const isWanted = captionFilter(q ?? "");
    const found: Generation[] = [];
    for (const entry of [...this.entries.values()].reverse()) {
      const { id, request } = entry.generation;
      if ((before !== undefined && id >= before) || !isWanted(request.condition.caption ?? "")) continue;
      if (found.length === limit) return { generations: found, nextBefore: found.at(-1)!.id };
      found.push(this.snapshot(entry).generation);
    }
    return { generations: found };
  }

  async cancel(id: string): Promise<Generation | undefined> {
    const entry = this.entries.get(id);
    if (!entry) return undefined;
    if (isFinal(entry.generation)) return entry.generation;
    const ended = this.end(entry, { state: "cancelled", images: [] });
    entry.abort.abort(new AppError("cancelled", "the generation was cancelled"));
    return ended;
  }

  async remove(id: string): Promise<boolean> {
    const entry = this.entries.get(id);
    if (!entry || !isFinal(entry.generation)) return false;
    await this.drop(entry);
    return true;
  }

  subscribe(id: string, listener: (snapshot: Snapshot) => void): () => void {
    const entry = this.entries.get(id);
    entry?.listeners.add(listener);
    return () => void entry?.listeners.delete(listener);
  }

  needsUpload(digest: string): boolean {
    const open = [...this.entries.values()].filter(({ generation }) => !isFinal(generation));
    return open.some(({ generation }) => uploadsIn(generation.request).some((named) => named.digest === digest));
  }

  depth(): { waiting: number; running: number } {
    return { waiting: this.waiting.length, running: this.runningCount };
  }

  take(): Promise<Job | undefined> {
    if (this.isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.takers.push(resolve);
      this.serve();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const taker of this.takers.splice(0)) taker(undefined);
    const problem = toProblem(new AppError("shutting_down", "the server stopped before this generation began"));
    await Promise.all([...this.waiting].map((entry) => this.end(entry, { state: "failed", problem })));
  }

  private entryOf(generation: Generation, idempotency: Idempotency | undefined, revision: number): Entry {
    const ending = isFinal(generation) ? Promise.resolve(generation) : undefined;
    const [listeners, reserved] = [new Set<(snapshot: Snapshot) => void>(), new Set<string>()];
    return { generation, revision, idempotency, abort: new AbortController(), listeners, reserved, ending };
  }

  private keep(entry: Entry): void {
    this.entries.set(entry.generation.id, entry);
    if (entry.idempotency) this.keys.set(entry.idempotency.key, entry.generation.id);
  }

  private snapshot(entry: Entry): Snapshot {
    const { generation, revision } = entry;
    const position = generation.state === "queued" ? this.waiting.indexOf(entry) : -1;
    if (position < 0) return { revision, generation };
    return { revision, generation: { ...generation, progress: { ...generation.progress, position } } };
  }

  private change(entry: Entry, patch: Partial<Generation>): void {
    entry.generation = { ...entry.generation, ...patch };
    this.announce(entry);
  }

  private announce(entry: Entry): void {
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
      this.change(entry, { state: "running", progress: { ...entry.generation.progress, stage: "encoding" } });
      this.takers.shift()!(this.jobOf(entry));
    }
  }

  private leaveLine(entry: Entry): void {
    const before = this.waiting.length;
    this.waiting = this.waiting.filter((other) => other !== entry);
    if (this.waiting.length < before) for (const other of this.waiting) this.announce(other);
  }

  private jobOf(entry: Entry): Job {
    const { id, request, progress } = entry.generation;
    const change = (patch: Partial<Generation>): void => {
      if (entry.ending === undefined) this.change(entry, patch);
    };
    return {
      id,
      request,
      signal: entry.abort.signal,
      beginAttempt: () =>
        change({ images: [], outside: [], progress: { stage: "encoding", completed: 0, total: progress.total } }),
      report: ({ stage, completed }) =>
        change({
          progress: { stage, completed: Math.max(completed, entry.generation.images.length), total: progress.total },
        }),
      reportOutside: (outside) => change({ outside: [...outside] }),
      reserve: (sha256) => void entry.reserved.add(sha256),
      addImage: (image) => {
        const images = [...entry.generation.images.filter((other) => other.index !== image.index), image];
        images.sort((a, b) => a.index - b.index);
        const completed = Math.max(entry.generation.progress.completed, images.length);
        change({ images, progress: { ...entry.generation.progress, completed } });
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
  private end(entry: Entry, patch: Partial<Generation>): Promise<Generation> {
    entry.ending ??= (async () => {
      this.leaveLine(entry);
      const { id, progress, images } = entry.generation;
      const completed = (patch.images ?? images).length;
      const generation: Generation = {
        ...entry.generation,
        ...patch,
        finishedAt: new Date(this.options.now()).toISOString(),
        progress: { stage: "finished", completed, total: progress.total },
      };
      const record = {
        revision: entry.revision + 1,
        generation,
        ...(entry.idempotency ? { idempotency: entry.idempotency } : {}),
      };
      await this.options.history?.save(record).catch((error: unknown) => this.options.onHistoryError?.(error));
      entry.generation = generation;
      this.announce(entry);
      // A cancelled or failed job no longer names the images that it had.
      this.release(images.map((image) => image.sha256));
      await this.trim(id);
      return generation;
    })();
    return entry.ending;
  }

  private async trim(latest: string): Promise<void> {
    const finished = [...this.entries.values()].filter((entry) => isFinal(entry.generation));
    for (const entry of finished.slice(0, Math.max(0, finished.length - this.options.historyMax)))
      if (entry.generation.id !== latest) await this.drop(entry);
  }

  private async drop(entry: Entry): Promise<void> {
    const { id, images } = entry.generation;
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

  /** Reports digests that no generation names any more. */
  private release(digests: readonly string[]): void {
    const used = new Set<string>();
    for (const { generation, reserved } of this.entries.values()) {
      for (const image of generation.images) used.add(image.sha256);
      for (const sha256 of reserved) used.add(sha256);
    }
    for (const sha256 of new Set(digests)) if (!used.has(sha256)) this.options.onForgotten?.(sha256);
  }
}
