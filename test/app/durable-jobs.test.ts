/** What was acknowledged outlives the server: killed, stopped, or with the power cut while it wrote. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import type { GenerationList } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { type Served, serveProcess } from "./serve-process.ts";

const long = 60_000;
const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tau-durable-"));
  folders.push(folder);
  return folder;
}

/** Every job ends done, is listed once, has its images whole, and no file has no job. */
async function requireAllDone(server: Served, dataDir: string, ids: readonly string[]): Promise<void> {
  const digests = new Set<string>();
  for (const id of ids) {
    const { images } = await server.until(id, ({ state }) => state === "done");
    assert.deepEqual(
      images.map(({ index }) => index),
      [0, 1],
    );
    for (const { path, sha256 } of images) {
      const bytes = new Uint8Array(await (await server.ask(path)).arrayBuffer());
      assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
      digests.add(sha256);
    }
  }
  const { generations } = (await (await server.ask("/v1/generations?limit=100")).json()) as GenerationList;
  assert.deepEqual(generations.map(({ id }) => id).reverse(), ids);
  assert.deepEqual(new Set(await readdir(join(dataDir, "results"))), digests);
}

it("kill -9 with eight running and twenty waiting jobs: after the restart all are there and end done, once", async () => {
  const dataDir = await makeFolder();
  const keys = Array.from({ length: limits.jobsParallelMax + 20 }, (_, index) => `key-${index}`);
  const first = await serveProcess(dataDir, long);
  const ids: string[] = [];
  for (const key of keys) ids.push((await first.start("bird", key)).id);
  await first.until(ids[0]!, ({ state }) => state === "running");
  await first.end("SIGKILL");
  const second = await serveProcess(dataDir, 0);
  const replayed = await second.start("bird", keys[3]!);
  assert.equal(replayed.id, ids[3]);
  await requireAllDone(second, dataDir, ids);
  await second.end("SIGTERM");
  assert.equal(second.child.exitCode, 0);
});

it("SIGTERM with jobs that take longer than the grace: they go on after the next start", async () => {
  const dataDir = await makeFolder();
  const first = await serveProcess(dataDir, long, 500);
  const ids: string[] = [];
  for (let index = 0; index < limits.jobsParallelMax + 4; index++) ids.push((await first.start("bird", `${index}`)).id);
  await first.until(ids[0]!, ({ state }) => state === "running");
  await first.end("SIGTERM");
  assert.equal(first.child.exitCode, 0);
  const second = await serveProcess(dataDir, 0);
  await requireAllDone(second, dataDir, ids);
  await second.end("SIGTERM");
});

it("kill -9 at any moment while jobs end: none is lost, listed twice or half", async () => {
  const dataDir = await makeFolder();
  const ids: string[] = [];
  for (let round = 0; round < 3; round++) {
    const server = await serveProcess(dataDir, 0);
    const burst = Array.from({ length: 12 }, (_, index) => server.start("bird", `${round}-${index}`));
    for (const { status, value } of (await Promise.allSettled(burst)) as PromiseFulfilledResult<{ id: string }>[])
      if (status === "fulfilled") ids.push(value.id);
    await server.until(ids.at(-12 + 3 * round)!, ({ state }) => state !== "queued");
    await server.end("SIGKILL");
  }
  const last = await serveProcess(dataDir, 0);
  await requireAllDone(last, dataDir, ids.sort());
  await last.end("SIGTERM");
});
