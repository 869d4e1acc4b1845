/** Many machines: an HTTP process, two workers and a queue server, of which one is killed, stopped, cut off or slow. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type QueueServer, startQueueServer, withoutQueueServer } from "../jobs/queue-server.ts";
import { type Goal, type Measured, type Random, seconds, worst } from "./goal.ts";
import { Ledger } from "./ledger.ts";
import { Relay } from "./relay.ts";
import { makeFolder, startTau, type Tau, waitFor } from "./tau-process.ts";

interface Cluster {
  readonly api: Tau;
  readonly queue: QueueServer;
  /** Between the second worker and the queue server. */
  readonly relay: Relay;
  readonly ledger: Ledger;
  workers: [Tau, Tau];
  startWorker(name: string, port: number): Promise<Tau>;
  /** Requests so many jobs; those that are refused for want of the queue server are requested again under their keys. */
  ask(count: number): Promise<void>;
}

async function withCluster(act: (cluster: Cluster) => Promise<Measured>): Promise<Measured> {
  const home = await makeFolder();
  const queue = await startQueueServer(true);
  const relay = await Relay.open(queue.port);
  const store = { TAU_STORE_URL: pathToFileURL(join(home, "store")).href };
  const api = await startTau(join(home, "api"), { env: { ...store, TAU_QUEUE_URL: queue.url } });
  const startWorker = (name: string, port: number): Promise<Tau> =>
    startTau(join(home, name), { command: "worker", env: { ...store, TAU_QUEUE_URL: `redis://127.0.0.1:${port}` } });
  const workers = await Promise.all([startWorker("one", queue.port), startWorker("two", relay.port)]);
  const ledger = new Ledger();
  const ask = async (count: number): Promise<void> => {
    const first = ledger.size;
    await Promise.all(
      Array.from({ length: count }, (_, index) => {
        const key = `key-${first + index}`;
        return waitFor(`job ${key}`, async () => {
          const response = await api.draw(key);
          const answer = (await response.json()) as never;
          if (response.ok) ledger.note(key, answer);
          return response.ok || undefined;
        });
      }),
    );
  };
  const cluster: Cluster = { api, queue, relay, ledger, workers, startWorker, ask };
  try {
    await waitFor("workers that are ready", async () => ((await api.ask("/readyz")).status === 200 ? true : undefined));
    return await act(cluster);
  } finally {
    for (const worker of cluster.workers) await worker.end("SIGKILL");
    await api.end("SIGKILL");
    relay.close();
    await queue.stop();
  }
}

const skip = (): string | undefined => withoutQueueServer || undefined;
const allDone = "no acknowledged job lost, doubled or half, all done";

async function settled({ api, ledger }: Cluster, times: number, backMs: readonly number[]): Promise<Measured> {
  const count = await ledger.settle(api);
  return {
    isPassed: count.done === ledger.size,
    figure: `${times} times, ${count.done} of ${ledger.size} done; jobs end again after ${seconds(worst(backMs))} at most`,
  };
}

/** Time until a job that is requested now is done. */
async function nextDone({ api, ledger }: Cluster): Promise<number> {
  const began = performance.now();
  const key = `next-${ledger.size}`;
  const { id } = await waitFor("a job that is accepted", async () => {
    const response = await api.draw(key);
    const answer = (await response.json()) as { id: string };
    if (response.ok) ledger.note(key, answer as never);
    return response.ok ? answer : undefined;
  });
  await api.until(id, ({ state }) => state === "done");
  return performance.now() - began;
}

const repeat =
  (act: (cluster: Cluster, random: Random) => Promise<void>) =>
  (times: number, random: Random): Promise<Measured> =>
    withCluster(async (cluster) => {
      const backMs: number[] = [];
      for (let time = 0; time < times; time++) {
        await cluster.ask(12);
        await act(cluster, random);
        backMs.push(await nextDone(cluster));
      }
      return settled(cluster, times, backMs);
    });

export const workerKilled: Goal = {
  id: "F1, F13",
  fault: "kill -9 of one of two workers while twelve jobs wait and run",
  mark: allDone,
  skip,
  run: repeat(async (cluster, random) => {
    const [worker] = cluster.workers;
    const child = worker.inferencePid;
    await sleep(random() * 50);
    await worker.end("SIGKILL");
    if (child !== undefined) await sleep(0);
    cluster.workers[0] = await cluster.startWorker("one", cluster.queue.port);
  }),
};

export const queueKilled: Goal = {
  id: "F5",
  fault: "kill -9 of the queue server while twelve jobs wait and run, and its restart after a second",
  mark: `${allDone}; refused meanwhile as queue_unavailable`,
  skip,
  run: repeat(async ({ queue, api }, random) => {
    await sleep(random() * 50);
    queue.child.kill("SIGKILL");
    const began = performance.now();
    const refused = await api.draw("while-gone");
    const { code } = (await refused.json()) as { code: string };
    if (refused.status !== 503 || code !== "queue_unavailable")
      throw new Error(`expected 503, got ${refused.status} ${code}`);
    await sleep(Math.max(0, 1000 - (performance.now() - began)));
    await queue.restart();
  }),
};

export const queueStopped: Goal = {
  id: "F6",
  fault: "SIGSTOP of the queue server for five seconds while twelve jobs wait and run",
  mark: allDone,
  skip,
  run: repeat(async ({ queue }) => {
    queue.child.kill("SIGSTOP");
    await sleep(5000);
    queue.child.kill("SIGCONT");
  }),
};

export const networkLost: Goal = {
  id: "F13",
  fault: "a network between worker and queue server that is cut for five seconds, then slow (100 ms each way)",
  mark: allDone,
  skip,
  run: repeat(async ({ relay, ask }) => {
    relay.cut();
    await sleep(5000);
    relay.mend();
    relay.delayMs = 100;
    await ask(8);
    await sleep(1000);
    relay.delayMs = 0;
  }),
};
