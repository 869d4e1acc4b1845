/** The data folder outlives mistakes: a second server on it, a record from another version, a server that was killed. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { readConfig } from "../../server/app/config.ts";
import { startServer } from "../../server/app/main.ts";
import { openJobDatabase } from "../../server/jobs/local/job-schema.ts";
import { type Generation, GenerationSchema } from "../../shared/contract/generations/generation.ts";
import { type Upscale, UpscaleSchema } from "../../shared/contract/upscaling.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { smallCatalogue } from "../http/harness.ts";
import { greyPng } from "../http/images.ts";
import { SmallInference } from "../http/small-inference.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const start = (data: string, port = 0) =>
  startServer(
    { ...readConfig({ data }, {}), port },
    { inference: new SmallInference(), catalogue: smallCatalogue, log: silent, shutdownGraceMs: 500 },
  );

type Server = Awaited<ReturnType<typeof start>>;
const ask = ({ port, token }: Server, path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${token.value}`, "Content-Type": "application/json", ...init.headers },
  });

async function make(server: Server): Promise<Generation> {
  const body = JSON.stringify({ condition: { caption: "bird" }, count: 3 });
  const { id } = (await (await ask(server, "/v1/generations", { method: "POST", body })).json()) as Generation;
  await (await ask(server, `/v1/generations/${id}/events`)).text();
  return GenerationSchema.parse(await (await ask(server, `/v1/generations/${id}`)).json());
}

it("a second server on the same folder is refused, and the first one's images stay", async () => {
  const folder = temporaryFolder("data");
  const first = await start(folder);
  const { images } = await make(first);
  await assert.rejects(start(folder, first.port), { code: "port_in_use" });
  await assert.rejects(start(folder), { code: "config_invalid", message: /in use by process \d+; stop it, or choose/ });
  for (const { path } of images) assert.equal((await ask(first, path)).status, 200);
  await first.stop();
  const next = await start(folder);
  for (const { path } of images) assert.equal((await ask(next, path)).status, 200);
  await next.stop();
});

it("upscales are kept in folders of their own, and found again after a restart", async () => {
  const folder = temporaryFolder("data");
  const first = await start(folder);
  const headers = { "Content-Type": "image/png" };
  const upload = await ask(first, "/v1/images", { method: "POST", headers, body: greyPng(16) as BodyInit });
  const { digest } = (await upload.json()) as { digest: string };
  const body = JSON.stringify({ image: digest, scale: 2 });
  const { id } = (await (await ask(first, "/v1/upscales", { method: "POST", body })).json()) as Upscale;
  await (await ask(first, `/v1/upscales/${id}/events`)).text();
  const done = UpscaleSchema.parse(await (await ask(first, `/v1/upscales/${id}`)).json());
  assert.equal(done.state, "done");
  await first.stop();
  assert.deepEqual(await readdir(join(folder, "upscaled")), [done.images[0]!.sha256]);
  const next = await start(folder);
  assert.deepEqual(await (await ask(next, `/v1/upscales/${id}`)).json(), done);
  assert.equal((await ask(next, done.images[0]!.path)).status, 200);
  await next.stop();
});

it("the lock of a server that was killed is taken over", async () => {
  const folder = temporaryFolder("data");
  await writeFile(join(folder, "lock"), "999999999");
  const server = await start(folder);
  assert.match(await readFile(join(folder, "lock"), "utf8"), new RegExp(`^${process.pid}\\b`));
  await server.stop();
  assert.ok(!(await readdir(folder)).includes("lock"));
});

/** A data folder as version 0.2.0 left it. */
async function formerFolder() {
  const folder = temporaryFolder("data");
  const text = await readFile(join(import.meta.dirname, "../fixtures/generation-0.2.0.json"), "utf8");
  const { generation, idempotency } = JSON.parse(text);
  const file = join(folder, "generations", `${generation.id}.json`);
  await mkdir(join(folder, "generations"));
  await mkdir(join(folder, "results"));
  await writeFile(file, text);
  // The fixture's digest names no picture: only its name counts here.
  await writeFile(join(folder, "results", generation.images[0].sha256), "");
  return { folder, file, generation, idempotency };
}

it("the jobs of an earlier version are taken over at the first start, with their keys, once", async () => {
  const { folder, file, generation, idempotency } = await formerFolder();
  for (let round = 0; round < 2; round++) {
    const server = await start(folder);
    const taken = GenerationSchema.parse(await (await ask(server, `/v1/generations/${generation.id}`)).json());
    assert.equal(taken.request.condition.caption, "red bird");
    assert.deepEqual([taken.images, taken.finishedAt], [generation.images, generation.finishedAt]);
    const found = await (await ask(server, "/v1/generations?q=bird")).json();
    assert.equal((found as { generations: Generation[] }).generations.length, 1);
    const headers = { "Idempotency-Key": idempotency.key };
    const body = JSON.stringify({ condition: { caption: "another" } });
    assert.equal((await ask(server, "/v1/generations", { method: "POST", headers, body })).status, 422);
    await server.stop();
    assert.ok(!existsSync(file));
    assert.deepEqual(await readdir(join(folder, "results")), [generation.images[0].sha256]);
  }
});

it("a record of an earlier version that can't be read stays, and costs no image", async () => {
  const { folder, file } = await formerFolder();
  const before = await readdir(join(folder, "results"));
  await writeFile(file, '{"format":99}');
  await (await start(folder)).stop();
  assert.equal(await readFile(file, "utf8"), '{"format":99}');
  assert.deepEqual(await readdir(join(folder, "results")), before);
});

it("a file of a later version is refused, and stays as it is", async () => {
  const folder = temporaryFolder("data");
  await (await start(folder)).stop();
  const database = openJobDatabase(folder);
  database.run("PRAGMA user_version = 1000");
  await database.close();
  await assert.rejects(start(folder), { code: "config_invalid", message: /tau\.db: expected .* older, got .* 1000/ });
});

it("a HEAD for events ends at once, and twelve streams at once warn of nothing", async () => {
  const server = await start(temporaryFolder("data"));
  const { id } = await make(server);
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", onWarning);
  const head = await ask(server, `/v1/generations/${id}/events`, { method: "HEAD" });
  assert.equal(head.headers.get("content-type"), "text/event-stream");
  assert.equal(await head.text(), "");
  await Promise.all(Array.from({ length: 12 }, async () => (await ask(server, `/v1/generations/${id}/events`)).text()));
  process.off("warning", onWarning);
  assert.deepEqual(warnings, []);
  await server.stop();
});

it("reading images and cancelling spend nothing of the rate limit", async () => {
  const folder = temporaryFolder("data");
  const limited = await startServer(
    { ...readConfig({ data: folder }, {}), port: 0, requestsPerMinute: 3 },
    { inference: new SmallInference(), catalogue: smallCatalogue, log: silent, shutdownGraceMs: 500 },
  );
  const { id, images } = await make(limited);
  for (let round = 0; round < 10; round += 1) assert.equal((await ask(limited, images[0]!.path)).status, 200);
  assert.equal((await ask(limited, `/v1/generations/${id}`, { method: "DELETE" })).status, 204);
  await limited.stop();
});

it("a file in the place of the data folder is refused in words that name it and the flag", async () => {
  const path = join(temporaryFolder("data"), "a-file");
  await writeFile(path, "");
  await assert.rejects(start(path), {
    code: "config_invalid",
    message: `data folder: expected a folder that can be made, got "${path}"; choose another with --data or TAU_DATA`,
  });
});
