/**
 * `npm run bench -- scaling`: generations a second of one HTTP process, one queue server and 1, 2, 4 and 8 workers, and each worker's
 * share of what one alone does. Workers are processes with data folders of their own. As many as there are cores draw for real, each
 * with one thread; beyond that, inference is a stated time in which no processor works, as on machines of their own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { readConfig } from "../../../server/app/config.ts";
import { serveHttp } from "../../../server/app/many/serve-http.ts";
import type { GenerationList } from "../../../shared/contract/generations/generation.ts";
import type { WorkerList } from "../../../shared/contract/workers.ts";
import { startQueueServer, withoutQueueServer } from "../../../test/jobs/queue-server.ts";

/** Simulated time of one image: a slow processor's, in milliseconds. */
const serviceMs = 500;
/** Jobs of a measurement for each worker, after as many that warm it up; each of one image. */
const jobsAWorker = 20;
const warmUpAWorker = 4;
/** Jobs that wait or run for each worker: as many as it takes at once, and two more. */
const openAWorker = 10;

interface Row {
  readonly workers: number;
  readonly perSecond: number;
  /** Of what one worker alone does, for each. */
  readonly efficiency: number;
}

export async function benchScaling(): Promise<void> {
  if (withoutQueueServer) throw new Error(withoutQueueServer);
  const cores = availableParallelism();
  const silent = { stdio: ["ignore", "ignore", "inherit"] as ["ignore", "ignore", "inherit"] };
  const simulated = (data: string, env: NodeJS.ProcessEnv) =>
    spawn(
      process.execPath,
      ["--import", "tsx", "scripts/bench/serving/simulated-worker.ts", "--data", data, "--kinds", "generations"],
      {
        ...silent,
        env: { ...env, TAU_BENCH_SERVICE_MS: String(serviceMs) },
      },
    );
  const real = (data: string, env: NodeJS.ProcessEnv) =>
    spawn(process.execPath, ["dist/server/cli.js", "worker", "--data", data, "--kinds", "generations"], {
      ...silent,
      env: { ...env, TAU_THREADS: "1" },
    });
  const counts = (most: number): number[] => [1, 2, 4, 8].filter((count) => count <= most);
  console.log(tableOf(`simulated inference, ${serviceMs} ms an image`, await measureAll(counts(8), simulated)));
  console.log(tableOf(`real inference, one thread a worker, ${cores} cores`, await measureAll(counts(cores), real)));
}

async function measureAll(
  counts: readonly number[],
  start: (data: string, env: NodeJS.ProcessEnv) => ChildProcess,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const workers of counts) {
    const perSecond = await measure(workers, start);
    const alone = rows[0]?.perSecond ?? perSecond;
    rows.push({ workers, perSecond, efficiency: perSecond / workers / alone });
    console.error(`${workers} workers: ${perSecond.toFixed(2)} generations a second`);
  }
  return rows;
}

/** Generations a second. */
async function measure(count: number, start: (data: string, env: NodeJS.ProcessEnv) => ChildProcess): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), "tau-scaling-"));
  const queueServer = await startQueueServer(true);
  const shared = { TAU_QUEUE_URL: queueServer.url, TAU_STORE_URL: pathToFileURL(join(home, "store")).href };
  const env = { ...shared, TAU_REQUESTS_PER_MINUTE: "100000000", TAU_LOG_LEVEL: "error" };
  const config = readConfig({ port: "0", data: join(home, "http") }, env);
  const server = await serveHttp({ ...config, shared: config.shared! });
  const workers = Array.from({ length: count }, (_, index) =>
    start(join(home, `w${index}`), { ...process.env, ...env }),
  );
  try {
    const headers = { Authorization: `Bearer ${server.token.value}`, "Content-Type": "application/json" };
    /** Once more where an idle connection closed just as it was used. */
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`${server.url}${path}`, { ...init, headers }).catch(() =>
        fetch(`${server.url}${path}`, { ...init, headers }),
      );
    const live = async () =>
      ((await (await ask("/v1/workers")).json()) as WorkerList).workers.filter(({ isLive }) => isLive);
    while ((await live()).length < count) await sleep(200);
    await run(ask, count * warmUpAWorker, count);
    return await run(ask, count * jobsAWorker, count);
  } finally {
    await Promise.all(
      workers.map(async (worker) => {
        const gone = once(worker, "exit");
        worker.kill("SIGTERM");
        await gone;
      }),
    );
    await server.stop();
    await queueServer.stop();
    await rm(home, { recursive: true });
  }
}

/** Has so many generations drawn, with as many open as keep all workers busy. */
async function run(
  ask: (path: string, init?: RequestInit) => Promise<Response>,
  jobs: number,
  workers: number,
): Promise<number> {
  const started = performance.now();
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < jobs) {
      const seed = next++;
      const body = JSON.stringify({ condition: { caption: "a red bird" }, count: 1, seed });
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
  return jobs / seconds;
}

const tableOf = (title: string, rows: readonly Row[]): string =>
  [
    `\n${title}\n`,
    "| workers | generations a second | a worker, of one alone | goal |",
    "| --- | --- | --- | --- |",
    ...rows.map(
      ({ workers, perSecond, efficiency }) =>
        `| ${workers} | ${perSecond.toFixed(2)} | ${(100 * efficiency).toFixed(0)} % | ≥ 90 % |`,
    ),
  ].join("\n");
