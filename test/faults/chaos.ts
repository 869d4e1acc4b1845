/**
 * All at once: jobs come by chance to many machines, some are cancelled, damaged pictures are uploaded, and one process after another
 * is killed. Which, and when, the seed says. At the end every acknowledged job has one end (ledger.ts).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { encodePng } from "../../server/images/codec.ts";
import { withoutQueueServer } from "../jobs/queue-server.ts";
import { type Cluster, withCluster } from "./cluster.ts";
import { type Goal, type Random, seconds } from "./goal.ts";
import { waitFor } from "./tau-process.ts";

/** Mean time between two jobs, and how many may wait to be acknowledged: a busy machine would refuse ever more. */
const betweenMs = 120;
const unansweredMax = 30;
const eventsEach = 5;

/** What happens, as often as its number says among all. */
const events: Readonly<Record<string, readonly [weight: number, act: (cluster: Cluster, random: Random) => unknown]>> =
  {
    "children killed": [
      3,
      ({ workers }, random) => {
        const child = workers[random() < 0.5 ? 0 : 1].inferencePid;
        if (child !== undefined) process.kill(child, "SIGKILL");
      },
    ],
    "workers killed": [
      2,
      async (cluster, random) => {
        const index = random() < 0.5 ? 0 : 1;
        await cluster.workers[index].end("SIGKILL");
        cluster.workers[index] = await (index === 0
          ? cluster.startWorker("one", cluster.queue.port)
          : cluster.startWorker("two", cluster.relay.port));
      },
    ],
    "HTTP processes killed": [
      2,
      async (cluster) => {
        await cluster.api.end("SIGKILL");
        cluster.api = await cluster.startApi();
      },
    ],
    "queue servers killed": [
      1,
      async ({ queue }, random) => {
        queue.child.kill("SIGKILL");
        await sleep(random() * 2000);
        await queue.restart();
      },
    ],
    "networks cut": [
      1,
      async ({ relay }, random) => {
        relay.cut();
        await sleep(random() * 4000);
        relay.mend();
      },
    ],
  };

function chosen(random: Random): string {
  const all = Object.entries(events);
  let at = random() * all.reduce((sum, [, [weight]]) => sum + weight, 0);
  return all.find(([, [weight]]) => {
    at -= weight;
    return at < 0;
  })![0];
}

/** A job that is requested under its key until it is acknowledged, and perhaps cancelled later. */
async function request(cluster: Cluster, key: string, cancelAfterMs: number | undefined): Promise<void> {
  let last = "nothing";
  const acknowledged = waitFor(`job ${key}`, async () => {
    const response = await cluster.api.draw(key, { count: 1 }).catch(() => undefined);
    last = response ? `${response.status}` : "no connection";
    if (response?.ok) {
      const answer = (await response.json().catch(() => undefined)) as { id: string } | undefined;
      if (answer) cluster.ledger.note(key, answer as never);
      return answer?.id;
    }
    await response?.body?.cancel();
    if (response && response.status !== 503 && response.status !== 429)
      throw new Error(`expected 202, 429 or 503, got ${response.status}`);
    await sleep(200);
    return undefined;
  });
  const id = await acknowledged.catch((error: Error) => {
    throw new Error(`${error.message}, got ${last}`);
  });
  if (cancelAfterMs === undefined) return;
  await sleep(cancelAfterMs);
  cluster.ledger.mayDelete(id);
  // The server may be gone; the job then goes on.
  await cluster.api.ask(`/v1/generations/${id}`, { method: "DELETE" }).catch(() => undefined);
}

/** Uploads a PNG in which some bytes are others. @returns its status; undefined where the server was gone */
async function uploadDamaged({ api }: Cluster, png: Uint8Array, random: Random): Promise<number | undefined> {
  const bytes = Uint8Array.from(png);
  for (let flip = 0; flip < 8; flip++) bytes[Math.floor(random() * bytes.length)]! ^= 1 + Math.floor(random() * 255);
  const headers = { "Content-Type": "image/png" };
  const response = await api.ask("/v1/images", { method: "POST", headers, body: bytes }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status;
}

export const chaos: Goal = {
  id: "K2",
  fault:
    "jobs that come by chance, cancels, damaged uploads, and processes and networks that are killed and cut by chance",
  mark: "each acknowledged job is done, cancelled or deleted, once; no answer is a 500",
  skip: () => withoutQueueServer || undefined,
  run: (times, random) =>
    withCluster(async (cluster) => {
      const began = performance.now();
      const png = await encodePng(new Uint8Array(64 * 64 * 4).fill(90), 64, 64);
      const happened = new Map(Object.keys(events).map((name) => [name, 0]));
      const statuses = new Set<number>();
      const requested: Promise<void>[] = [];
      const faults: unknown[] = [];
      let [isOver, open] = [false, 0];
      const note = (work: Promise<void>): void => {
        open++;
        requested.push(work.catch((error: unknown) => void faults.push(error)).finally(() => open--));
      };
      const come = async (): Promise<void> => {
        for (let index = 0; !isOver; index++) {
          note(request(cluster, `chaos-${index}`, random() < 0.1 ? random() * 500 : undefined));
          if (random() < 0.1)
            note(uploadDamaged(cluster, png, random).then((status) => void (status && statuses.add(status))));
          do await sleep(-Math.log(1 - random()) * betweenMs);
          while (open > unansweredMax);
        }
      };
      const coming = come();
      for (let event = 0; event < times * eventsEach; event++) {
        await sleep(random() * 2000);
        const name = chosen(random);
        await events[name]![1](cluster, random);
        happened.set(name, happened.get(name)! + 1);
      }
      isOver = true;
      await coming;
      await Promise.all(requested);
      if (faults.length > 0) throw faults[0];
      const count = await cluster.ledger.settle(cluster.api);
      const took = seconds(performance.now() - began);
      const what = [...happened].map(([name, often]) => `${often} ${name}`).join(", ");
      return {
        isPassed: count.failed === 0 && [...statuses].every((status) => status < 500 || status === 503),
        figure: `${took}, ${what}; ${cluster.ledger.size} jobs: ${count.done} done, ${count.cancelled} cancelled, ${cluster.ledger.removed} deleted as they had ended, ${count.failed} failed; damaged uploads answered ${[...statuses].sort().join(", ")}`,
      };
    }),
};
