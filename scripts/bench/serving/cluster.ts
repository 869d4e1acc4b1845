/** A `tau serve`, a queue server that syncs every command to the disk, and so many workers, on this machine, for the bench of scaling. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { WorkerList, WorkKind } from "../../../shared/contract/workers.ts";
import { startQueueServer } from "../../../test/jobs/queue-server.ts";
import { childrenOf, processorMs } from "./processor-time.ts";

export type Ask = (path: string, init?: RequestInit) => Promise<Response>;

export interface Cluster {
  readonly workers: number;
  readonly ask: Ask;
  /** Of all processes now, but for this one, their client. */
  pids(): number[];
  /** Processor time so far of each kind of process, in milliseconds. */
  spentMs(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** @param serviceMs of simulated inference; absent = the workers draw for real, with one thread each */
export async function startCluster(count: number, kind: WorkKind, serviceMs?: number): Promise<Cluster> {
  const home = await mkdtemp(join(tmpdir(), "tau-scaling-"));
  const queueServer = await startQueueServer(true);
  const shared = { TAU_QUEUE_URL: queueServer.url, TAU_STORE_URL: pathToFileURL(join(home, "store")).href };
  const env = { ...process.env, ...shared, TAU_REQUESTS_PER_MINUTE: "100000000", TAU_LOG_LEVEL: "error" };
  const start = (args: readonly string[], more: NodeJS.ProcessEnv = {}): ChildProcess =>
    spawn(process.execPath, args, { env: { ...env, ...more }, stdio: ["ignore", "pipe", "pipe"] });
  const workerArgs = (index: number) => ["--data", join(home, `w${index}`), "--kinds", kind];
  const server = start(["dist/server/cli.js", "serve", "--port", "0", "--data", join(home, "http")]);
  const workers = Array.from({ length: count }, (_, index) =>
    serviceMs === undefined
      ? start(["dist/server/cli.js", "worker", "--provider", "cpu", ...workerArgs(index)], { TAU_THREADS: "1" })
      : start(["--import", "tsx", "scripts/bench/serving/simulated-worker.ts", ...workerArgs(index)], {
          TAU_BENCH_SERVICE_MS: String(serviceMs),
        }),
  );
  let said = "";
  for (const worker of workers) worker.stdout!.resume();
  for (const child of [server, ...workers]) child.stderr!.on("data", (data) => (said = `${said}${data}`.slice(-2000)));
  const stop = async (): Promise<void> => {
    for (const child of [...workers, server]) await end(child);
    await queueServer.stop();
    await rm(home, { recursive: true });
  };
  try {
    const url = await addressOf(server);
    const token = (await readFile(join(home, "http", "token"), "utf8")).trim();
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    /** Once more where an idle connection closed just as it was used. */
    const ask: Ask = (path, init = {}) => {
      const sent = { ...init, headers: { ...headers, ...init.headers } };
      return fetch(`${url}${path}`, sent).catch(() => fetch(`${url}${path}`, sent));
    };
    const live = async () =>
      ((await (await ask("/v1/workers")).json()) as WorkerList).workers.filter(({ isLive }) => isLive);
    while ((await live()).length < count) {
      const ended = workers.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
      if (ended) throw new Error(`expected ${count} workers, got one that ended with ${ended.exitCode}: ${said}`);
      await sleep(200);
    }
    const spentMs = () => ({
      serve: processorMs(server.pid!),
      workers: sum(workers.map(({ pid }) => processorMs(pid!))),
      inference: sum(workers.flatMap(({ pid }) => childrenOf(pid!).map(processorMs))),
      "queue server": processorMs(queueServer.child.pid!),
      client: processorMs(process.pid),
    });
    const pids = () => {
      const own = [server, queueServer.child, ...workers].map(({ pid }) => pid!);
      return [...own, ...own.flatMap(childrenOf)];
    };
    return { workers: count, ask, pids, spentMs, stop };
  } catch (error) {
    await stop();
    throw error;
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

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
