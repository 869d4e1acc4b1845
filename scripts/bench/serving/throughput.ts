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
import { birdRequests } from "./bird-request.ts";

const atOnce = [1, 8, 64];
/** Long enough that a start of a graph counts for little, short enough for slow processors. */
const leastMs = 5000;

/** @throws AppError provider_unavailable, or the check's refusal of a provider that computes something else */
export async function benchThroughput(provider = "cpu"): Promise<void> {
  console.log(`\n${machine()}, load ${loadavg()[0]!.toFixed(1)} at the start\n`);
  console.log(`| provider | ${atOnce.map((count) => `${count} at once, images a second`).join(" | ")} |`);
  console.log(`| --- |${" --- |".repeat(atOnce.length)}`);
  for (const name of new Set(["cpu", provider])) {
    const client = createInferenceClient({ packsDir: packsHome(), provider: name });
    try {
      const { provider: used } = await client.start();
      const rates: string[] = [];
      for (const count of atOnce) rates.push((await measure(client, count)).toFixed(1));
      console.log(`| ${used} | ${rates.join(" | ")} |`);
    } finally {
      await client.close();
    }
  }
}

/** Images a second, after a first round that warms it up. */
async function measure(client: InferenceClient, count: number): Promise<number> {
  const requestOf = await birdRequests();
  const each = count > limits.countMax ? limits.countMax : 1;
  let seed = 0;
  const round = (): Promise<unknown> =>
    Promise.all(
      Array.from({ length: count / each }, () =>
        client.generate(requestOf(each, seed++), { onImage: () => undefined }),
      ),
    );
  await round();
  const started = performance.now();
  let rounds = 0;
  for (; performance.now() - started < leastMs; rounds++) await round();
  return (rounds * count * 1000) / (performance.now() - started);
}
