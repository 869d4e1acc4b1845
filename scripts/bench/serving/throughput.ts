/**
 * `npm run bench -- throughput [PROVIDER]`: images a second of one inference child with 1, 8 and 64 images requested at once, on a
 * provider that must work (`cpu`, `cuda`, `coreml`, `dml`, `webgpu`), and on the processor beside it. Nothing but the child is measured.
 */
import { loadavg } from "node:os";
import { createInferenceClient } from "../../../server/inference/client.ts";
import type { InferenceClient } from "../../../server/inference/protocol.ts";
import { packsHome } from "../../../server/packs/catalogue.ts";
import { limits } from "../../../shared/limits.ts";
import { machine } from "../measure.ts";
import { type BirdRequest, birdRequests } from "./bird-request.ts";
import { processorMs as processorTimeMs } from "./processor-time.ts";

const atOnce = [1, 8, 64];
/** Long enough that a start of a graph counts for little, short enough for slow processors. */
const leastMs = 5000;
/** A busy machine may need minutes for 64 images. */
const deadlineMs = 15 * 60_000;

/** @throws AppError provider_unavailable, or the check's refusal of a provider that computes something else */
export async function benchThroughput(provider = "cpu"): Promise<void> {
  console.log(`\n${machine()}, load ${loadavg()[0]!.toFixed(1)} at the start\n`);
  console.log("Images a second, and the processor time of an image:\n");
  console.log(`| provider | ${atOnce.map((count) => `${count} at once`).join(" | ")} |`);
  console.log(`| --- |${" --- |".repeat(atOnce.length)}`);
  for (const name of new Set(["cpu", provider])) {
    const { packId, requestOf } = await birdRequests();
    const client = createInferenceClient({ packsDir: packsHome(), packIds: [packId], provider: name, deadlineMs });
    try {
      const { provider: used, pid } = await client.start();
      const rates: string[] = [];
      for (const count of atOnce) {
        const { perSecond, processorMs } = await measure(client, pid, requestOf, count);
        rates.push(`${perSecond.toFixed(1)} (${processorMs.toFixed(0)} ms)`);
        console.error(`${used}, ${count} at once: ${rates.at(-1)}`);
      }
      console.log(`| ${used} | ${rates.join(" | ")} |`);
    } finally {
      await client.close();
    }
  }
}

/** Images a second and the child's processor time an image, after a first round that warms it up. */
async function measure(client: InferenceClient, pid: number, requestOf: BirdRequest, count: number) {
  const each = count > limits.countMax ? limits.countMax : 1;
  let seed = 0;
  const round = (): Promise<unknown> =>
    Promise.all(
      Array.from({ length: count / each }, () =>
        client.generate(requestOf(each, seed++), { onImage: () => undefined }),
      ),
    );
  await round();
  const [started, before] = [performance.now(), processorTimeMs(pid)];
  let rounds = 0;
  for (; performance.now() - started < leastMs; rounds++) await round();
  const images = rounds * count;
  return {
    perSecond: (images * 1000) / (performance.now() - started),
    processorMs: (processorTimeMs(pid) - before) / images,
  };
}
