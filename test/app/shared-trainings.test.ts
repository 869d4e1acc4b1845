/** A training whose worker is killed goes on at another worker from its checkpoint, and what it made is every worker's. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { readConfig } from "../../server/app/config.ts";
import { type HttpProcess, serveHttp } from "../../server/app/many/serve-http.ts";
import { readManifest } from "../../server/manifest/read-manifest.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { MetaSchema } from "../../shared/contract/meta.ts";
import type { Training } from "../../shared/contract/training.ts";
import { testProgram } from "../fixtures/processes/test-program.ts";
import { tinyExamples } from "../fixtures/tiny-examples.ts";
import { untilExit } from "../fixtures/until-exit.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import {
  createTrainingClient,
  makeHome,
  type TrainingClient,
  tinyTraining,
} from "../http/trainings/training-server.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "../jobs/queue-server.ts";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
/** Six evaluations. */
const longTraining = { ...tinyTraining, settings: { ...tinyTraining.settings, steps: 500 } };
const isTraining = ({ progress }: Training): boolean => progress.stage === "training" && progress.completed > 0;

interface WorkerOf {
  readonly child: ChildProcess;
  readonly data: string;
  output(): string;
}

describe("trainings of many machines", { skip: withoutQueueServer }, () => {
  let home: Awaited<ReturnType<typeof makeHome>>;
  let queueServer: QueueServer;
  let server: HttpProcess;
  let client: TrainingClient;
  let env: Record<string, string>;
  const workers: WorkerOf[] = [];

  before(async () => {
    home = await makeHome();
    queueServer = await startQueueServer(true);
    env = { TAU_QUEUE_URL: queueServer.url, TAU_STORE_URL: pathToFileURL(join(home.home, "store")).href };
    const config = readConfig({ port: "0", data: join(home.home, "http") }, env);
    server = await serveHttp({ ...config, shared: config.shared! }, { log: silent });
    client = createTrainingClient(server.port, server.token.value);
    await Promise.all([startWorker("worker-1"), startWorker("worker-2")]);
    await waitUntil("the tiny pack", async () => (await packsOffered()).includes("tiny"));
  });
  after(async () => {
    for (const { child } of workers) await untilExit(child, "SIGKILL");
    await server?.stop();
    await queueServer?.stop();
    await rm(home.home, { recursive: true, force: true });
  });

  const packsOffered = async (): Promise<string[]> =>
    MetaSchema.parse(await (await client.ask("/v1/meta")).json()).packs.map(({ id }) => id);
  async function startWorker(name: string): Promise<WorkerOf> {
    const data = join(home.home, name);
    const args = [...testProgram("app/work-trainings"), "--data", data, "--packs", home.packs, "--provider", "cpu"];
    const options = { ...process.env, ...env, TAU_LOG_LEVEL: "info", TAU_THREADS: "1" };
    const child = spawn(process.execPath, args, { env: options, stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr.on("data", (part) => (text += String(part)));
    const worker = { child, data, output: () => text };
    workers.push(worker);
    await waitUntil("a worker", () => text.includes("inference is ready") || child.exitCode !== null);
    assert.equal(child.exitCode, null, text);
    return worker;
  }
  const flowOf = async (data: string, name: string): Promise<string> => {
    const { manifest } = await readManifest(join(data, "packs", name));
    return manifest.files.find(({ path }) => path === manifest.translations[0]!.flow)!.sha256;
  };

  it("a training whose worker is killed goes on at another from its checkpoint, to the flow of an unbroken one", async (t) => {
    const examples = await client.upload(await tinyExamples(24));
    const { id } = await client.train({ ...longTraining, examples });
    const isKept = (): boolean =>
      readdirSync(join(home.home, "store", "checkpoints"), { recursive: true, withFileTypes: true }).some((entry) =>
        entry.isFile(),
      );
    let killed: WorkerOf | undefined;
    let keptAt: number | undefined;
    const steps: number[] = [];
    const events = await client.follow(id, (event) => {
      if (!isTraining(event)) return;
      steps.push(event.progress.completed);
      if (isKept()) keptAt ??= event.progress.completed;
      // The file is there a moment before it is known whose it is.
      if (killed || keptAt === undefined || event.progress.completed < keptAt + 50) return;
      killed = workers.find(({ output }) => output().includes("a training child started"))!;
      killed.child.kill("SIGKILL");
    });
    const done = events.at(-1)!;
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    // It stops when held-out images stop gaining, which takes a quick machine hardly a second.
    if (!killed) return t.skip("the training ended before its checkpoint was kept");
    const other = workers.find((worker) => worker !== killed)!;
    assert.match(other.output(), /a training goes on from its checkpoint/);
    // Anew it would report the first steps a second time.
    assert.ok(steps.filter((step) => step > 0 && step <= 25).length <= 1, steps.join(", "));
    // A moment after its end.
    await waitUntil("no folder", async () => (await readdir(join(other.data, "trainings"))).length === 0);

    const unbroken = await client.train({ ...longTraining, name: "other", examples });
    const last = (await client.follow(unbroken.id)).at(-1)!;
    assert.equal(last.state, "done", JSON.stringify(last.problem));
    assert.equal(await flowOf(other.data, "mine"), await flowOf(other.data, "other"));
  });

  it("a pack that one worker trained is drawn with by another, which fetched it", async () => {
    const trained = workers.find(
      ({ child, data }) =>
        child.exitCode === null &&
        child.signalCode === null &&
        existsSync(join(data, "packs", "mine", "manifest.json")),
    )!;
    const fresh = await startWorker("worker-3");
    const { digest } = await readManifest(join(trained.data, "packs", "mine"));
    assert.equal((await readManifest(join(fresh.data, "packs", "mine"))).digest, digest);
    await untilExit(trained.child, "SIGTERM");
    await waitUntil("the new pack", async () => (await packsOffered()).includes("mine"));
    const body = JSON.stringify({ translation: "mine", condition: { caption: "red block a" }, count: 1, seed: 5 });
    const { id } = (await (await client.ask("/v1/generations", { method: "POST", body })).json()) as Generation;
    await (await client.ask(`/v1/generations/${id}/events`)).text();
    const { state, packDigest } = (await (await client.ask(`/v1/generations/${id}`)).json()) as Generation;
    assert.deepEqual([state, packDigest], ["done", digest]);
  });

  it("a later version of a pack comes to a worker that runs", async () => {
    const [here] = workers.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    const fourth = await startWorker("worker-4");
    const examples = await client.upload(await tinyExamples(24));
    const { id } = await client.train({ ...tinyTraining, examples });
    const done = (await client.follow(id)).at(-1)!;
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    const { pack } = done.result!;
    assert.equal(pack!.version, "0.2.0");
    for (const { data } of [here!, fourth])
      await waitUntil(
        "the later version",
        // A worker that just started has no version yet.
        async () => (await readManifest(join(data, "packs", "mine")).catch(() => undefined))?.digest === pack!.digest,
      );
  });

  it("a worker that trains stops while the queue server is away, and another one goes on with the training", async () => {
    for (const { child } of workers.splice(0)) await untilExit(child, "SIGTERM");
    const worker = await startWorker("worker-5");
    const examples = await client.upload(await tinyExamples(24));
    const { id } = await client.train({ ...longTraining, name: "left", examples });
    await waitUntil("a training that runs", () => worker.output().includes("a training child started"));
    await untilExit(queueServer.child, "SIGKILL");
    // As a supervisor would (deploy/tau-worker@.service).
    const kill = setTimeout(() => worker.child.kill("SIGKILL"), 30_000);
    const code = await untilExit(worker.child, "SIGTERM").finally(() => clearTimeout(kill));
    assert.equal(code, 0, worker.output());
    assert.match(worker.output(), new RegExp(`"jobs":\\["${id}"\\]`));
    assert.doesNotMatch(worker.output(), /did not stop within/);
    await queueServer.restart();
    await startWorker("worker-6");
    let last: Training | undefined;
    await waitUntil("the end of the training", async () => {
      const answer = await client.ask(`/v1/trainings/${id}`);
      if (answer.ok) last = (await answer.json()) as Training;
      return last?.finishedAt !== undefined;
    });
    assert.equal(last!.state, "done", JSON.stringify(last!.problem));
  });
});
