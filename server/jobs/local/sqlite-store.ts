/**
 * Jobs of one kind in the data folder's SQLite file: see job-schema.ts. Counts and bytes of the history are held in memory. A row that
 * can't be read is reported and left out, wherever it is met: one damaged job keeps neither the server nor the others from view.
 */

import { describeFault } from "../../../shared/validation.ts";
import type { Database, Row, SqlValue } from "../../platform/files/database.ts";
import { LruCache } from "../../platform/lru-cache.ts";
import { wordsOf } from "../caption-search.ts";
import type { JobKind } from "../job-kinds.ts";
import type { HistoryBounds } from "../job-queue.ts";
import { isFinal, type JobBody, type JobQuery } from "../job-queue.ts";
import { pageOf } from "./job-page.ts";
import { imagesOf, jobOfRow, rawImagesOf } from "./job-row.ts";
import type { Dropped, JobStore, StoredJob } from "./job-store.ts";

/** Called once for each job whose row can't be read. @param fault says where and why, without the job's values */
export type OnUnreadable = (id: string, fault: string) => void;

/** Jobs that ended of late and are looked at again: a client asks for the job and then for each image. */
const rememberedMax = 32;

export class SqliteStore<Body extends JobBody, Request = Body["request"]> implements JobStore<Body, Request> {
  readonly durability = "disk";
  readonly #database: Database;
  readonly #kind: JobKind<Body, Request>;
  readonly #onUnreadable: OnUnreadable;
  readonly #unreadable = new Set<string>();
  /** Bodies by their texts, because checking one takes longer than all else of reading it. */
  readonly #bodies = new LruCache<Body>(rememberedMax);
  #finishedCount: number;
  #imageBytes: number;

  constructor(database: Database, kind: JobKind<Body, Request>, onUnreadable: OnUnreadable = () => undefined) {
    this.#database = database;
    this.#kind = kind;
    this.#onUnreadable = onUnreadable;
    // Two counts, because each has an index that holds all it needs.
    this.#finishedCount =
      this.#number("SELECT count(*) FROM job WHERE kind = ? AND finished_at IS NOT NULL AND is_starred = 0") +
      this.#number("SELECT count(*) FROM job WHERE kind = ? AND finished_at IS NOT NULL AND is_starred = 1");
    this.#imageBytes = this.#number("SELECT coalesce(sum(bytes), 0) FROM image WHERE kind = ?");
  }

