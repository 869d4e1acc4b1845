/**
 * Two workers with the packs that ship: one trains a style of icons that they drew, the other fetches the pack while it runs and
 * draws with it when the first is gone. Minutes on a quiet machine, so it runs where TAU_FULL_SIZE is `packs` or `all`.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { pathToFileURL } from "node:url";
import { readConfig } from "../../server/app/config.ts";
import { type HttpProcess, serveHttp } from "../../server/app/many/serve-http.ts";
import { readManifest } from "../../server/manifest/read-manifest.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { MetaSchema } from "../../shared/contract/meta.ts";
import type { WorkerList } from "../../shared/contract/workers.ts";
import { limits } from "../../shared/limits.ts";
import { cliProgram } from "../fixtures/processes/programs.ts";
import type { TinyExample } from "../fixtures/tiny-examples.ts";
import { untilExit } from "../fixtures/until-exit.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { createTrainingClient, type TrainingClient } from "../http/trainings/training-server.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "../jobs/queue-server.ts";

const wanted = (process.env["TAU_FULL_SIZE"] ?? "").split(",");
const isWanted = wanted.includes("all") || wanted.includes("packs");
const skip = (!isWanted && "set TAU_FULL_SIZE=packs or =all to run it") || withoutQueueServer;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
const captions = ["red apple", "blue house", "green fish", "yellow flower"];
/** Images of each, so that there are as many as a training needs. */
const each = limits.examplesMin / captions.length;

let home = "";
let queueServer: QueueServer | undefined;
let server: HttpProcess | undefined;
const workers: ChildProcess[] = [];
after(async () => {
  for (const child of workers) await untilExit(child, "SIGKILL");
  await server?.stop();
  await queueServer?.stop();
  if (home) await rm(home, { recursive: true, force: true });
});

async function startWorker(name: string, kinds: string, env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const args = [cliProgram, "worker", "--data", join(home, name), "--provider", "cpu", "--kinds", kinds];
  const options = { ...process.env, ...env, TAU_LOG_LEVEL: "info", TAU_THREADS: "1" };
  const child = spawn(process.execPath, args, { env: options, stdio: ["ignore", "ignore", "pipe"] });
  workers.push(child);
  let text = "";
  child.stderr.on("data", (part) => (text += String(part)));
  await waitUntil("a worker", () => text.includes("inference is ready") || child.exitCode !== null);
  assert.equal(child.exitCode, null, text);
  return child;
}

async function draw({ ask }: TrainingClient, asked: object): Promise<Generation> {
  const body = JSON.stringify({ count: 1, ...asked });
  const { id } = (await (await ask("/v1/generations", { method: "POST", body })).json()) as Generation;
  await (await ask(`/v1/generations/${id}/events`)).text();
  return (await (await ask(`/v1/generations/${id}`)).json()) as Generation;
}

it("a style that one worker trained on a pack that ships is drawn by another, which fetched it", {
  skip,
}, async (t) => {
  const began = performance.now();
  const at = (what: string): void => t.diagnostic(`${((performance.now() - began) / 1000).toFixed(0)} s: ${what}`);
  home = await mkdtemp(join(tmpdir(), "tau-real-packs-"));
  queueServer = await startQueueServer(true);
  const env = { TAU_QUEUE_URL: queueServer.url, TAU_STORE_URL: pathToFileURL(join(home, "store")).href };
  const config = readConfig({ port: "0", data: join(home, "http") }, env);
  server = await serveHttp({ ...config, shared: config.shared! }, { log: silent });
  const client = createTrainingClient(server.port, server.token.value);
  const first = await startWorker("one", "generations,trainings", env);
  await startWorker("two", "generations", env);
  const packs = async () => MetaSchema.parse(await (await client.ask("/v1/meta")).json()).packs.map(({ id }) => id);
  await waitUntil("pack icons", async () => (await packs()).includes("icons"));
  at(`two workers, packs ${(await packs()).join(", ")}`);

  const examples: TinyExample[] = [];
  for (const [seed, caption] of captions.entries()) {
    const { images } = await draw(client, { condition: { caption }, count: each, seed: 100 * seed });
    for (const { path } of images)
      examples.push({ png: new Uint8Array(await (await client.ask(path)).arrayBuffer()), captions: [caption] });
  }
  at(`${examples.length} icons drawn`);
  const settings = { steps: 20, patience: 1 };
  const asked = { name: "mine", examples: await client.upload(examples), isForced: true, settings };
  const { id } = await client.train(asked);
  const { state, problem, result } = (await client.follow(id)).at(-1)!;
  assert.equal(state, "done", JSON.stringify(problem));
  at(`pack mine ${result!.pack!.version} trained`);

  const fetched = join(home, "two", "packs", "mine");
  await waitUntil("a pack that is fetched", () => existsSync(fetched));
  assert.equal((await readManifest(fetched)).digest, result!.pack!.digest);
  const serving = async () => ((await (await client.ask("/v1/workers")).json()) as WorkerList).workers;
  const digest = result!.pack!.digest;
  const serve = async () => (await serving()).filter(({ packs }) => packs.some((pack) => pack.digest === digest));
  await waitUntil("two workers that serve it", async () => (await serve()).length === 2);
  at("the other worker has it, and serves it");
  await untilExit(first, "SIGTERM");
  const answer = await draw(client, { translation: "mine", condition: { caption: "red house" }, seed: 5 });
  assert.deepEqual([answer.state, answer.packDigest], ["done", result!.pack!.digest], JSON.stringify(answer.problem));
  at("and draws with it, alone");
  const into = process.env["TAU_PICTURES"];
  if (into === undefined) return;
  const png = await (await client.ask(answer.images[0]!.path)).arrayBuffer();
  await writeFile(join(into, "shared-real-packs.png"), new Uint8Array(png));
});
