/** Many machines on this one: an HTTP process, two workers and a queue server that syncs every command to the disk. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type QueueServer, startQueueServer } from "../jobs/queue-server.ts";
import type { Measured } from "./goal.ts";
import { Ledger } from "./ledger.ts";
import { Relay } from "./relay.ts";
import { makeFolder, startTau, type Tau, waitFor } from "./tau-process.ts";

export interface Cluster {
  api: Tau;
  readonly queue: QueueServer;
  /** Between the second worker and the queue server. */
  readonly relay: Relay;
  readonly ledger: Ledger;
  workers: [Tau, Tau];
  /** The HTTP process, again after its end: in its folder, at another port. */
  startApi(): Promise<Tau>;
  startWorker(name: string, port: number): Promise<Tau>;
  /** Requests so many jobs; those that are refused for want of the queue server are requested again under their keys. */
  ask(count: number): Promise<void>;
}

export async function withCluster(act: (cluster: Cluster) => Promise<Measured>): Promise<Measured> {
  const home = await makeFolder();
  const queue = await startQueueServer(true);
  const relay = await Relay.open(queue.port);
  const store = { TAU_STORE_URL: pathToFileURL(join(home, "store")).href };
  const startApi = (): Promise<Tau> => startTau(join(home, "api"), { env: { ...store, TAU_QUEUE_URL: queue.url } });
  const startWorker = (name: string, port: number): Promise<Tau> =>
    startTau(join(home, name), { command: "worker", env: { ...store, TAU_QUEUE_URL: `redis://127.0.0.1:${port}` } });
  const api = await startApi();
  const workers = await Promise.all([startWorker("one", queue.port), startWorker("two", relay.port)]);
  const ledger = new Ledger();
  const ask = async (count: number): Promise<void> => {
    const first = ledger.size;
    await Promise.all(
      Array.from({ length: count }, (_, index) => {
        const key = `key-${first + index}`;
        return waitFor(`job ${key}`, async () => {
          const response = await cluster.api.draw(key);
          const answer = (await response.json()) as never;
          if (response.ok) ledger.note(key, answer);
          return response.ok || undefined;
        });
      }),
    );
  };
  const cluster: Cluster = { api, queue, relay, ledger, workers, startApi, startWorker, ask };
  try {
    await waitFor("workers that are ready", async () => ((await api.ask("/readyz")).status === 200 ? true : undefined));
    return await act(cluster);
  } finally {
    for (const worker of cluster.workers) await worker.end("SIGKILL");
    await cluster.api.end("SIGKILL");
    relay.close();
    await queue.stop();
  }
}
