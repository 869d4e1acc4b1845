/** A real server on the tiny pack, and a client that uploads examples, trains, follows and draws: for tests of training over HTTP. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../../server/app/config.ts";
import { type ServerParts, startServer } from "../../../server/app/main.ts";
import { takeLock } from "../../../server/platform/files/process-lock.ts";
import { type Training, TrainingSchema } from "../../../shared/contract/training.ts";
import { ImageUploadSchema } from "../../../shared/contract/upload.ts";
import { AppError } from "../../../shared/problem.ts";
import { testProgram } from "../../fixtures/processes/test-program.ts";
import type { TinyExample } from "../../fixtures/tiny-examples.ts";
import { writeTinyPack } from "../../fixtures/tiny-pack.ts";
import "../../fixtures/processes/programs.ts";
import { waitUntil } from "../../fixtures/wait-until.ts";

/** A checkpoint at each evaluation. */
export const testTimings = { checkpointEverySeconds: 0 };

/** A training of the tiny flow that takes a moment, with three evaluations. */
export const tinyTraining = { name: "mine", settings: { steps: 75, learningRate: 5e-3, dropout: 0 } };

export interface TrainingClient {
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Digests of uploaded images, with their captions. */
  upload(examples: readonly TinyExample[]): Promise<Array<{ image: string; captions: string[] }>>;
  post(body: object, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** A training that was accepted. */
  train(body: object): Promise<Training>;
  read(id: string): Promise<Training>;
  /** Every event, to the end of the stream; `onEvent` hears of each as it comes. */
  follow(id: string, onEvent?: (training: Training) => void): Promise<Training[]>;
}

export function createTrainingClient(port: number, token: string): TrainingClient {
  const ask: TrainingClient["ask"] = (path, init = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...init.headers },
    });
  const post: TrainingClient["post"] = (body, headers = {}) =>
    ask("/v1/trainings", { method: "POST", body: JSON.stringify(body), headers });
  return {
    ask,
    post,
    async upload(examples) {
      const named: Array<{ image: string; captions: string[] }> = [];
      for (const { png, captions } of examples) {
        const headers = { "Content-Type": "image/png" };
        const sent = await ask("/v1/images", { method: "POST", headers, body: png as BodyInit });
        named.push({ image: ImageUploadSchema.parse(await sent.json()).digest, captions });
      }
      return named;
    },
    async train(body) {
      const response = await post(body);
      if (response.status !== 202) throw new Error(`expected 202, got ${response.status}: ${await response.text()}`);
      return TrainingSchema.parse(await response.json());
    },
    read: async (id) => TrainingSchema.parse(await (await ask(`/v1/trainings/${id}`)).json()),
    async follow(id, onEvent) {
      const events: Training[] = [];
      const response = await ask(`/v1/trainings/${id}/events`);
      let text = "";
      const decoder = new TextDecoder();
      for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
        text += decoder.decode(part, { stream: true });
        const blocks = text.split("\n\n");
        text = blocks.pop()!;
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (data === undefined) continue;
          const training = TrainingSchema.parse(JSON.parse(data));
          events.push(training);
          onEvent?.(training);
        }
      }
      return events;
    },
  };
}

/** A log that keeps the process ids of training children, and what went wrong. */
export function createPidLog() {
  const pids: number[] = [];
  const errors: object[] = [];
  const info = (fields: object): void => {
    if ("pid" in fields) pids.push(fields.pid as number);
  };
  return { pids, errors, log: { debug() {}, info, warn() {}, error: (fields: object) => void errors.push(fields) } };
}

export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A folder with the tiny pack in `packs`, and room for data. */
export async function makeHome() {
  const home = await mkdtemp(join(tmpdir(), "tau-training-"));
  await writeTinyPack(join(home, "packs"));
  return { home, data: join(home, "data"), packs: join(home, "packs"), remove: () => rm(home, { recursive: true }) };
}

/** Holds back what is published under a name until it is let go: no training ends before a test has done something to it. */
export async function holdPublication(data: string, name: string): Promise<() => void> {
  const packs = join(data, "packs");
  await mkdir(packs, { recursive: true });
  return takeLock(join(packs, `.${name}.lock`), (pid) => new AppError("internal", `${name}: process ${pid} publishes`));
}

const processes: ChildProcess[] = [];
const started = new Set<Awaited<ReturnType<typeof startServer>>>();

/** Stops what a failed test left running, which would keep the process from its end. */
export const stopServers = async (): Promise<void> => {
  for (const child of processes) child.kill("SIGKILL");
  await Promise.all([...started].map((server) => server.stop()));
};

/** Starts the server in this process, with a real inference child unless `parts` have another. */
export async function startTrainingServer(
  { data, packs, playgroundDir }: { data: string; packs: string; playgroundDir?: string },
  parts: ServerParts = {},
) {
  const read = readConfig({ data, packs }, { TAU_THREADS: "1" });
  const config = { ...read, port: 0, provider: "cpu" as const, playgroundDir: playgroundDir ?? read.playgroundDir };
  const server = await startServer(config, { log: createPidLog().log, trainingTimings: testTimings, ...parts });
  started.add(server);
  await server.ready;
  return { server, client: createTrainingClient(server.port, server.token.value) };
}

/** `tau serve` as a process of its own, on real packs. */
export async function serveProcess(data: string, packs: string) {
  const args = [...testProgram("http/serve-small"), "--port", "0", "--data", data, "--packs", packs];
  const child: ChildProcess = spawn(process.execPath, args, {
    env: { ...process.env, TAU_LOG_LEVEL: "info", TAU_THREADS: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  processes.push(child);
  const output = { err: "" };
  child.stderr!.on("data", (text) => (output.err += String(text)));
  await waitUntil("a server", () => /"msg":"listening"/.test(output.err) || child.exitCode !== null);
  const port = /"port":(\d+)/.exec(output.err)?.[1];
  assert.ok(port, output.err);
  const token = (await readFile(join(data, "token"), "utf8")).trim();
  return { child, output, client: createTrainingClient(Number(port), token) };
}
