/**
 * The inference client: the one child process with all ONNX sessions, seen as an object that outlives its crashes. A crash
 * costs the child alone: what was running fails with `inference_crashed`, a new child is started after a growing pause, and
 * callers may try again.
 */
import type { ResolvedRequest } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { type ChildEnd, type ChildTimings, cancelled, InferenceChild } from "./child-process.ts";
import type { GenerateHandlers, InferenceClient, ReadyInfo } from "./protocol.ts";

export interface InferenceClientOptions {
  readonly packsDir: string;
  /** `auto` (default), `cpu`, `cuda` or `webgpu`; a named one that does not work refuses to start. */
  readonly provider?: string;
  /** Threads of each session; 0 = as many as physical cores. */
  readonly threads?: number;
  readonly deadlineMs?: number;
  readonly startDeadlineMs?: number;
  readonly cancelGraceMs?: number;
  /** Pause before the first respawn; doubles with each start that fails. */
  readonly respawnDelayMs?: number;
  log?(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** Respawns wait 0.2 s, 0.4 s … at most this long. */
const respawnDelayMaxMs = 5000;

export const createInferenceClient = (options: InferenceClientOptions): InferenceClient =>
  new RespawningClient(options);

class RespawningClient implements InferenceClient {
  readonly #options: InferenceClientOptions;
  readonly #timings: ChildTimings;
  #child: InferenceChild | undefined;
  #respawn: ReturnType<typeof setTimeout> | undefined;
  /** Whether a child was ever ready: before that a failed start is the caller's to handle, after it ours. */
  #hasServed = false;
  /** Starts in a row that failed, and why the last one did. */
  #failures = 0;
  #lastFault: AppError | undefined;
  #isClosed = false;

  constructor(options: InferenceClientOptions) {
    this.#options = options;
    this.#timings = {
      // Verifying and loading the packs takes about a second; a slow disk and a busy machine get a hundred times that.
      startDeadlineMs: options.startDeadlineMs ?? 120_000,
      deadlineMs: options.deadlineMs ?? limits.attemptDeadlineMs,
      // The longest single run takes well below a second.
      cancelGraceMs: options.cancelGraceMs ?? 15_000,
    };
  }

  get ready(): ReadyInfo | undefined {
    return this.#child?.ready;
  }

  async start(): Promise<ReadyInfo> {
    if (this.#isClosed) throw cancelled();
    const child = this.#child ?? this.#spawn();
    return child.started.catch((error: unknown) => {
      throw this.#isClosed ? cancelled() : error;
    });
  }

  async generate(request: ResolvedRequest, handlers: GenerateHandlers): Promise<void> {
    if (handlers.signal?.aborted) throw cancelled();
    if (!this.#child?.ready) {
      const why = this.#lastFault ? ` (the last start failed: ${this.#lastFault.message})` : "";
      throw new AppError("inference_unavailable", `inference: the child is starting or being replaced${why}`, {
        retryAfterSeconds: 2,
      });
    }
    await this.#child.generate(request, handlers);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#respawn);
    await this.#child?.stop();
  }

  #spawn(): InferenceChild {
    const { packsDir, provider = "auto", threads = 0 } = this.#options;
    const child = new InferenceChild({ packsFolder: packsDir, provider, threads }, this.#timings);
    this.#child = child;
    child.started.then(
      () => {
        this.#hasServed = true;
        this.#failures = 0;
        this.#lastFault = undefined;
      },
      () => {
        this.#failures += 1;
      },
    );
    void child.ended.then((end) => this.#replace(end));
    return child;
  }

  /** Plans the next child after one that ended, also after one that failed to start. */
  #replace({ how, fault }: ChildEnd): void {
    this.#child = undefined;
    this.#lastFault = fault;
    if (this.#isClosed) return;
    this.#options.log?.("inference child ended", { how, reason: fault?.code });
    if (!this.#hasServed) return;
    const delayMs = Math.min(respawnDelayMaxMs, (this.#options.respawnDelayMs ?? 200) * 2 ** this.#failures);
    this.#respawn = setTimeout(() => this.#spawn(), delayMs);
  }
}
