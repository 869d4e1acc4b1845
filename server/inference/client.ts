/**
 * The inference client: one child process with all ONNX sessions, seen as an object. A crash costs the child alone: what was
 * running fails with `inference_crashed`, a new child is started after a growing pause, and callers may try again. A run can't
 * be interrupted from inside, so a request past its deadline ends the child.
 */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ResolvedRequest } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { errorOf, type FromChild, type ToChild } from "./messages.ts";
import type { GenerateHandlers, InferenceClient, ReadyInfo } from "./protocol.ts";

export interface InferenceClientOptions {
  readonly packsDir: string;
  readonly provider?: string;
  /** Threads of each session; 0 = as many as physical cores. */
  readonly threads?: number;
  readonly deadlineMs?: number;
  readonly respawnDelayMs?: number;
  log?(message: string, fields: Readonly<Record<string, unknown>>): void;
}

interface Pending {
  readonly handlers: GenerateHandlers;
  readonly timer: NodeJS.Timeout;
  /** Images are handed on one after another, also when the handler is slow. */
  chain: Promise<void>;
  settle(error?: AppError): void;
}

/** Respawns wait 0.2 s, 0.4 s … at most this long. */
const longestRespawnMs = 5000;

export const createInferenceClient = (options: InferenceClientOptions): InferenceClient => new ChildClient(options);

class ChildClient implements InferenceClient {
  readonly #options: InferenceClientOptions;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcess | undefined;
  #ready: ReadyInfo | undefined;
  #nextJob = 1;
  #failures = 0;
  #isClosed = false;
  #respawn: NodeJS.Timeout | undefined;

  constructor(options: InferenceClientOptions) {
    this.#options = options;
  }

  get ready(): ReadyInfo | undefined {
    return this.#ready;
  }

  start(): Promise<ReadyInfo> {
    return new Promise((resolve, reject) => this.#spawn(resolve, reject));
  }

  generate(request: ResolvedRequest, handlers: GenerateHandlers): Promise<void> {
    const child = this.#child;
    if (!child || !this.#ready)
      return Promise.reject(
        new AppError(
          "inference_unavailable",
          "inference: the child is starting or being replaced; try again in a few seconds",
          { retryAfterSeconds: 2 },
        ),
      );
    if (handlers.signal?.aborted) return Promise.reject(cancelled());
    const job = this.#nextJob++;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        send(child, { type: "cancel", job });
        this.#pending.get(job)?.settle(cancelled());
      };
      const deadlineMs = this.#options.deadlineMs ?? limits.attemptDeadlineMs;
      const timer = setTimeout(() => {
        this.#pending
          .get(job)
          ?.settle(
            new AppError(
              "deadline_exceeded",
              `generation: expected to end within ${deadlineMs} ms, was still running; ask for fewer images`,
            ),
          );
        child.kill("SIGKILL");
      }, deadlineMs);
      const settle = (error?: AppError): void => {
        clearTimeout(timer);
        handlers.signal?.removeEventListener("abort", abort);
        this.#pending.delete(job);
        if (error) reject(error);
        else resolve();
      };
      this.#pending.set(job, { handlers, timer, chain: Promise.resolve(), settle });
      handlers.signal?.addEventListener("abort", abort, { once: true });
      send(child, { type: "generate", job, request });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#respawn);
    for (const pending of [...this.#pending.values()]) pending.settle(cancelled());
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.connected) child.disconnect();
    // A child inside a long run hears nothing; it has no state to lose.
    const hardStop = setTimeout(() => child.kill("SIGKILL"), 1000);
    await exited;
    clearTimeout(hardStop);
  }

  #spawn(onReady?: (info: ReadyInfo) => void, onUnable?: (error: AppError) => void): void {
    const { packsDir, provider = "auto", threads = 0 } = this.#options;
    const { path, execArgv } = childEntry();
    const child = fork(path, [], {
      execArgv,
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    send(child, { type: "start", config: { packsFolder: packsDir, provider, threads } });
    this.#child = child;
    let unable: AppError | undefined;
    child.on("message", (message: FromChild) => {
      if (message.type === "ready") {
        this.#ready = message.info;
        this.#failures = 0;
        onReady?.(message.info);
      } else if (message.type === "unable") unable = errorOf(message.fault);
      else this.#deliver(message);
    });
    child.on("exit", (code, signal) =>
      this.#exited(child, { code, signal, unable, onUnable: this.#ready ? undefined : onUnable }),
    );
  }

  #deliver(message: Exclude<FromChild, { type: "ready" | "unable" }>): void {
    const pending = this.#pending.get(message.job);
    if (!pending) return;
    if (message.type === "progress") pending.handlers.onProgress?.(message.progress);
    else if (message.type === "image")
      pending.chain = pending.chain.then(() => pending.handlers.onImage(message.image));
    else if (message.type === "failed") pending.settle(errorOf(message.fault));
    else
      pending.chain.then(
        () => pending.settle(),
        (error: unknown) =>
          pending.settle(error instanceof AppError ? error : new AppError("internal", String(error), { cause: error })),
      );
  }

  #exited(
    child: ChildProcess,
    {
      code,
      signal,
      unable,
      onUnable,
    }: {
      code: number | null;
      signal: string | null;
      unable: AppError | undefined;
      onUnable: ((error: AppError) => void) | undefined;
    },
  ): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#ready = undefined;
    for (const pending of [...this.#pending.values()])
      pending.settle(
        new AppError(
          "inference_crashed",
          `inference: the child ended (${signal ?? `exit code ${code}`}) while the images were being made`,
        ),
      );
    if (this.#isClosed) return;
    this.#options.log?.("inference child ended", { code, signal, reason: unable?.code });
    if (onUnable) {
      onUnable(
        unable ??
          new AppError(
            "inference_crashed",
            `inference: the child ended (${signal ?? `exit code ${code}`}) before it was ready`,
          ),
      );
      return;
    }
    this.#failures += 1;
    const delayMs = Math.min(longestRespawnMs, (this.#options.respawnDelayMs ?? 200) * 2 ** (this.#failures - 1));
    this.#respawn = setTimeout(() => this.#spawn(), delayMs);
  }
}

const cancelled = (): AppError => new AppError("cancelled", "generation: cancelled before all images were made");

const send = (child: ChildProcess, message: ToChild): void => {
  if (child.connected) child.send(message);
};

/** The bundle's child beside this file, or the source run through tsx. */
function childEntry(): { path: string; execArgv: string[] } {
  const bundled = fileURLToPath(new URL("./child.js", import.meta.url));
  if (existsSync(bundled)) return { path: bundled, execArgv: ["--enable-source-maps"] };
  return { path: fileURLToPath(new URL("./child.ts", import.meta.url)), execArgv: ["--import", "tsx"] };
}
