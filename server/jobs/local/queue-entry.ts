/**
 * One open job as the queue of one process holds it: its snapshots, who follows them, and what its end waits for. Knows nothing of
 * the line that it stands in.
 */
import { AppError, toProblem } from "../../../shared/problem.ts";
import type { HistoryBounds, JobBody, Snapshot } from "../job-queue.ts";
import type { Dropped, JobStore, StoredJob } from "./job-store.ts";

export interface EntryDeps<Body extends JobBody, Request> {
  readonly store: JobStore<Body, Request>;
  readonly bounds: HistoryBounds;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A state could not be kept: the job is fine, but a restart will not find it as it is. */
  readonly onStoreError: (error: unknown) => void;
  /** Jobs ahead of this one; undefined when it does not wait. */
  readonly positionOf: (entry: QueueEntry<Body, Request>) => number | undefined;
}

/** A commit that has begun: who wants to cancel waits for what becomes of it. */
interface Commit {
  /** False when it was rolled back. */
  readonly isKept: Promise<boolean>;
  settle(isKept: boolean): void;
}

export class QueueEntry<Body extends JobBody, Request> {
  readonly abort = new AbortController();
  readonly listeners = new Set<(snapshot: Snapshot<Body>) => void>();
  readonly reserved = new Set<string>();
  /** Digests that it needs. */
  readonly uploads: ReadonlySet<string>;
  /** A worker has it. */
  isHeld = false;
  /** Its end could not be kept yet. */
  isUnsaved = false;
  /** Set when the end is decided, which is before it is kept and announced. */
  ending: Promise<Body> | undefined;
  commit: Commit | undefined;
  /** Resolves when the store has it; absent = it had it from the start. */
  keeping: Promise<void> | undefined;
  readonly #deps: EntryDeps<Body, Request>;
  #job: StoredJob<Body, Request>;
  #firstSave: { readonly error?: unknown } | undefined;

  constructor(job: StoredJob<Body, Request>, uploads: readonly string[], deps: EntryDeps<Body, Request>) {
    this.#job = job;
    this.uploads = new Set(uploads);
    this.#deps = deps;
  }

  get id(): string {
    return this.#job.body.id;
  }

  get body(): Body {
    return this.#job.body;
  }

  get job(): StoredJob<Body, Request> {
    return this.#job;
  }

  snapshot(): Snapshot<Body> {
    const { body, revision } = this.#job;
    const position = body.state === "queued" ? this.#deps.positionOf(this) : undefined;
    if (position === undefined) return { revision, body };
    return { revision, body: { ...body, progress: { ...body.progress, position } } };
  }

  announce(): void {
    this.#set({ revision: this.#job.revision + 1 });
    if (this.listeners.size === 0) return;
    const snapshot = this.snapshot();
    for (const listener of [...this.listeners]) listener(snapshot);
  }

  /** Without effect once the end is decided. */
  change(patch: Partial<Body> | Partial<JobBody>): void {
    if (this.ending) return;
    this.#set({ body: { ...this.#job.body, ...patch } });
    this.announce();
  }

  /** A worker has it: one more start. @param isKept whether the queue keeps it so */
  begin(patch: Partial<JobBody>, isKept: boolean): void {
    this.#set({ startCount: this.#job.startCount + 1 });
    if (isKept) this.change(patch);
    else this.keep(patch);
  }

  /**
   * Keeps a new job that its worker has: the disk writes while the child draws already. One that can't be kept is taken from the
   * worker, and nothing of it is kept or shown any more.
   * @throws AppError storage_full, store_unavailable
   */
  async keepBegun(): Promise<void> {
    // After all promises that are settled: the worker has sent its order by then.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    this.keepNow();
  }

  /** As `keepBegun`, at once; what came of the first call comes of all. */
  keepNow(): void {
    this.#firstSave ??= this.#saveBegun();
    if (this.#firstSave.error !== undefined) throw this.#firstSave.error;
  }

  #saveBegun(): { readonly error?: unknown } {
    try {
      this.#deps.store.save(this.#job);
      return {};
    } catch (error) {
      const problem = toProblem(
        error instanceof AppError ? error : new AppError("internal", "a job could not be kept"),
      );
      this.ending = Promise.resolve({ ...this.body, state: "failed", problem });
      this.isUnsaved = false;
      this.abort.abort(new AppError("cancelled", "expected room for a new job, got none", { cause: error }));
      return { error };
    }
  }

  /** As `change`, of what a restart must find. @param starts added to the count of starts */
  keep(patch: Partial<Body> | Partial<JobBody>, starts = 0): void {
    if (this.ending) return;
    this.#set({ startCount: this.#job.startCount + starts });
    this.change(patch);
    try {
      this.#deps.store.save(this.#job);
    } catch (error) {
      this.#deps.onStoreError(error);
    }
  }

  /** Stars it, or takes its star; of a job that ended, what can't be kept is not changed. @throws AppError storage_full */
  star(isStarred: boolean): Body {
    if (!this.ending) this.keep({ isStarred });
    else {
      const starred = { ...this.#job, revision: this.#job.revision + 1, body: { ...this.#job.body, isStarred } };
      // What is unsaved is saved with its star.
      if (!this.isUnsaved) this.#deps.store.save(starred);
      this.#job = starred;
    }
    return this.snapshot().body;
  }

  /** Keeps the end, then announces it, so that who has seen it will find it again after a crash. */
  end(body: Body): Dropped {
    this.#set({ body });
    this.isUnsaved = true;
    // The announcement makes the next revision.
    const dropped = this.#finish({ ...this.#job, revision: this.#job.revision + 1 });
    this.announce();
    return dropped;
  }

  /** Keeps an end for which there was no room before. */
  saveAgain(): Dropped {
    return this.#finish(this.#job);
  }

  async beginCommit(): Promise<boolean> {
    if (!this.ending) this.commit ??= createCommit();
    return this.commit !== undefined;
  }

  settleCommit(isKept: boolean): void {
    this.commit?.settle(isKept);
    this.commit = undefined;
  }

  #finish(job: StoredJob<Body, Request>): Dropped {
    const { store, bounds, now, onStoreError } = this.#deps;
    try {
      const dropped = store.finish(job, bounds, now());
      this.isUnsaved = false;
      return dropped;
    } catch (error) {
      onStoreError(error);
      return { ids: [], digests: [] };
    }
  }

  #set(patch: Partial<StoredJob<Body, Request>>): void {
    this.#job = { ...this.#job, ...patch };
  }
}

function createCommit(): Commit {
  let settle: Commit["settle"] = () => undefined;
  const isKept = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return { isKept, settle };
}
