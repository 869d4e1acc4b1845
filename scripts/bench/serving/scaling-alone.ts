/** Inference children side by side, each with one thread, asked straight: what the machine gives without anything around it. */
import { createInferenceClient } from "../../../server/inference/client.ts";
import { packsHome } from "../../../server/packs/catalogue.ts";
import { birdRequests } from "./bird-request.ts";
import { childrenOf, processorMs } from "./processor-time.ts";
import type { Measured } from "./scaling-run.ts";

/** Requests for each child, after some that warm it up, of as many images as the plugin asks for. */
const realAWorker = { jobs: 60, warmUp: 12, images: 4 };

/** @param parallel requests that each child has at once */
export async function drawAlone(count: number, parallel: number): Promise<Measured> {
  const { packId, requestOf } = await birdRequests();
  const clients = Array.from({ length: count }, () =>
    createInferenceClient({
      packsDir: packsHome(),
      packIds: [packId],
      provider: "cpu",
      threads: 1,
      log: () => undefined,
    }),
  );
  const run = async (jobs: number): Promise<void> => {
    let next = 0;
    const draw = async (client: (typeof clients)[number]): Promise<void> => {
      while (next < jobs) await client.generate(requestOf(realAWorker.images, next++), { onImage: () => undefined });
    };
    await Promise.all(clients.flatMap((client) => Array.from({ length: parallel }, () => draw(client))));
  };
  try {
    const ready = await Promise.all(clients.map((client) => client.start()));
    await run(count * realAWorker.warmUp);
    const jobs = count * realAWorker.jobs;
    const children = (): number => ready.reduce((sum, { pid }) => sum + processorMs(pid), 0);
    const [started, before] = [performance.now(), children()];
    await run(jobs);
    const seconds = (performance.now() - started) / 1000;
    return { perSecond: jobs / seconds, processorMs: { inference: (children() - before) / jobs } };
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    // They leave a moment later.
    while (childrenOf(process.pid).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
