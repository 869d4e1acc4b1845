/** `tau serve` and `tau worker` as users run them, with a real inference child, in a process that can be killed, stopped and looked into. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { cliProgram } from "../fixtures/processes/programs.ts";
import { writeTinyPack } from "../fixtures/tiny-pack.ts";
import { untilExit } from "../fixtures/until-exit.ts";

const folders: string[] = [];
const running = new Set<ChildProcess>();

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tau-fault-"));
  folders.push(folder);
  return folder;
}

let packs: Promise<string> | undefined;
/** A folder with the tiny pack alone, written once. */
export function tinyPacks(): Promise<string> {
  packs ??= (async () => {
    const folder = join(await makeFolder(), "packs");
    await mkdir(folder);
    await writeTinyPack(folder);
    return folder;
  })();
  return packs;
}

/** Ends what a failed test left, by the ids of its own processes. */
export async function cleanUp(): Promise<void> {
  for (const child of running) child.kill("SIGKILL");
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
}

export interface TauOptions {
  /** `serve` (the default) answers HTTP, `worker` does not. */
  readonly command?: "serve" | "worker";
  readonly args?: readonly string[];
  /** Folder of packs; absent = the tiny pack alone. */
  readonly packs?: string;
  /** What runs the command, such as `ip netns exec NAME`. */
  readonly within?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `tau serve` or `tau worker`. Resolves when it listens, or its child is ready, or it has ended. */
export async function startTau(
  dataDir: string,
  { command = "serve", args = [], packs: given, within = [], env = {} }: TauOptions = {},
): Promise<Tau> {
  const packsDir = given ?? (await tinyPacks());
  const port = command === "serve" ? ["--port", "0"] : [];
  const common = [command, ...port, "--data", dataDir, "--packs", packsDir, "--provider", "cpu", ...args];
  const [program, ...before] = [...within, process.execPath];
  const child = spawn(program!, [...before, cliProgram, ...common], {
    env: { ...process.env, TAU_LOG_LEVEL: "info", TAU_REQUESTS_PER_MINUTE: "999999999", TAU_THREADS: "1", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  const tau = new Tau(child, dataDir);
  const isUp = (): boolean => (command === "serve" ? tau.port !== undefined : tau.log.includes("inference is ready"));
  while (!isUp() && child.exitCode === null && child.signalCode === null) await sleep(10);
  return tau;
}

export class Tau {
  readonly process: ChildProcess;
  readonly #dataDir: string;
  #text = "";
  #token = "";

  constructor(child: ChildProcess, dataDir: string) {
    this.process = child;
    this.#dataDir = dataDir;
    child.stderr!.on("data", (data) => (this.#text += String(data)));
  }

  /** What it logged. */
  get log(): string {
    return this.#text;
  }

  get port(): string | undefined {
    return /"msg":"listening"/.test(this.#text) ? /"port":(\d+)/.exec(this.#text)?.[1] : undefined;
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** The inference child's process id; undefined while there is none. */
  get inferencePid(): number | undefined {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, "utf8").trim().split(" ");
    return children.map(Number).find((pid) => pid > 0 && /child\.(js|ts)/.test(commandOf(pid)));
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    this.#token ||= (await readFile(join(this.#dataDir, "token"), "utf8")).trim();
    return fetch(`http://127.0.0.1:${this.port}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${this.#token}`, "Content-Type": "application/json", ...init.headers },
    });
  }

  draw(key: string, fields: object = {}): Promise<Response> {
    const body = JSON.stringify({ condition: { caption: "red apple" }, count: 2, ...fields });
    return this.ask("/v1/generations", { method: "POST", headers: { "Idempotency-Key": key }, body });
  }

  /** A generation that was acknowledged. */
  async start(key: string, fields: object = {}): Promise<Generation> {
    const response = await this.draw(key, fields);
    if (response.status !== 202 && response.status !== 200)
      throw new Error(`expected 202, got ${response.status}: ${await response.text()}`);
    return (await response.json()) as Generation;
  }

  async read(id: string): Promise<Generation> {
    const response = await this.ask(`/v1/generations/${id}`);
    if (response.status !== 200) throw new Error(`expected generation ${id}, got ${response.status}`);
    return (await response.json()) as Generation;
  }

  async until(id: string, isIt: (generation: Generation) => boolean): Promise<Generation> {
    return waitFor(`a generation ${id} as wanted`, async () => {
      const generation = await this.read(id);
      return isIt(generation) ? generation : undefined;
    });
  }

  /** Waits until a child answers. */
  async ready(): Promise<number> {
    return waitFor("a child that is ready", async () => {
      const { status } = await this.ask("/readyz");
      return status === 200 ? this.inferencePid : undefined;
    });
  }

  /** Resolves with the exit code, or the signal. */
  end(signal: NodeJS.Signals): Promise<number | string> {
    return untilExit(this.process, signal);
  }
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
};

/** Asks again and again until there is an answer. @throws Error after two minutes */
export async function waitFor<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + 120_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`expected within two minutes: ${what}`);
    await sleep(40);
  }
}