  open(): StoredJob<Body, Request>[] {
    const rows = this.#database.all(
      "SELECT * FROM job WHERE kind = ? AND finished_at IS NULL ORDER BY seq",
      this.#kind.many,
    );
    return this.#readAll(rows);
  }

  /** Whether there is a row of this id that can't be read. */
  isUnreadable(id: string): boolean {
    return this.get(id) === undefined && this.#unreadable.has(id);
  }

  newestId(): string | undefined {
    const row = this.#database.get("SELECT max(id) AS id FROM job WHERE kind = ?", this.#kind.many);
    return (row?.["id"] as string | null) ?? undefined;
  }

  get(id: string): StoredJob<Body, Request> | undefined {
    return this.#find("id", id);
  }

  ofKey(key: string): StoredJob<Body, Request> | undefined {
    return this.#find("key", key);
  }

  list(query: JobQuery): Body[] {
    const wanted = query.limit + 1;
    const found: Body[] = [];
    for (let { before } = query; ; ) {
      const rows = pageOf(this.#database, this.#kind.many, { ...query, before });
      found.push(...this.#readAll(rows).map(({ body }) => body));
      // Rows that can't be read make a page shorter, not the last one.
      if (found.length >= wanted || rows.length < wanted) return found.slice(0, wanted);
      before = rows.at(-1)!["id"] as string;
    }
  }

  names(sha256: string): boolean {
    const sql = "SELECT 1 FROM image WHERE kind = ? AND sha256 = ?";
    return this.#database.get(sql, this.#kind.many, sha256) !== undefined;
  }

  save(job: StoredJob<Body, Request>): void {
    this.#atomically(() => this.#write(job));
  }

  /**
   * Adds jobs of an earlier version, oldest first; those that are here already stay as they are. An idempotency key belongs to the first job
   * that has it: earlier versions could leave a record behind whose key was given anew.
   */
  addAll(jobs: readonly StoredJob<Body, Request>[]): void {
    if (jobs.length === 0) return;
    this.#atomically(() => {
      for (const job of jobs) {
        if (this.get(job.body.id)) continue;
        const { idempotency, ...keyless } = job;
        this.#write(idempotency && this.ofKey(idempotency.key) ? keyless : job);
      }
    });
  }

  finish(job: StoredJob<Body, Request>, bounds: HistoryBounds, now: number): Dropped {
    return this.#atomically(() => {
      this.#write(job);
      return this.#trim(job.body.id, bounds, now);
    });
  }

  remove(id: string): Dropped {
    return this.#atomically(() => {
      const row = this.#database.get("SELECT * FROM job WHERE kind = ? AND id = ?", this.#kind.many, id);
      if (!row) return { ids: [], digests: [] };
      return { ids: [id], digests: this.#delete(row) };
    });
  }

  #atomically<T>(work: () => T): T {
    const [count, bytes] = [this.#finishedCount, this.#imageBytes];
    try {
      return this.#database.transaction(work);
    } catch (error) {
      // What was counted was not kept.
      this.#finishedCount = count;
      this.#imageBytes = bytes;
      throw error;
    }
  }

  #trim(latest: string, { historyMax, historyMaxBytes, historyMaxAgeMs }: HistoryBounds, now: number): Dropped {
    const ids: string[] = [];
    const digests: string[] = [];
    for (;;) {
      const oldest = this.#database.get(
        "SELECT * FROM job WHERE kind = ? AND finished_at IS NOT NULL AND is_starred = 0 AND id <> ? ORDER BY seq LIMIT 1",
        this.#kind.many,
        latest,
      );
      const isTooMuch =
        this.#finishedCount > historyMax ||
        this.#imageBytes > (historyMaxBytes ?? Number.POSITIVE_INFINITY) ||
        now - Number(oldest?.["finished_at"]) > (historyMaxAgeMs ?? Number.POSITIVE_INFINITY);
      if (!oldest || !isTooMuch) return { ids, digests };
      ids.push(oldest["id"] as string);
      digests.push(...this.#delete(oldest));
    }
  }

  #write(job: StoredJob<Body, Request>): void {
    const { body, revision, request, idempotency, startCount, owner, urgency } = job;
    const former = this.#database.get(
      "SELECT seq, finished_at FROM job WHERE kind = ? AND id = ?",
      this.#kind.many,
      body.id,
    );
    const wasFinished = former !== undefined && former["finished_at"] !== null;
    const isEnded = isFinal(body);
    // Only a row that can't be read may still have the key: the queue looked for the key's job first.
    if (!former && idempotency)
      this.#database.run(
        "UPDATE job SET key = NULL, fingerprint = NULL WHERE kind = ? AND key = ?",
        ...[this.#kind.many, idempotency.key],
      );
    this.#database.run(
      `INSERT INTO job (kind, id, state, revision, body, request, key, fingerprint, start_count, is_starred, finished_at,
        owner, urgency)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (kind, id) DO UPDATE SET state = excluded.state, revision = excluded.revision, body = excluded.body,
        request = excluded.request, start_count = excluded.start_count, is_starred = excluded.is_starred,
        finished_at = excluded.finished_at`,
      ...[this.#kind.many, body.id, body.state, revision, JSON.stringify(body)],
      request === undefined || isEnded ? null : JSON.stringify(request),
      ...[idempotency?.key ?? null, idempotency?.fingerprint ?? null, startCount, body.isStarred ? 1 : 0],
      ...[isEnded ? Date.parse(body.finishedAt ?? body.createdAt) : null, owner ?? null, urgency ?? null],
    );
    if (!former) this.#index(body);
    if (isEnded && !wasFinished) this.#count(body);
  }

  #index(body: Body): void {
    const text = wordsOf(this.#kind.textOf(body)).join(" ");
    if (text === "") return;
    const sql = "INSERT INTO caption (rowid, text) SELECT seq, ? FROM job WHERE kind = ? AND id = ?";
    this.#database.run(sql, text, this.#kind.many, body.id);
  }

  #count(body: Body): void {
    this.#finishedCount++;
    for (const [sha256, bytes] of imagesOf(body)) {
      if (!this.names(sha256)) this.#imageBytes += bytes;
      this.#database.run(
        "INSERT INTO image VALUES (?, ?, ?, 1) ON CONFLICT (kind, sha256) DO UPDATE SET use_count = use_count + 1",
        ...[this.#kind.many, sha256, bytes],
      );
    }
  }

  /** Digests that no finished job names any more. */
  #delete(row: Row): string[] {
    const many = this.#kind.many;
    this.#database.run("DELETE FROM caption WHERE rowid = ?", row["seq"]!);
    this.#database.run("DELETE FROM job WHERE seq = ?", row["seq"]!);
    if (row["finished_at"] === null) return [];
    this.#finishedCount--;
    const gone: string[] = [];
    for (const [sha256] of imagesOf(this.#read(row)?.body ?? rawImagesOf(row))) {
      const use = "UPDATE image SET use_count = use_count - 1 WHERE kind = ? AND sha256 = ?";
      this.#database.run(use, many, sha256);
      const unused = this.#database.get(
        "DELETE FROM image WHERE kind = ? AND sha256 = ? AND use_count <= 0 RETURNING bytes",
        ...[many, sha256],
      );
      if (!unused) continue;
      this.#imageBytes -= Number(unused["bytes"]);
      gone.push(sha256);
    }
    return gone;
  }

  #find(column: "id" | "key", value: string): StoredJob<Body, Request> | undefined {
    const row = this.#database.get(`SELECT * FROM job WHERE kind = ? AND ${column} = ?`, this.#kind.many, value);
    return row && this.#read(row, this.#bodies);
  }

  #readAll(rows: readonly Row[]): StoredJob<Body, Request>[] {
    return rows.map((row) => this.#read(row)).filter((job) => job !== undefined);
  }

  /** Undefined, and reported, when the row is damaged or of a form that this version does not know. */
  #read(row: Row, remembered?: LruCache<Body>): StoredJob<Body, Request> | undefined {
    try {
      return jobOfRow(row, this.#kind, remembered);
    } catch (error) {
      const id = String(row["id"]);
      if (!this.#unreadable.has(id)) this.#onUnreadable(id, describeFault(error));
      this.#unreadable.add(id);
      return undefined;
    }
  }

  /** The one number that a query about this kind answers with. */
  #number(sql: string, ...values: readonly SqlValue[]): number {
    return Number(Object.values(this.#database.get(sql, this.#kind.many, ...values) ?? {})[0] ?? 0);
  }
}
