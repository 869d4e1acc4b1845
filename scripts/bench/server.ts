/**
 * The server as a user meets it, in its own process: time to ready, warm latency, memory of the inference child, and the
 * event-loop delay of the HTTP process while the child is saturated.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Generation, GenerationSchema } from "../../shared/contract.ts";
import { median, percentile } from "./measure.ts";

export interface ServerBench {
  readonly readyMs: number;
  readonly fourImagesMs: { readonly median: number; readonly p95: number };
  readonly oneImageMs: number;
  readonly childRssMb: number;
  readonly loopDelayP99Ms: number;
  readonly healthP99Ms: number;
  readonly imagesPerSecond: number;
}

const port = 7899;
const origin = `http://localhost:${port}`;
const [rounds, saturationMs] = [25, 15_000];

export async function benchServer(): Promise<ServerBench> {
  const data = await mkdtemp(join(tmpdir(), "tau-bench-"));
  const started = performance.now();
  const server = spawn(process.execPath, ["dist/server/cli.js", "serve", "--port", String(port), "--data", data], {
    stdio: ["ignore", "ignore", "inherit"],
    // The limit protects a server from its clients; here it would measure itself.
    env: { ...process.env, TAU_REQUESTS_PER_MINUTE: "1000000", TAU_LOG_LEVEL: "error" },
  });
  try {
    await until(async () => (await fetch(`${origin}/readyz`)).ok);
    const readyMs = performance.now() - started;
    const token = (await readFile(join(data, "token"), "utf8")).trim();
    const call = (caption: string, count: number, seed: number): Promise<Generation> =>
      generate(token, caption, count, seed);
    await call("red apple", 4, 1);
    const four: number[] = [];
    const one: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      four.push(await timed(() => call(`red apple number ${round}`, 4, round)));
      one.push(await timed(() => call(`green tree number ${round}`, 1, round)));
    }
    const childRssMb = await childRss(server);
    const load = await saturate(token, call);
    return {
      readyMs,
      fourImagesMs: { median: median(four), p95: percentile(four, 95) },
      oneImageMs: median(one),
      childRssMb,
      ...load,
    };
  } finally {
    server.kill("SIGTERM");
    await new Promise((resolve) => server.once("exit", resolve));
    await rm(data, { recursive: true });
  }
}

/** From the request to the last PNG's bytes, events read as the plugin does. */
async function generate(token: string, caption: string, count: number, seed: number): Promise<Generation> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({ condition: { caption, style: "noto" }, count, seed });
  const created = await fetch(`${origin}/v1/generations`, { method: "POST", headers, body });
  if (created.status !== 202) throw new Error(`expected 202, got ${created.status}: ${await created.text()}`);
  const events = await fetch(`${origin}${created.headers.get("location")}/events`, { headers });
  const last = (await events.text())
    .trim()
    .split("\n\n")
    .filter((event) => event.includes("data:"))
    .at(-1)!;
  const generation = GenerationSchema.parse(
    JSON.parse(
      last
        .split("\n")
        .find((line) => line.startsWith("data:"))!
        .slice(5),
    ),
  );
  if (generation.state !== "done")
    throw new Error(`expected done, got ${generation.state}: ${generation.problem?.detail}`);
  await Promise.all(
    generation.images.map(async ({ path }) => (await fetch(`${origin}${path}`, { headers })).arrayBuffer()),
  );
  return generation;
}

/** Keeps six clients busy and reads the HTTP process's own loop delay and the latency of its health route. */
async function saturate(token: string, call: (caption: string, count: number, seed: number) => Promise<Generation>) {
  const end = performance.now() + saturationMs;
  let images = 0;
  const health: number[] = [];
  const client = async (name: number): Promise<void> => {
    for (let round = 0; performance.now() < end; round += 1) {
      // In two steps: `images += await …` would read the sum before the wait and lose what others added.
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

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await isTrue().catch(() => false))) {
    if (performance.now() > deadline) throw new Error("the server was not ready within 60 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resident memory of the server's only child, in MB (Linux). */
async function childRss(server: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${server.pid}/task/${server.pid}/children`, "utf8");
  const status = await readFile(`/proc/${children.trim().split(" ")[0]}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
