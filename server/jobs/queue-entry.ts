/**
 * One job as the queue of one process holds it: its snapshots, who follows them, its record, and what its end waits for. Knows
 * nothing of the line that it stands in.
 */

import { type Idempotency, isFinal, type JobBody, type Snapshot } from "./job-queue.ts";
import type { HistoryRecord, JobRecords } from "./job-records.ts";

export interface EntryDeps<Body extends JobBody, Request> {
  readonly records: JobRecords<Body, Request> | undefined;
  /** A record could not be written or removed: the job is fine, but a restart will not find it as it is. */
  readonly onRecordError: (error: unknown) => void;
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
  body: Body;
  readonly idempotency: Idempotency | undefined;
  readonly abort = new AbortController();
  readonly listeners = new Set<(snapshot: Snapshot<Body>) => void>();
  readonly reserved = new Set<string>();
  /** What its worker needs; undefined once it ended. */
  request: Request | undefined;
  /** Digests that it needs while it is open. */
  uploads: ReadonlySet<string>;
  /** A worker has it. */
  isHeld = false;
  /** Set when the end is decided, which is before it is recorded and announced. */
  ending: Promise<Body> | undefined;
  commit: Commit | undefined;
  /** Its first record. Rejects when the disk had no room: the job was never accepted then. */
  created: Promise<void> = Promise.resolve();
  readonly #deps: EntryDeps<Body, Request>;
  #revision: number;
  /** Writes of the record, one after another. */
  #saving: Promise<void> = Promise.resolve();
  /** The last write of the record failed. */
  #isUnsaved = false;

  constructor(record: HistoryRecord<Body, Request>, uploads: readonly string[], deps: EntryDeps<Body, Request>) {
    const { body, revision, request, idempotency } = record;
    this.body = body;
    this.request = request;
    this.idempotency = idempotency;
    this.uploads = new Set(uploads);
    this.#revision = revision;
    this.#deps = deps;
    if (isFinal(body)) this.ending = Promise.resolve(body);
  }

  get id(): string {
    return this.body.id;
  }

  snapshot(): Snapshot<Body> {
    const { body } = this;
    const position = body.state === "queued" ? this.#deps.positionOf(this) : undefined;
    if (position === undefined) return { revision: this.#revision, body };
    return { revision: this.#revision, body: { ...body, progress: { ...body.progress, position } } };
  }

  announce(): void {
    this.#revision++;
    if (this.listeners.size === 0) return;
    const snapshot = this.snapshot();
    for (const listener of [...this.listeners]) listener(snapshot);
  }

  /** Without effect once the end is decided. `isKept`: a restart must find it, which a single step need not be. */
  change(patch: Partial<Body> | Partial<JobBody>, isKept = false): void {
    if (this.ending) return;
    this.body = { ...this.body, ...patch };
    this.announce();
    if (isKept && this.#deps.records?.create) void this.#save(this.body);
  }

  /** Records the job before it is accepted, where open jobs are kept. */
  create(): void {
    const { records } = this.#deps;
    if (!records?.create) return;
    this.created = records.create(this.#recordOf(this.body));
    this.#saving = this.created.catch(() => undefined);
  }

  /** Records the end, then announces it, so that who has seen it will find it again after a crash. */
  async end(body: Body): Promise<void> {
    await this.#save(body);
    this.body = body;
    this.announce();
  }

  beginCommit(): boolean {
    if (!this.ending) this.commit ??= createCommit();
    return this.commit !== undefined;
  }

  rollBackCommit(): void {
    this.commit?.settle(false);
    this.commit = undefined;
  }

  /** Removes what only an open job needs; a record that the disk had no room for has it then. */
  async free(): Promise<void> {
    const { records, onRecordError } = this.#deps;
    this.request = undefined;
    this.uploads = new Set();
    await records?.free?.(this.id).catch(onRecordError);
    if (this.#isUnsaved) await this.#save(this.body);
  }

  /** Resolves when every record that was begun is written. */
  saved(): Promise<void> {
    return this.#saving;
  }

  /** Removes the record. False when that failed. */
  async remove(): Promise<boolean> {
    await this.#saving;
    try {
      await this.#deps.records?.remove(this.id);
      return true;
    } catch (error) {
      this.#deps.onRecordError(error);
      return false;
    }
  }

  #recordOf(body: Body): HistoryRecord<Body, Request> {
    const { request, idempotency } = this;
    const isOpen = !isFinal(body) && request !== undefined;
    return {
      // The record is of the snapshot that its announcement makes.
      revision: this.#revision + (body === this.body ? 0 : 1),
      body,
      ...(isOpen && { request }),
      ...(idempotency && { idempotency }),
    };
  }

  #save(body: Body): Promise<void> {
    const { records, onRecordError } = this.#deps;
    if (!records) return this.#saving;
    const record = this.#recordOf(body);
    this.#saving = this.#saving.then(() =>
      records.save(record).then(
        () => {
          this.#isUnsaved = false;
        },
        (error: unknown) => {
          this.#isUnsaved = true;
          onRecordError(error);
        },
      ),
    );
    return this.#saving;
  }
}

function createCommit(): Commit {
  let settle: Commit["settle"] = () => undefined;
  const isKept = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return { isKept, settle };
}
