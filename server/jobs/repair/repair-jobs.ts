/**
 * Looks into the database of a stopped server, and builds a damaged one anew from what can be read: page by page, row by row. What
 * can't be read is written beside it for a reader's eyes, and the damaged file is kept.
 */
import { appendFileSync, existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Database, Row } from "../../platform/files/database.ts";
import { generationKind, type JobKind, trainingKind, upscaleKind } from "../job-kinds.ts";
import type { JobBody } from "../job-queue.ts";
import { jobOfRow } from "../local/job-row.ts";
import { openJobDatabase } from "../local/job-schema.ts";
import { SqliteStore } from "../local/sqlite-store.ts";

export interface JobsFound {
  /** What SQLite finds wrong with the file; empty when nothing is. */
  readonly faults: readonly string[];
  readonly jobs: number;
  /** Ids of jobs whose row can't be read. */
  readonly unreadable: readonly string[];
}

export interface JobsRepaired extends JobsFound {
  /** The damaged file, kept; absent when nothing was wrong. */
  readonly keptAs?: string;
  /** Rows that could not be taken over, as JSON lines. */
  readonly leftOutIn?: string;
}

/** Rows at a time. */
const pageRows = 100;
/** Rows one after another that can't be had, after which the rest is given up: a page holds some ten of them. */
const gapMaxRows = 10_000;

const kinds: readonly JobKind<never, never>[] = [generationKind, upscaleKind, trainingKind] as never;

export async function inspectJobs(dataDir: string): Promise<JobsFound> {
  const database = attempt(() => openJobDatabase(dataDir));
  if (!database) return { faults: ["tau.db: expected a database, got another file"], jobs: 0, unreadable: [] };
  try {
    const unreadable: string[] = [];
    let jobs = 0;
    for (const row of rowsOf(database)) {
      jobs++;
      if (!isReadable(row)) unreadable.push(String(row["id"]));
    }
    return { faults: faultsOf(database), jobs, unreadable };
  } finally {
    await database.close();
  }
}

/** @param stamp part of the names of what is kept, such as a date */
export async function repairJobs(dataDir: string, stamp: string): Promise<JobsRepaired> {
  const found = await inspectJobs(dataDir);
  if (found.faults.length === 0 && found.unreadable.length === 0) return found;
  const path = join(dataDir, "tau.db");
  const keptAs = `${path}.damaged-${stamp}`;
  for (const end of ["", "-wal", "-shm"]) if (existsSync(path + end)) renameSync(path + end, keptAs + end);
  const leftOutIn = join(dataDir, `unreadable-jobs-${stamp}.jsonl`);
  const former = attempt(() => openJobDatabase(dataDir, `tau.db.damaged-${stamp}`));
  const next = openJobDatabase(dataDir);
  try {
    next.transaction(() => {
      const stores = new Map(kinds.map((kind) => [kind.many, new SqliteStore<JobBody, object>(next, kind as never)]));
      for (const row of former ? rowsOf(former) : []) {
        const kind = kinds.find(({ many }) => many === row["kind"]);
        if (kind && isReadable(row)) stores.get(kind.many)!.addAll([jobOfRow<JobBody, object>(row, kind as never)]);
        else appendFileSync(leftOutIn, `${JSON.stringify(row)}\n`, { mode: 0o600 });
      }
    });
  } finally {
    await former?.close();
    await next.close();
  }
  return { ...found, keptAs, ...(existsSync(leftOutIn) && { leftOutIn }) };
}

function isReadable(row: Row): boolean {
  const kind = kinds.find(({ many }) => many === row["kind"]);
  if (!kind) return false;
  try {
    jobOfRow(row, kind);
    return true;
  } catch {
    return false;
  }
}

function faultsOf(database: Database): string[] {
  try {
    const lines = database.all("PRAGMA integrity_check(20)").map((row) => String(Object.values(row)[0]));
    return lines.join() === "ok" ? [] : lines;
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Every row that can be had, oldest first; pages that are damaged are stepped over. */
function* rowsOf(database: Database): Generator<Row> {
  let after = 0;
  for (let gap = 0; gap < gapMaxRows; ) {
    const rows = attempt(() => database.all("SELECT * FROM job WHERE seq > ? ORDER BY seq LIMIT ?", after, pageRows));
    if (rows?.length === 0) return;
    if (rows) {
      yield* rows;
      after = Number(rows.at(-1)!["seq"]);
      gap = 0;
      continue;
    }
    after += 1;
    gap += 1;
    const row = attempt(() => database.get("SELECT * FROM job WHERE seq = ?", after));
    if (row) {
      yield row;
      gap = 0;
    }
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
