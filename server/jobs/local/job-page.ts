/**
 * A page of the history, newest first: jobs of a kind by words of their captions, star and owner. FTS5's trigram index finds words of three
 * characters and more; shorter ones are looked for in the texts themselves.
 */
import type { Database, Row, SqlValue } from "../../platform/files/database.ts";
import { wordsOf } from "../caption-search.ts";
import type { JobQuery } from "../job-queue.ts";

const indexedChars = 3;

/** Rows of the table `job`; one more than `limit` where there are more. */
export function pageOf(database: Database, kind: string, { q = "", limit, before, starred, owner }: JobQuery): Row[] {
  const words = wordsOf(q);
  const long = words.filter((word) => [...word].length >= indexedChars);
  const short = words.filter((word) => !long.includes(word));
  const values: SqlValue[] = [kind];
  const where = ["job.kind = ?"];
  const need = (condition: string, value: SqlValue): void => {
    where.push(condition);
    values.push(value);
  };
  // The index by id is in order already; texts are found in the order of their job's `seq`, which is that of ids.
  const order = words.length > 0 ? "caption.rowid" : "job.id";
  if (long.length > 0) need("caption MATCH ?", long.map((word) => `"${word.replaceAll('"', '""')}"`).join(" AND "));
  for (const word of short) need("instr(caption.text, ?) > 0", word);
  if (before !== undefined && words.length > 0) need("caption.rowid <= ?", lastBefore(database, kind, before));
  else if (before !== undefined) need("job.id < ?", before);
  if (starred) where.push("job.is_starred = 1");
  if (owner !== undefined) need("job.owner = ?", owner);
  // CROSS JOIN keeps the order of the tables: from the texts to their jobs, page by page.
  const from = words.length > 0 ? "caption CROSS JOIN job ON job.seq = caption.rowid" : "job";
  const sql = `SELECT job.* FROM ${from} WHERE ${where.join(" AND ")} ORDER BY ${order} DESC LIMIT ?`;
  return database.all(sql, ...values, limit + 1);
}

/** `seq` of the newest job that is older than an id; 0 = none. */
const lastBefore = (database: Database, kind: string, id: string): number =>
  Number(
    database.get("SELECT coalesce(max(seq), 0) AS seq FROM job WHERE kind = ? AND id < ?", kind, id)?.["seq"] ?? 0,
  );
