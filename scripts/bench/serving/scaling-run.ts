/** A `tau serve`, a queue server that syncs every command to the disk, and so many workers: how many generations a second they end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { GenerationList } from "../../../shared/contract/generations/generation.ts";
import type { WorkerList } from "../../../shared/contract/workers.ts";
import { startQueueServer } from "../../../test/jobs/queue-server.ts";
import { childrenOf, processorMs } from "./processor-time.ts";

/** Jobs of a measurement for each worker, after some that warm it up; real ones of as many images as the plugin requests. */
const simulatedAWorker = { jobs: 20, warmUp: 8, images: 1 };
export const realAWorker = { jobs: 60, warmUp: 12, images: 4 };
/** Jobs that wait or run for each worker: as many as it takes at once, and two more. */
const openAWorker = 10;

export interface Measured {
  readonly perSecond: number;
  /** Processor time of a generation in each kind of process, in milliseconds. */
  readonly processorMs: Readonly<Record<string, number>>;
}

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** @param serviceMs of simulated inference; absent = the worker draws for real, with one thread */
export async function measureWorkers(count: number, serviceMs?: number): Promise<Measured> {
  const { jobs, warmUp, images } = serviceMs === undefined ? realAWorker : simulatedAWorker;
  const home = await mkdtemp(join(tmpdir(), "tau-scaling-"));
  const queueServer = await startQueueServer(true);
  const shared = { TAU_QUEUE_URL: queueServer.url, TAU_STORE_URL: pathToFileURL(join(home, "store")).href };
  const env = { ...process.env, ...shared, TAU_REQUESTS_PER_MINUTE: "100000000", TAU_LOG_LEVEL: "error" };
  const start = (args: readonly string[], more: NodeJS.ProcessEnv = {}): ChildProcess =>
    spawn(process.execPath, args, { env: { ...env, ...more }, stdio: ["ignore", "pipe", "ignore"] });
  const workerArgs = (index: number) => ["--data", join(home, `w${index}`), "--kinds", "generations"];
  const server = start(["dist/server/cli.js", "serve", "--port", "0", "--data", join(home, "http")]);
  const workers = Array.from({ length: count }, (_, index) =>
    serviceMs === undefined
      ? start(["dist/server/cli.js", "worker", "--provider", "cpu", ...workerArgs(index)], { TAU_THREADS: "1" })
      : start(["--import", "tsx", "scripts/bench/serving/simulated-worker.ts", ...workerArgs(index)], {
          TAU_BENCH_SERVICE_MS: String(serviceMs),
        }),
  );
  for (const worker of workers) worker.stdout!.resume();
  try {
    const url = await addressOf(server);
    const token = (await readFile(join(home, "http", "token"), "utf8")).trim();
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    /** Once more where an idle connection closed just as it was used. */
    const ask: Ask = (path, init = {}) =>
      fetch(`${url}${path}`, { ...init, headers }).catch(() => fetch(`${url}${path}`, { ...init, headers }));
    const live = async () =>
      ((await (await ask("/v1/workers")).json()) as WorkerList).workers.filter(({ isLive }) => isLive);
    while ((await live()).length < count) await sleep(200);
    await draw(ask, { jobs: count * warmUp, images, workers: count, firstSeed: 0 });
    const spent = (): Record<string, number> => ({
      serve: processorMs(server.pid!),
      workers: sum(workers.map(({ pid }) => processorMs(pid!))),
      inference: sum(workers.flatMap(({ pid }) => childrenOf(pid!).map(processorMs))),
      "queue server": processorMs(queueServer.child.pid!),
      client: processorMs(process.pid),
    });
    const before = spent();
    const seconds = await draw(ask, { jobs: count * jobs, images, workers: count, firstSeed: count * warmUp });
    const after = spent();
    return {
      perSecond: (count * jobs) / seconds,
      processorMs: Object.fromEntries(
        Object.entries(after).map(([part, ms]) => [part, (ms - before[part]!) / (count * jobs)]),
      ),
    };
  } finally {
    for (const child of [...workers, server]) await end(child);
    await queueServer.stop();
    await rm(home, { recursive: true });
  }
}

/** Where it listens, which it prints. */
async function addressOf(server: ChildProcess): Promise<string> {
  let text = "";
  for await (const part of server.stdout!) {
    text += String(part);
    const url = /http:\/\/localhost:\d+/.exec(text)?.[0];
    if (url === undefined) continue;
    return url;
  }
  throw new Error(`expected a server that listens, got ${text}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

/** Has so many generations drawn, with as many open as keep all workers busy. @returns seconds */
async function draw(
  ask: Ask,
  { jobs, images, workers, firstSeed }: Readonly<Record<"jobs" | "images" | "workers" | "firstSeed", number>>,
): Promise<number> {
  const started = performance.now();
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < jobs) {
      const seed = firstSeed + next++;
      const body = JSON.stringify({ condition: { caption: "a red bird" }, count: images, seed });
      const response = await ask("/v1/generations", { method: "POST", body });
      if (response.status !== 202) throw new Error(`expected 202, got ${response.status}: ${await response.text()}`);
      const events = await (await ask(`${response.headers.get("location")}/events`)).text();
      if (!events.includes('"state":"done"')) throw new Error(`expected done, got ${events.slice(-400)}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, workers * openAWorker) }, client));
  const seconds = (performance.now() - started) / 1000;
  const { generations } = (await (await ask("/v1/generations?limit=1")).json()) as GenerationList;
  if (generations.length !== 1) throw new Error("expected a history, got none");
  return seconds;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
