/**
 * SQLite by six functions; the only importer of the library. `@photostructure/sqlite` is `node:sqlite` for Node 20 and later, with
 * its binaries in the package: `npm ci` without install scripts has them, which better-sqlite3 12 does not (it downloads or
 * compiles its own), and WAL works, which node-sqlite3-wasm has not. Once `node:sqlite` is stable in every Node that Tau runs on,
 * the import alone changes. Every commit is on the disk when a call returns (WAL with synchronous=FULL); calls block for it.
 */
import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync } from "@photostructure/sqlite";
import { AppError } from "../../../shared/problem.ts";
import { collectObjects } from "../processes/collect-garbage.ts";
import { yieldToEventLoop } from "../yield-to-event-loop.ts";
import { storageFull, storageUnavailable } from "./atomic-file.ts";

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, SqlValue>>;

export interface Database {
  /** Runs one statement, or several ones without values. @throws AppError storage_full, store_unavailable */
  run(sql: string, ...values: readonly SqlValue[]): void;
  get(sql: string, ...values: readonly SqlValue[]): Row | undefined;
  all(sql: string, ...values: readonly SqlValue[]): Row[];
  /** Commits all that `work` writes, or nothing. Inside another transaction it is part of that one. */
  transaction<T>(work: () => T): T;
  /** Resolves when the files are closed. */
  close(): Promise<void>;
}

/** Time that a statement waits for another process that writes. */
const busyTimeoutMs = 5000;
/** SQLITE_FULL, and codes of a disk that can't be written: https://www.sqlite.org/rescode.html */
const fullCode = 13;
const closedCodes: Readonly<Record<number, string>> = {
  8: "SQLITE_READONLY",
  10: "SQLITE_IOERR",
  14: "SQLITE_CANTOPEN",
};

/** Steps of the schema, oldest first. A file's version is the number of steps that it has seen, so steps never change. */
export type Migrations = readonly string[];

/** @throws AppError config_invalid for a file that a later version of the program wrote */
export function openDatabase(path: string, migrations: Migrations): Database {
  // Jobs hold captions: only the owner reads them. SQLite gives its WAL the mode of the database.
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  const database = wrap(new DatabaseSync(path, { timeout: busyTimeoutMs }));
  try {
    database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    database.transaction(() => migrate(database, path, migrations));
  } catch (error) {
    void database.close();
    throw error;
  }
  return database;
}

function migrate(database: Database, path: string, migrations: Migrations): void {
  const version = Number(database.get("PRAGMA user_version")?.["user_version"]);
  if (version > migrations.length) {
    const expected = `version ${migrations.length} or older`;
    throw new AppError("config_invalid", `${path}: expected a file of ${expected}, got one of version ${version}`, {
      field: "data",
      expected,
      received: `version ${version}`,
    });
  }
  for (const step of migrations.slice(version)) database.run(step);
  if (version < migrations.length) database.run(`PRAGMA user_version = ${migrations.length}`);
}

function wrap(native: InstanceType<typeof DatabaseSync>): Database {
  const statements = new Map<string, ReturnType<typeof native.prepare>>();
  let depth = 0;
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = native.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw asDatabaseError(error);
    }
  };
  const exec = (sql: string): void => attempt(() => native.exec(sql));
  return {
    run: (sql, ...values) => (values.length === 0 ? exec(sql) : attempt(() => void prepare(sql).run(...values))),
    get: (sql, ...values) => attempt(() => prepare(sql).get(...values) as Row | undefined),
    all: (sql, ...values) => attempt(() => prepare(sql).all(...values) as Row[]),
    transaction: (work) => {
      if (depth > 0) return work();
      exec("BEGIN IMMEDIATE");
      depth++;
      try {
        const result = work();
        exec("COMMIT");
        return result;
      } catch (error) {
        // SQLite may have rolled back by itself, for instance on a full disk.
        if (native.isTransaction) native.exec("ROLLBACK");
        throw error;
      } finally {
        depth--;
      }
    },
    close: async () => {
      try {
        // Leaves a single file, which can serve as a backup.
        native.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } catch {
        // On a full disk the log stays beside the file, and the next start reads both.
      }
      statements.clear();
      native.close();
      // The library closes its files only when its statements are collected, which it learns one turn later.
      collectObjects();
      await yieldToEventLoop();
    },
  };
}

function asDatabaseError(error: unknown): unknown {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
  if (code === fullCode) return storageFull(error);
  const reason = code === undefined ? undefined : closedCodes[code];
  return reason === undefined ? error : storageUnavailable(reason, error);
}
