/**
 * The server as users see it: time until ready, warm latency, memory of the inference child, and the event-loop delay of the
 * HTTP process while the child is saturated.
 */
import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { limits } from "../../../shared/limits.ts";
import { median, percentile } from "../measure.ts";
import { origin, type RunningServer, timed, withServer } from "./running-server.ts";

export interface ServerBench {
  readonly readyMs: number;
  readonly fourImagesMs: { readonly median: number; readonly p95: number };
  /** Four images that differ, as the plugin requests them. */
  readonly fourIdeasMs: { readonly median: number; readonly p95: number };
  readonly oneImageMs: number;
  readonly childRssMb: number;
  readonly loopDelayP99Ms: number;
  readonly healthP99Ms: number;
  readonly imagesPerSecond: number;
}

const [rounds, saturationMs] = [25, 15_000];

export const benchServer = (): Promise<ServerBench> =>
  withServer(async (server) => {
    const call = (caption: string, count: number, seed: number, diversity = 0) =>
      server.generate({ condition: { caption, style: "noto" }, count, seed, diversity });
    await call("red apple", 4, 1);
    const four: number[] = [];
    const ideas: number[] = [];
    const one: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      four.push(await timed(() => call(`red apple number ${round}`, 4, round)));
      ideas.push(await timed(() => call(`blue fish number ${round}`, 4, round, limits.diversityIdeas)));
      one.push(await timed(() => call(`green tree number ${round}`, 1, round)));
    }
    const childRssMb = await childRss(server.process);
    const load = await saturate(server, call);
    return {
      readyMs: server.readyMs,
      fourImagesMs: { median: median(four), p95: percentile(four, 95) },
      fourIdeasMs: { median: median(ideas), p95: percentile(ideas, 95) },
      oneImageMs: median(one),
      childRssMb,
      ...load,
    };
  });

/** Keeps six clients busy and reads the HTTP process's own loop delay and the latency of its health route. */
async function saturate(
  { token }: RunningServer,
  call: (caption: string, count: number, seed: number) => ReturnType<RunningServer["generate"]>,
) {
  const end = performance.now() + saturationMs;
  let images = 0;
  const health: number[] = [];
  const client = async (name: number): Promise<void> => {
    for (let round = 0; performance.now() < end; round += 1) {
      // In two steps, because `images += await …` would read the sum before the wait and lose what others added.
      const { images: made } = await call(`client ${name} wants a thing ${round}`, 8, round);
      images += made.length;
    }
  };
  const probe = async (): Promise<void> => {
    while (performance.now() < end) {
      health.push(await timed(() => fetch(`${origin}/healthz`).then((response) => response.text())));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await Promise.all([probe(), ...Array.from({ length: 6 }, (_, name) => client(name))]);
  const metrics = await (await fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
  const delay = /^tau_event_loop_delay_seconds\{quantile="0\.99"\} (\S+)$/m.exec(metrics)?.[1];
  return {
    loopDelayP99Ms: Number(delay) * 1000,
    healthP99Ms: percentile(health, 99),
    imagesPerSecond: images / (saturationMs / 1000),
  };
}

/** Resident memory of the server's only child, in MB (Linux). */
async function childRss(server: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${server.pid}/task/${server.pid}/children`, "utf8");
  const status = await readFile(`/proc/${children.trim().split(" ")[0]}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
