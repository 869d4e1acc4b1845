/** Many machines: an HTTP process, two workers and a queue server, of which one is killed, stopped, cut off or slow. */
import { setTimeout as sleep } from "node:timers/promises";
import { withoutQueueServer } from "../jobs/queue-server.ts";
import { type Cluster, withCluster } from "./cluster.ts";
import { type Goal, type Measured, type Random, seconds, worst } from "./goal.ts";
import { waitFor } from "./tau-process.ts";

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

export const networkLongLost: Goal = {
  id: "F13",
  fault:
    "a network between worker and queue server that is cut for fifteen seconds, longer than the worker keeps its jobs",
  mark: allDone,
  skip,
  run: repeat(async ({ relay }, random) => {
    await sleep(random() * 50);
    relay.cut();
    await sleep(15_000);
    relay.mend();
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
