/** Inference children side by side, each with one thread, asked straight: what the machine gives without anything around it. */
import { createInferenceClient } from "../../../server/inference/client.ts";
import type { InferenceClient } from "../../../server/inference/protocol.ts";
import { packsHome } from "../../../server/packs/catalogue.ts";
import { childrenOf, processorMs } from "./processor-time.ts";
import type { Measured, Work } from "./scaling-run.ts";

export interface Alone {
  measure(firstSeed: number): Promise<Measured>;
  stop(): Promise<void>;
}

export async function startAlone(count: number, work: Work): Promise<Alone> {
  const { parallel, drawnBy } = work.bare;
  const clients = Array.from({ length: count }, () =>
    createInferenceClient({ packsDir: packsHome(), provider: "cpu", threads: 1, log: () => undefined }),
  );
  const ready = await Promise.all(clients.map((client) => client.start()));
  const draw = await drawnBy();
  const run = async (jobs: number, firstSeed: number): Promise<void> => {
    let next = 0;
    const lane = async (client: InferenceClient): Promise<void> => {
      while (next < jobs) await draw(client, firstSeed + next++);
    };
    await Promise.all(clients.flatMap((client) => Array.from({ length: parallel }, () => lane(client))));
  };
  const children = (): number => ready.reduce((sum, { pid }) => sum + processorMs(pid), 0);
  return {
    measure: async (firstSeed) => {
      const jobs = count * work.jobs;
      const [started, before] = [performance.now(), children()];
      await run(jobs, firstSeed);
      const seconds = (performance.now() - started) / 1000;
      return { perSecond: jobs / seconds, processorMs: { inference: (children() - before) / jobs } };
    },
    stop: async () => {
      const pids = new Set(ready.map(({ pid }) => pid));
      await Promise.all(clients.map((client) => client.close()));
      // They leave a moment later.
      while (childrenOf(process.pid).some((pid) => pids.has(pid)))
        await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}
