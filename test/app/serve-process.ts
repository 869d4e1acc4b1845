/** `tau serve` as a process with the miniature inference client, and its API: for tests that kill it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Generation } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { testProgram } from "../fixtures/processes/test-program.ts";

export interface Served {
  readonly child: ChildProcess;
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** A generation that the server acknowledged. */
  start(caption: string, key: string): Promise<Generation>;
  /** The generation when it is as wanted. */
  until(id: string, isIt: (generation: Generation) => boolean): Promise<Generation>;
  /** Resolves when the process is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * @param imageMs how long after the start images are held back
 * @param graceMs how long running jobs get to end after a signal
 */
export async function serveProcess(
  dataDir: string,
  imageMs: number,
  graceMs: number = limits.shutdownGraceMs,
): Promise<Served> {
  const args = [...testProgram("http/serve-small"), "--port", "0", "--data", dataDir];
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      TAU_LOG_LEVEL: "info",
      TAU_TEST_IMAGE_MS: String(imageMs),
      TAU_TEST_GRACE_MS: String(graceMs),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (data) => (text += String(data)));
  while (!/"msg":"listening"/.test(text) && child.exitCode === null) await sleep(20);
  const port = /"port":(\d+)/.exec(text)?.[1];
  if (port === undefined) throw new Error(`expected a server that listens, got ${text}`);
  const token = (await readFile(join(dataDir, "token"), "utf8")).trim();
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...init.headers },
    });
  const start = async (caption: string, key: string): Promise<Generation> => {
    const body = JSON.stringify({ condition: { caption }, count: 2 });
    const headers = { "Idempotency-Key": key };
    const response = await ask("/v1/generations", { method: "POST", headers, body });
    if (response.status !== 202) throw new Error(`expected 202, got ${response.status}: ${await response.text()}`);
    return (await response.json()) as Generation;
  };
  const until = async (id: string, isIt: (generation: Generation) => boolean): Promise<Generation> => {
    for (;;) {
      const generation = (await (await ask(`/v1/generations/${id}`)).json()) as Generation;
      if (isIt(generation)) return generation;
      await sleep(20);
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  return { child, ask, start, until, end };
}
