/**
 * The inference client: the one child process with all ONNX sessions, seen as an object that outlives its crashes. A crash
 * costs the child alone: what was running fails with `inference_crashed`, a new child is started after a growing pause, and
 * callers may try again. New packs need a new child, which takes over once it is ready, while the old one ends what it runs.
 */
import type { InversionRequest, ResolvedRequest } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import type { ResolvedUpscale } from "../../shared/upscaling.ts";
import type { Pixels } from "../engine/interfaces.ts";
import type { UpscaleHandlers } from "../upscaling/upscale-queue.ts";
import { type ChildEnd, type ChildTimings, cancelled, InferenceChild } from "./child-process.ts";
import type { ConditionImages, GenerateHandlers, InferenceClient, InversionResult, ReadyInfo } from "./protocol.ts";

export interface InferenceClientOptions {
  readonly packsDir: string;
  /** A folder of packs that the user trained, beside the ones that ship; need not exist. */
  readonly userPacksDir?: string | undefined;
  /** `auto` (default), `cpu`, `cuda` or `webgpu`; a named one that does not work refuses to start. */
  readonly provider?: string;
  /** Threads of each session; 0 = as many as physical cores. */
  readonly threads?: number;
  readonly deadlineMs?: number;
  readonly upscaleDeadlineMs?: number;
  readonly startDeadlineMs?: number;
  readonly silenceMs?: number;
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
  /** Children that are coming or going: started by a reload, or retired by one. */
  readonly #others = new Set<InferenceChild>();
  #reloads: Promise<void> = Promise.resolve();
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
      silenceMs: options.silenceMs ?? limits.inferenceSilenceMs,
      deadlineMs: options.deadlineMs ?? limits.attemptDeadlineMs,
      upscaleDeadlineMs: options.upscaleDeadlineMs ?? limits.upscaleDeadlineMs,
      // A cancel takes effect between two runs. The longest, a tile of the upscaler, takes about a fifth of a second and one on a
      // busy machine; a slow one gets fifteen times that.
      cancelGraceMs: options.cancelGraceMs ?? 15_000,
    };
  }

  get ready(): ReadyInfo | undefined {
    return this.#child?.ready;
  }

  get fault(): AppError | undefined {
    return this.ready ? undefined : this.#lastFault;
  }

  async start(): Promise<ReadyInfo> {
    if (this.#isClosed) throw cancelled();
    const child = this.#child ?? this.#spawn();
    return child.started.catch((error: unknown) => {
      throw this.#isClosed ? cancelled() : error;
    });
  }

  async generate(
    request: ResolvedRequest,
    handlers: GenerateHandlers,
    images: ConditionImages = new Map(),
  ): Promise<void> {
    const child = this.#serving() ?? (await this.#coming());
    this.#requireWanted(handlers.signal);
    await child.generate(request, images, handlers);
  }

  async invert(request: InversionRequest, images: ConditionImages, signal?: AbortSignal): Promise<InversionResult> {
    const child = this.#serving() ?? (await this.#coming());
    this.#requireWanted(signal);
    return child.invert(request, images, signal);
  }

  async upscale(request: ResolvedUpscale, image: Pixels, handlers: UpscaleHandlers): Promise<void> {
    const child = this.#serving() ?? (await this.#coming());
    this.#requireWanted(handlers.signal);
    await child.upscale(request, image, handlers);
  }

  reload(): Promise<ReadyInfo> {
    // One after another, because each has to see the packs as they were when it was asked for.
    const exchange = this.#reloads.then(() => this.#exchange());
    this.#reloads = exchange.then(
      () => undefined,
      () => undefined,
    );
    return exchange;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#respawn);
    await Promise.all([this.#child, ...this.#others].map((child) => child?.stop()));
  }

  /** The child that serves, told at once: a request must be under way before its caller can cancel it. */
  #serving(): InferenceChild | undefined {
    return this.#child?.ready ? this.#child : undefined;
  }

  async #coming(): Promise<InferenceChild> {
    if (this.#isClosed) throw cancelled();
    // The old child serves during a reload; one that crashed then is not worth another but the coming one.
    await this.#reloads;
    const child = this.#serving();
    if (child) return child;
    const why = this.#lastFault ? ` (the last start failed: ${this.#lastFault.message})` : "";
    throw new AppError("inference_unavailable", `inference: the child is starting or being replaced${why}`, {
      retryAfterSeconds: 2,
    });
  }

  /** Looked at after every wait: what was cancelled or closed meanwhile must not reach a child, which would never hear of it. */
  #requireWanted(signal: AbortSignal | undefined): void {
    if (signal?.aborted || this.#isClosed) throw cancelled();
  }

  async #exchange(): Promise<ReadyInfo> {
    // A first start that is still going on has callers of its own.
    await this.#child?.started.catch(() => undefined);
    if (this.#isClosed) throw cancelled();
    const next = this.#create();
    this.#others.add(next);
    void next.ended.then((end) => (this.#child === next ? this.#replace(end) : this.#others.delete(next)));
    const info = await next.started.catch((error: unknown) => {
      throw this.#isClosed ? cancelled() : error;
    });
    this.#others.delete(next);
    clearTimeout(this.#respawn);
    const old = this.#child;
    this.#child = next;
    this.#serves(info);
    if (old) {
      this.#others.add(old);
      void old.retire().then(() => this.#others.delete(old));
    }
    return info;
  }

  #create(): InferenceChild {
    const { packsDir, userPacksDir, provider = "auto", threads = 0 } = this.#options;
    const config = { packsFolder: packsDir, userPacksFolder: userPacksDir, provider, threads };
    return new InferenceChild(config, this.#timings);
  }

  #spawn(): InferenceChild {
    const child = this.#create();
    this.#child = child;
    child.started.then(
      (info) => this.#serves(info),
      () => {
        this.#failures += 1;
      },
    );
    void child.ended.then((end) => {
      if (this.#child === child) this.#replace(end);
    });
    return child;
  }

  #serves({ leftOut = [] }: ReadyInfo): void {
    this.#hasServed = true;
    this.#failures = 0;
    this.#lastFault = undefined;
    for (const fault of leftOut) this.#options.log?.("a pack was left out", fault);
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
