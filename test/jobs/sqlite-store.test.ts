/** Jobs in SQLite against a disk that tears, fills up, and grows: what the conformance suite of queues can't see. */
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import fc from "fast-check";
import { openJobDatabase } from "../../server/jobs/local/job-schema.ts";
import { LocalQueue } from "../../server/jobs/local/local-queue.ts";
import { SqliteStore } from "../../server/jobs/local/sqlite-store.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { generations } from "./job-samples.ts";

const { kind, facts, done } = generations;

function openQueue(folder: string) {
  const database = openJobDatabase(folder);
  const store = new SqliteStore<Generation>(database, kind);
  const queue = new LocalQueue({ kind, store, queueMax: 100, historyMax: 100, now: Date.now });
  return { database, store, queue };
}

it("a torn end of the log costs what was written last, and nothing before it", async () => {
  const folder = temporaryFolder("sqlite");
  const { database, queue } = openQueue(folder);
  database.run("PRAGMA wal_autocheckpoint = 0");
  const states: Array<{ readonly logBytes: number; readonly ids: string[] }> = [];
  const ids: string[] = [];
  const log = join(folder, "tau.db-wal");
  for (let index = 0; index < 6; index++) {
    const { body } = await queue.add({ ...facts, request: generations.requestOf(`bird ${index}`) });
    ids.push(body.id);
    states.push({ logBytes: readFileSync(log).byteLength, ids: [...ids] });
  }
  const [first, last] = [states[0]!.logBytes, states.at(-1)!.logBytes];
  // What the torn part holds is either missing or garbage.
  const torn = fc.record({ at: fc.integer({ min: first, max: last }), isGarbage: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(torn, async ({ at, isGarbage }) => {
      const copy = temporaryFolder("sqlite");
      copyFileSync(join(folder, "tau.db"), join(copy, "tau.db"));
      const bytes = readFileSync(log);
      writeFileSync(join(copy, "tau.db-wal"), isGarbage ? bytes.fill(0xa5, at) : bytes.subarray(0, at));
      const again = openJobDatabase(copy);
      const kept = new SqliteStore<Generation>(again, kind).open().map(({ body }) => body.id);
      const whole = states.findLast(({ logBytes }) => logBytes <= at)!.ids;
      assert.deepEqual(kept, whole);
      assert.deepEqual(
        again.get("PRAGMA integrity_check"),
        Object.assign(Object.create(null), { integrity_check: "ok" }),
      );
      await again.close();
    }),
    { numRuns: 40, seed: 27 },
  );
  await database.close();
});

it("what a failed write would have changed is as it was, in the file and in the counts", async () => {
  const folder = temporaryFolder("sqlite");
  const { database, store, queue } = openQueue(folder);
  const { body } = await queue.add({ ...facts, request: generations.requestOf("bird") });
  const job = (await queue.take())!;
  job.addImage(generations.imageOf!(0, "aa"));
  // The disk has no page to give.
  const pages = Number(Object.values(database.get("PRAGMA page_count")!)[0]);
  database.run(`PRAGMA max_page_count = ${pages}`);
  const huge = { ...job.body, namedLabels: ["x".repeat(1_000_000)] } as Generation;
  const bounds = { historyMax: 10 };
  const finished = { ...huge, state: "done" as const, finishedAt: new Date().toISOString() };
  assert.throws(() => store.finish({ revision: 9, body: finished, startCount: 1 }, bounds, Date.now()), {
    code: "storage_full",
  });
  assert.equal(store.names("aa"), false);
  assert.equal(store.get(body.id)!.body.state, "running");
  database.run("PRAGMA max_page_count = 1000000");
  await job.finish(done);
  assert.deepEqual([store.names("aa"), store.get(body.id)!.body.state], [true, "done"]);
  await database.close();
});

it("a file of 0.20 gets the columns of the line, and who stands in line keeps the place over a restart", async () => {
  const folder = temporaryFolder("sqlite");
  const first = openQueue(folder);
  await first.queue.add({ ...facts, request: generations.requestOf("former") });
  first.database.run(
    "DROP INDEX job_by_owner; ALTER TABLE job DROP COLUMN owner; ALTER TABLE job DROP COLUMN urgency; PRAGMA user_version = 1",
  );
  await first.database.close();
  const second = openQueue(folder);
  const standing = [{ urgency: "bulk" }, { owner: "a" }, { owner: "a" }, { owner: "b" }] as const;
  for (const [index, how] of standing.entries())
    await second.queue.add({ ...facts, ...how, request: generations.requestOf(`${index}`) });
  await second.database.close();
  const third = openQueue(folder);
  const order: unknown[] = [];
  for (let index = 0; index < 5; index++) order.push((await third.queue.take())!.request.condition.caption);
  assert.deepEqual(order, ["former", "1", "3", "2", "0"]);
  await third.database.close();
});

it("two programs on one file wait for each other", async () => {
  const folder = temporaryFolder("sqlite");
  const [one, two] = [openQueue(folder), openQueue(folder)];
  await one.queue.add({ ...facts, request: generations.requestOf("a") });
  await two.queue.add({ ...facts, request: generations.requestOf("b") });
  assert.equal(one.store.open().length, 2);
  await one.database.close();
  await two.database.close();
});

it("two former jobs of one idempotency key are both taken over, and the key stays the first one's", async () => {
  const folder = temporaryFolder("sqlite");
  const { database, store, queue } = openQueue(folder);
  const idempotency = { key: "once", fingerprint: "f" };
  const { body } = await queue.add({ ...facts, request: generations.requestOf("bird"), idempotency });
  const stored = store.get(body.id)!;
  store.addAll([{ ...stored, body: { ...stored.body, id: `${body.id}-later` } }]);
  assert.equal(store.get(`${body.id}-later`)!.idempotency, undefined);
  assert.equal(store.ofKey("once")!.body.id, body.id);
  await database.close();
});

it("rows that can't be read are reported once each, and keep neither the others nor a start from going on", async () => {
  const folder = temporaryFolder("sqlite");
  const { database, queue } = openQueue(folder);
  const ids: string[] = [];
  for (let index = 0; index < 6; index++) {
    const idempotency = { key: `key-${index}`, fingerprint: "f" };
    const { body } = await queue.add({ ...facts, request: generations.requestOf(`bird ${index}`), idempotency });
    ids.push(body.id);
  }
  for (let index = 0; index < 4; index++) {
    const job = (await queue.take())!;
    job.addImage(generations.imageOf!(0, `image-${index}`));
    await job.finish(done);
  }
  // Of a later version, cut off, and an open one of an earlier version.
  const spoil = (index: number, expression: string) =>
    database.run(`UPDATE job SET body = ${expression} WHERE id = ?`, ids[index]!);
  spoil(0, "json_set(body, '$.state', 'dreaming')");
  spoil(2, "substr(body, 1, 40)");
  spoil(4, "json_remove(body, '$.progress')");
  await database.close();

  const again = openJobDatabase(folder);
  const reported: Array<[string, string]> = [];
  const store = new SqliteStore<Generation>(again, kind, (id, fault) => reported.push([id, fault]));
  assert.deepEqual(
    store.open().map(({ body }) => body.id),
    [ids[5]],
  );
  const pageOf = (before?: string) => store.list({ limit: 1, ...(before && { before }) }).map(({ id }) => id);
  assert.deepEqual(
    [pageOf(), pageOf(ids[5]), pageOf(ids[3]), pageOf(ids[1])],
    [[ids[5], ids[3]], [ids[3], ids[1]], [ids[1]], []],
  );
  assert.deepEqual(
    store.list({ limit: 5, q: "bird" }).map(({ id }) => id),
    [ids[5], ids[3], ids[1]],
  );
  assert.equal(store.get(ids[0]!), undefined);
  assert.deepEqual(reported.map(([id]) => id).sort(), [ids[0], ids[2], ids[4]]);
  for (const [, fault] of reported)
    assert.match(fault, /^(state: expected one of queued|expected JSON|progress: expected)/);

  assert.ok(store.names("image-0"), "its image stays while it does");
  const local = new LocalQueue({ kind, store, queueMax: 100, historyMax: 1, now: Date.now });
  const replayed = { ...facts, request: generations.requestOf("new"), idempotency: { key: "key-4", fingerprint: "f" } };
  assert.equal((await local.add(replayed)).isNew, true, "the key of a job that can't be read is free");
  await (await local.take())!.finish(done);
  assert.deepEqual([store.names("image-0"), store.names("image-3")], [false, false], "it goes in its turn");
  await again.close();
});

it("a search with a NUL finds by the words around it", async () => {
  const { database, store, queue } = openQueue(temporaryFolder("sqlite"));
  await queue.add({ ...facts, request: generations.requestOf("red bird") });
  for (const q of ["\0bird", "red\0bird", "\0r"])
    assert.equal(store.list({ q, limit: 5 }).length, 1, JSON.stringify(q));
  await database.close();
});

it("a job that an earlier version did not index by its label is listed, starred and removed all the same", async () => {
  const { database, store, queue } = openQueue(temporaryFolder("sqlite"));
  const { labelTitle: _, ...untitled } = generations.labelled!;
  const { id } = (await queue.add(untitled)).body;
  await (await queue.take())!.finish(done);
  database.run("DELETE FROM caption");
  assert.equal(store.list({ q: "n03345487", limit: 5 }).length, 0);
  assert.equal((await queue.star(id, true))?.isStarred, true);
  assert.deepEqual(
    store.list({ limit: 5 }).map((body) => [body.id, body.labelTitle]),
    [[id, undefined]],
  );
  assert.equal(await queue.remove(id), true);
  await database.close();
});

it("the database and its log are readable by their owner alone", async () => {
  const folder = temporaryFolder("sqlite");
  const { database, queue } = openQueue(folder);
  await queue.add({ ...facts, request: generations.requestOf("bird") });
  for (const name of ["tau.db", "tau.db-wal"]) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  await database.close();
});
