/** The built server as users run it, in its own process with a fresh data folder, and a client of it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Generation, GenerationSchema } from "../../../shared/contract/generations/generation.ts";
import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";
import type { Inversion, InversionRequest } from "../../../shared/contract/generations/inversion.ts";
import type { Meta } from "../../../shared/contract/meta.ts";

const port = 7899;
export const origin = `http://localhost:${port}`;

export interface RunningServer {
  readonly process: ChildProcess;
  readonly readyMs: number;
  readonly token: string;
  meta(): Promise<Meta>;
  /** Digest of the uploaded bytes. */
  upload(png: Uint8Array): Promise<string>;
  /** From the request to the last PNG's bytes, with events read as in the plugin. */
  generate(request: GenerationInput): Promise<Generation>;
  invert(request: Pick<InversionRequest, "image" | "condition">): Promise<Inversion>;
}

/** Starts dist/'s server, waits until it is ready, and stops it when the work is done. */
export async function withServer<T>(work: (server: RunningServer) => Promise<T>): Promise<T> {
  const data = await mkdtemp(join(tmpdir(), "tau-bench-"));
  const started = performance.now();
  const server = spawn(process.execPath, ["dist/server/cli.js", "serve", "--port", String(port), "--data", data], {
    stdio: ["ignore", "ignore", "inherit"],
    // The rate limit protects a server from its clients; here it would be measured instead.
    env: { ...process.env, TAU_REQUESTS_PER_MINUTE: "1000000", TAU_LOG_LEVEL: "error" },
  });
  try {
    await until(async () => (await fetch(`${origin}/readyz`)).ok);
    const readyMs = performance.now() - started;
    const token = (await readFile(join(data, "token"), "utf8")).trim();
    return await work({ process: server, readyMs, token, ...clientOf(token) });
  } finally {
    server.kill("SIGTERM");
    await new Promise((resolve) => server.once("exit", resolve));
    await rm(data, { recursive: true });
  }
}

function clientOf(token: string): Omit<RunningServer, "process" | "readyMs" | "token"> {
  const authorization = `Bearer ${token}`;
  const send = async (path: string, status: number, body?: unknown, type = "application/json"): Promise<Response> => {
    const answer = await fetch(`${origin}${path}`, {
      headers: { authorization, ...(body === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { method: "POST", body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
    });
    if (answer.status !== status)
      throw new Error(`${path}: expected ${status}, got ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  return {
    meta: async () => (await (await send("/v1/meta", 200)).json()) as Meta,
    upload: async (png) =>
      ((await (await send("/v1/images", 201, png, "image/png")).json()) as { digest: string }).digest,
    invert: async (request) => (await (await send("/v1/inversions", 200, request)).json()) as Inversion,
    async generate(request) {
      const created = await send("/v1/generations", 202, request);
      const events = await send(`${created.headers.get("location")}/events`, 200);
      const generation = GenerationSchema.parse(JSON.parse(lastDataOf(await events.text())));
      if (generation.state !== "done")
        throw new Error(`expected done, got ${generation.state}: ${generation.problem?.detail}`);
      await Promise.all(generation.images.map(async ({ path }) => (await send(path, 200)).arrayBuffer()));
      return generation;
    },
  };
}

/** The data of a stream's last event. */
const lastDataOf = (stream: string): string =>
  stream
    .split("\n")
    .findLast((line) => line.startsWith("data:"))!
    .slice(5);

export async function timed(work: () => Promise<unknown>): Promise<number> {
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
