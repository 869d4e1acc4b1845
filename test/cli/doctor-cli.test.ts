/** `tau doctor`: what it says of a machine on which all is well and of damage of every kind, and what it mends. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { readConfig, type SharedConfig } from "../../server/app/config.ts";
import { examine, type Finding, repair } from "../../server/app/doctor.ts";
import { ResultStore } from "../../server/jobs/blobs/result-store.ts";
import { openJobDatabase } from "../../server/jobs/local/job-schema.ts";
import { LocalQueue } from "../../server/jobs/local/local-queue.ts";
import { SqliteStore } from "../../server/jobs/local/sqlite-store.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { writeTinyPack } from "../fixtures/tiny-pack.ts";
import { generations } from "../jobs/job-samples.ts";
import { tauIn } from "./run-tau.ts";

const { kind, facts, done } = generations;
const home = temporaryFolder("doctor");
const packs = join(home, "packs");
await writeTinyPack(packs);

function openQueue(data: string) {
  const database = openJobDatabase(data);
  const store = new SqliteStore<Generation>(database, kind);
  return { database, store, queue: new LocalQueue({ kind, store, queueMax: 1000, historyMax: 1000, now: Date.now }) };
}

/** A data folder with finished jobs and one that waits. */
async function makeData(name: string, count: number): Promise<{ data: string; ids: string[] }> {
  const data = join(home, name);
  await ResultStore.open(join(data, "results"));
  const { database, queue } = openQueue(data);
  const ids: string[] = [];
  for (let index = 0; index <= count; index++)
    ids.push((await queue.add({ ...facts, request: generations.requestOf(`bird ${index}`) })).body.id);
  for (let index = 0; index < count; index++) await (await queue.take())!.finish(done);
  await database.close();
  return { data, ids };
}

const configOf = (data: string) => ({ ...readConfig({ data, packs, provider: "cpu" }, {}), port: 0 });
async function findingsOf(data: string, shared?: SharedConfig): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of examine({ ...configOf(data), shared })) findings.push(finding);
  return findings;
}
const faultsOf = async (data: string) =>
  (await findingsOf(data)).flatMap(({ what, grade, found, cure }) =>
    grade === "fault" ? [{ what, found, cure }] : [],
  );

it("tau doctor finds nothing wrong where nothing is, and names a wrong port, provider and folder with a cure", async () => {
  const { data } = await makeData("well", 3);
  assert.deepEqual(await faultsOf(data), []);
  assert.deepEqual(await repair(configOf(data)), ["nothing was damaged"]);
  const { code, out } = await tauIn(home)(
    "doctor",
    "--data",
    data,
    "--packs",
    packs,
    "--provider",
    "cuda",
    "--port",
    "0",
  );
  assert.equal(code, 1);
  assert.match(out, /✔ node +\d+/);
  assert.match(out, /✔ jobs +4, all readable/);
  assert.match(out, /✘ provider .*cuda.*\n +→ see "GPU"/);
});

it("tau doctor names a queue server that is away and a store of files that takes no writes, with a cure", async () => {
  const { data } = await makeData("shared", 1);
  const queueUrl = "redis://127.0.0.1:1";
  const gradesWith = async (folder: string) =>
    (await findingsOf(data, { queueUrl, store: { folder } }))
      .filter(({ what }) => what === "queue" || what === "store")
      .map(({ what, grade, cure }) => [what, grade, cure !== undefined]);
  const away = ["queue", "fault", true];
  const store = join(home, "store");
  assert.deepEqual(await gradesWith(store), [away, ["store", "fault", true]]);
  assert.ok(!existsSync(store), "it makes no folder");
  mkdirSync(store);
  assert.deepEqual(await gradesWith(store), [away, ["store", "note", true]]);
  const uploads = join(store, "uploads");
  mkdirSync(uploads);
  writeFileSync(join(uploads, "old.tmp"), "");
  utimesSync(join(uploads, "old.tmp"), 0, 0);
  assert.deepEqual(await gradesWith(store), [away, ["store", "well", false]]);
  assert.deepEqual(readdirSync(uploads), ["old.tmp"]);
  rmSync(uploads, { recursive: true });
  writeFileSync(uploads, "");
  assert.deepEqual(await gradesWith(store), [away, ["store", "fault", true]]);
});

it("tau doctor --repair builds a damaged database anew from what can be read, and keeps what can't beside it", async () => {
  const { data, ids } = await makeData("damaged", 300);
  const path = join(data, "tau.db");
  const bytes = readFileSync(path);
  // Pages in the middle, as a bad sector leaves them.
  const pageBytes = bytes.readUInt16BE(16);
  const middle = Math.floor(bytes.length / pageBytes / 3) * pageBytes;
  bytes.fill(0xa5, middle, middle + 2 * pageBytes);
  writeFileSync(path, bytes);
  const [damage] = (await faultsOf(data)).filter(({ what }) => what === "jobs");
  assert.match(damage!.found, /tau\.db is damaged/);
  assert.match(damage!.cure!, /tau doctor --repair/);
  const lines = await repair(configOf(data));
  assert.match(lines[0]!, /^jobs: \d+ taken over into a new tau\.db/);
  assert.ok(readdirSync(data).some((name) => name.startsWith("tau.db.damaged-")));
  assert.deepEqual(await faultsOf(data), []);
  const { database, store, queue } = openQueue(data);
  const kept = ids.filter((id) => store.get(id) !== undefined);
  assert.ok(kept.length > 200, `${kept.length} of ${ids.length} jobs`);
  assert.ok((await queue.list({ limit: 100, q: "bird" })).jobs.length > 0, "the index of texts is whole");
  await database.close();
});

it("tau doctor --repair leaves out jobs that no version knows, and moves damaged images away", async () => {
  const { data, ids } = await makeData("strange", 3);
  const database = openJobDatabase(data);
  database.run("UPDATE job SET body = json_set(body, '$.state', 'dreaming') WHERE id = ?", ids[1]!);
  await database.close();
  const results = await ResultStore.open(join(data, "results"));
  const digest = await results.put(new Uint8Array(100));
  truncateSync(join(data, "results", digest), 50);
  assert.deepEqual((await faultsOf(data)).map(({ what }) => what).sort(), ["jobs", "results"]);
  const lines = await repair(configOf(data));
  assert.match(lines.join("\n"), /3 taken over.*\n.*1 left out.*unreadable-jobs-\d+\.jsonl\n.*is now .*\.damaged/);
  const leftOut = readdirSync(data).find((name) => name.endsWith(".jsonl"))!;
  assert.equal(JSON.parse(readFileSync(join(data, leftOut), "utf8")).id, ids[1]);
  assert.deepEqual(await faultsOf(data), []);
});
