/** One or two HTTP processes, a queue server and workers in data folders of their own: what one does the others finish. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { readConfig } from "../../server/app/config.ts";
import { type HttpProcess, serveHttp } from "../../server/app/many/serve-http.ts";
import { encodePng } from "../../server/images/codec.ts";
import { DrawingsSchema } from "../../shared/contract/generations/drawings.ts";
import type { Generation, GenerationList } from "../../shared/contract/generations/generation.ts";
import type { Inversion } from "../../shared/contract/generations/inversion.ts";
import type { WorkerList } from "../../shared/contract/workers.ts";
import { limits } from "../../shared/limits.ts";
import type { Problem } from "../../shared/problem.ts";
import { testProgram } from "../fixtures/processes/test-program.ts";
import { untilExit } from "../fixtures/until-exit.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "../jobs/queue-server.ts";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
const long = 60_000;

describe("many machines", { skip: withoutQueueServer }, () => {
  let home: string;
  let queueServer: QueueServer;
  let env: Record<string, string>;
  const servers: HttpProcess[] = [];
  const workers: ChildProcess[] = [];
  const metricsPorts: string[] = [];

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "tau-many-"));
    queueServer = await startQueueServer(true);
    const store = pathToFileURL(join(home, "store")).href;
    // What waits here asks many times a minute.
    env = { TAU_QUEUE_URL: queueServer.url, TAU_STORE_URL: store, TAU_REQUESTS_PER_MINUTE: "999999" };
    for (const data of ["http-1", "http-2"]) {
      const config = readConfig({ port: "0", data: join(home, data) }, env);
      servers.push(await serveHttp({ ...config, shared: config.shared! }, { log: silent, readinessKeptMs: 50 }));
    }
  });
  after(async () => {
    for (const worker of workers) await untilExit(worker, "SIGKILL");
    await Promise.all(servers.map((server) => server.stop()));
    await queueServer.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** @param imageMs how long after its start it holds images back */
  async function startWorker(name: string, imageMs = 0): Promise<ChildProcess> {
    const args = [...testProgram("app/work-small"), "--data", join(home, name)];
    const options = {
      ...process.env,
      ...env,
      TAU_LOG_LEVEL: "info",
      TAU_METRICS_PORT: "0",
      TAU_TEST_IMAGE_MS: String(imageMs),
    };
    const child = spawn(process.execPath, args, { env: options, stdio: ["ignore", "ignore", "pipe"] });
    workers.push(child);
    let text = "";
    child.stderr.on("data", (data) => (text += String(data)));
    await waitUntil("a worker", () => text.includes("inference is ready") || child.exitCode !== null);
    assert.equal(child.exitCode, null, text);
    metricsPorts.push(/"port":(\d+),"msg":"metrics are served"/.exec(text)![1]!);
    return child;
  }
  const ask = (index: number, path: string, init: RequestInit = {}): Promise<Response> => {
    const { port, token } = servers[index]!;
    const headers = { Authorization: `Bearer ${token.value}`, "Content-Type": "application/json", ...init.headers };
    return fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
  };
  async function start(caption: string, key: string): Promise<Generation> {
    const body = JSON.stringify({ condition: { caption }, count: 2 });
    const response = await ask(0, "/v1/generations", { method: "POST", headers: { "Idempotency-Key": key }, body });
    assert.equal(response.status, 202, await response.clone().text());
    return (await response.json()) as Generation;
  }
  /** Waits for a server that has not found the queue server again yet. */
  async function read(index: number, id: string): Promise<Generation> {
    for (let turn = 0; ; turn++) {
      const response = await ask(index, `/v1/generations/${id}`);
      const text = await response.text();
      if (response.ok) return JSON.parse(text) as Generation;
      assert.ok(response.status === 503 && turn < 200, text);
      await sleep(50);
    }
  }
  async function until(id: string, isIt: (generation: Generation) => boolean): Promise<Generation> {
    let [generation, turn] = [await read(0, id), 0];
    await waitUntil(`a generation as wanted by ${isIt}`, async () => {
      generation = await read(turn++ % 2, id);
      return isIt(generation);
    });
    return generation;
  }
  /** What `/readyz` says once it answers with this status. */
  async function readiness(status: number): Promise<string> {
    let text = "";
    await waitUntil(`/readyz with ${status}`, async () => {
      const response = await fetch(`http://127.0.0.1:${servers[0]!.port}/readyz`);
      text = await response.text();
      return response.status === status;
    });
    return text;
  }
  const workersSeen = async () => ((await (await ask(0, "/v1/workers")).json()) as WorkerList).workers;
  /** Event ids and states of a stream, to its end. */
  async function follow(index: number, id: string, lastEventId?: string) {
    const headers: Record<string, string> = lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId };
    const text = await (await ask(index, `/v1/generations/${id}/events`, { headers })).text();
    return [...text.matchAll(/id: (\d+)\nevent: generation\ndata: (.*)/g)].map(([, revision, data]) => ({
      revision: Number(revision),
      body: JSON.parse(data!) as Generation,
    }));
  }

  it("refuses work while no worker was ever there, and says so", async () => {
    const health = await fetch(`http://127.0.0.1:${servers[0]!.port}/readyz`);
    assert.equal(health.status, 503);
    assert.match(((await health.json()) as { detail: string }).detail, /no worker/);
    const body = JSON.stringify({ condition: { caption: "bird" } });
    assert.equal((await ask(0, "/v1/generations", { method: "POST", body })).status, 503);
  });

  it("a worker that can't start ends, and names a metrics port that is taken", async () => {
    await mkdir(join(home, "no-trainings"));
    await writeFile(join(home, "no-trainings", "trainings"), "");
    const results = await Promise.all(
      [
        { data: "no-metrics", TAU_METRICS_PORT: String(servers[0]!.port) },
        { data: "no-store", TAU_STORE_URL: "file:///dev/null/store" },
        { data: "no-trainings" },
      ].map(async ({ data, ...wrong }) => {
        const args = [...testProgram("app/work-small"), "--data", join(home, data)];
        const options = { ...process.env, ...env, ...wrong };
        const child = spawn(process.execPath, args, { env: options, stdio: ["ignore", "ignore", "pipe"] });
        workers.push(child);
        let text = "";
        child.stderr.on("data", (data) => (text += String(data)));
        await waitUntil(`the end of a worker with ${data}`, () => child.exitCode !== null);
        return { code: child.exitCode, text, isLocked: existsSync(join(home, data, "lock")) };
      }),
    );
    assert.deepEqual(
      results.map(({ code, isLocked }) => [code, isLocked]),
      [1, 1, 1].map((code) => [code, false]),
    );
    assert.match(results[0]!.text, /port_in_use: TAU_METRICS_PORT: expected a free port/);
    assert.doesNotMatch(results[0]!.text, /plugin/);
    workers.length = 0;
  });

  it("two workers in two data folders draw for two servers; either server reads what the other accepted", async () => {
    await Promise.all([startWorker("worker-1"), startWorker("worker-2")]);
    await waitUntil("two workers", async () => (await workersSeen()).filter(({ isLive }) => isLive).length === 2);
    const ready = `http://127.0.0.1:${servers[1]!.port}/readyz`;
    await waitUntil("a server that is ready", async () => (await fetch(ready)).status === 200);
    const meta = (await (await ask(1, "/v1/meta")).json()) as { packs: { id: string }[]; provider: string };
    assert.deepEqual([meta.packs.map(({ id }) => id), meta.provider], [["icons"], "cpu"]);
    const requested = await Promise.all(Array.from({ length: 12 }, (_, index) => start("bird", `pair-${index}`)));
    for (const { id } of requested) {
      const { state, images } = await until(id, ({ state }) => state !== "queued" && state !== "running");
      assert.deepEqual([state, images.length], ["done", 2]);
    }
    const png = await ask(1, `/v1/generations/${requested[0]!.id}/images/0.png`);
    assert.deepEqual([png.status, png.headers.get("content-type")], [200, "image/png"]);
    assert.equal((await start("bird", "pair-3")).id, requested[3]!.id);
    const endedAt = async (port: string): Promise<number> => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return Number(/^tau_jobs_total\{state="done"\} (\d+)$/m.exec(text)?.[1] ?? 0);
    };
    // A worker counts a job a moment after others see its end.
    await waitUntil("each job counted", async () => {
      const [one = 0, other = 0] = await Promise.all(metricsPorts.map(endedAt));
      assert.ok(one + other <= requested.length);
      return one + other === requested.length;
    });
    assert.equal((await fetch(`http://127.0.0.1:${metricsPorts[0]}/v1/generations`)).status, 404);
  });

  it("is not ready while the store of files takes no writes", async () => {
    const uploads = join(home, "store", "uploads");
    await rename(uploads, `${uploads}-away`);
    const gone = await readiness(503);
    assert.match(gone, /the store of files takes no writes/);
    await rename(`${uploads}-away`, uploads);
    await readiness(200);
  });

  it("inverts an upload and draws a family through a worker, within one request", async () => {
    const png = await encodePng(new Uint8Array(16 * 16 * 4).fill(200), 16, 16);
    const upload = await ask(0, "/v1/images", {
      method: "POST",
      headers: { "Content-Type": "image/png" },
      body: png as Uint8Array<ArrayBuffer>,
    });
    const { digest } = (await upload.json()) as { digest: string };
    const body = JSON.stringify({ image: digest, condition: { caption: "bird" } });
    const inversion = await ask(1, "/v1/inversions", { method: "POST", body });
    assert.equal(inversion.status, 200, await inversion.clone().text());
    assert.ok(((await inversion.json()) as Inversion).latent.length > 0);
    const family = await ask(1, "/v1/families", {
      method: "POST",
      body: JSON.stringify({ names: ["bird", "fish"], format: "png" }),
    });
    assert.equal(family.status, 200, await family.clone().text());
    assert.equal(((await family.json()) as { members: unknown[] }).members.length, 2);
    const remove = () => ask(1, `/v1/images/${digest}`, { method: "DELETE" });
    assert.deepEqual([(await remove()).status, (await remove()).status], [204, 404]);
    const refused = await ask(0, "/v1/inversions", { method: "POST", body });
    assert.equal(((await refused.json()) as Problem).code, "image_unknown");
  });

  it("lists the drawings of a caption through a worker, at any server, and says what the worker refuses", async () => {
    const list = (server: number, caption: string, count: number): Promise<Response> => {
      const body = JSON.stringify({ translation: "caption", condition: { caption }, count });
      return ask(server, "/v1/drawings", { method: "POST", body });
    };
    const found = await Promise.all([0, 1].map((server) => list(server, "bird", limits.drawingsMax)));
    for (const response of found) {
      assert.equal(response.status, 200, await response.clone().text());
      const { drawings, request, packDigest } = DrawingsSchema.parse(await response.json());
      assert.equal(drawings.length, limits.drawingsMax);
      assert.deepEqual([drawings[47]?.id, request.condition.caption], ["set-47:bird", "bird"]);
      assert.match(packDigest, /^[0-9a-f]{64}$/);
    }
    const refused = await list(0, "zorgle", 1);
    const { code, field } = (await refused.json()) as { code: string; field: string };
    assert.deepEqual([refused.status, code, field], [422, "caption_unknown", "condition.caption"]);
    const gone = new AbortController();
    const left = list(1, "bird", 1);
    const leaving = ask(1, "/v1/drawings", {
      ...{ method: "POST", signal: gone.signal },
      body: JSON.stringify({ translation: "caption", condition: { caption: "bird" } }),
    });
    gone.abort();
    await assert.rejects(leaving, /abort/i);
    assert.equal((await left).status, 200, "who goes away takes nothing from others");
  });

  it("a worker killed in the middle of eight jobs: another one ends each of them once, and who follows sees it", async () => {
    await Promise.all(workers.splice(0).map((worker) => untilExit(worker, "SIGTERM")));
    const lost = await startWorker("worker-1", long);
    const requested = await Promise.all(Array.from({ length: 10 }, (_, index) => start("fish", `lost-${index}`)));
    const { id } = requested[0]!;
    const running = await until(id, ({ state }) => state === "running");
    assert.equal(running.progress.position, undefined);
    const following = follow(1, id);
    await startWorker("worker-2");
    await untilExit(lost, "SIGKILL");
    for (const { id: each } of requested)
      assert.equal((await until(each, ({ state }) => state === "done")).images.length, 2);
    const seen = await following;
    assert.equal(seen.at(-1)!.body.state, "done");
    assert.ok(seen.every(({ revision }, index) => index === 0 || revision > seen[index - 1]!.revision));
    const { generations } = (await (await ask(0, "/v1/generations?limit=100")).json()) as GenerationList;
    const ids = generations.map((generation) => generation.id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { id: each } of requested) assert.ok(ids.includes(each));
  });

  // Goal C4.
  it("a stream goes on at another server where the first one ended", async () => {
    const { id } = await start("boat", "stream");
    await until(id, ({ state }) => state === "done");
    const all = await follow(0, id);
    const { revision } = all.at(-1)!;
    const again = await follow(1, id, String(revision - 1));
    assert.deepEqual(
      again.map(({ body }) => body.state),
      ["done"],
    );
    assert.equal(again[0]!.revision, revision);
  });

  it("the queue server killed and started again: requests fail at once, and what was accepted goes on", async () => {
    const { id } = await start("lamp", "away");
    await until(id, ({ state }) => state === "done");
    await untilExit(queueServer.child, "SIGKILL");
    const body = JSON.stringify({ condition: { caption: "lamp" } });
    const refused = await ask(0, "/v1/generations", { method: "POST", body });
    assert.equal(refused.status, 503);
    assert.equal(((await refused.json()) as { code: string }).code, "queue_unavailable");
    assert.match(await readiness(503), /the queue server/);
    await queueServer.restart();
    let status = 503;
    for (let turn = 0; turn < 300 && status !== 202; turn++) {
      await sleep(50);
      status = (await ask(0, "/v1/generations", { method: "POST", headers: { "Idempotency-Key": "back" }, body }))
        .status;
    }
    const back = await start("lamp", "back").catch(() => undefined);
    assert.equal(status, 202);
    assert.equal((await read(1, id)).state, "done");
    if (back) await until(back.id, ({ state }) => state === "done");
  });

  it("a job whose pack no worker has any more ends after a while, and what a client waits for is refused at once", async () => {
    const { id } = await start("bird", "before");
    await until(id, ({ state }) => state === "done");
    await Promise.all(workers.splice(0).map((worker) => untilExit(worker, "SIGTERM")));
    const countsOf = async (server: number): Promise<string> => (await ask(server, "/metrics")).text();
    const { id: unwanted } = await start("bird", "unwanted");
    assert.equal((await ask(0, `/v1/generations/${unwanted}`, { method: "DELETE" })).status, 200);
    assert.match(await countsOf(0), /^tau_jobs_total\{state="cancelled"\} 1$/m);
    const config = readConfig({ port: "0", data: join(home, "http-3") }, env);
    const parts = { log: silent, workerAwaitMs: 400 };
    const last = servers.push(await serveHttp({ ...config, shared: config.shared! }, parts)) - 1;
    const { id: left } = await start("bird", "nobody");
    const ended = await until(left, ({ state }) => state !== "queued");
    assert.deepEqual([ended.state, ended.problem?.code], ["failed", "pack_unavailable"]);
    const failures = /^tau_failures_total\{kind="generation",code="pack_unavailable"\} 1$/m;
    await waitUntil("the failure in the metrics", async () => failures.test(await countsOf(last)));
    const body = JSON.stringify({ names: ["bird", "fish"], format: "png" });
    const refused = await ask(last, "/v1/families", { method: "POST", body });
    assert.equal(refused.status, 503, await refused.clone().text());
    assert.equal(((await refused.json()) as { code: string }).code, "pack_unavailable");
    const asked = JSON.stringify({ translation: "caption", condition: { caption: "bird" } });
    const unlisted = await ask(last, "/v1/drawings", { method: "POST", body: asked });
    assert.deepEqual([unlisted.status, ((await unlisted.json()) as { code: string }).code], [503, "pack_unavailable"]);
  });
});
