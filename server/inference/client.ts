/**
 * The inference client: the one child process with all ONNX sessions, as an object that outlives its crashes. A crash affects
 * the child only: running requests fail with `inference_crashed`, a new child starts after a growing pause, and callers may
 * retry. New packs need a new child; it takes over when it is ready, while the old one finishes its work.
 */

import type { DrawingsRequest, FittingDrawing } from "../../shared/contract/generations/drawings.ts";
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { InversionRequest } from "../../shared/contract/generations/inversion.ts";
import type { ResolvedUpscale } from "../../shared/contract/upscaling.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import type { Picture } from "../engine/interfaces.ts";
import type { UpscaleHandlers } from "../upscaling/upscale-queue.ts";
import { type ChildEnd, type ChildTimings, cancelled, InferenceChild } from "./child-process.ts";
import type {
  ConditionImages,
  GenerateHandlers,
  InferenceClient,
  InferenceCounts,
  InversionResult,
  ReadyInfo,
} from "./protocol.ts";

export interface InferenceClientOptions {
  readonly packsDir: string;
  /** Folder of user packs; need not exist. */
  readonly userPacksDir?: string | undefined;
  /** Ids of the packs to load, for a command that needs no others; absent = all. */
  readonly packIds?: readonly string[];
  /** For one command: the child opens graphs of the upscaler when a request needs them, and warms up nothing. */
  readonly onDemand?: boolean;
  /** One of provider.ts, `auto` by default; the start fails if a named one does not work. */
  readonly provider?: string;
  /** Threads of each session; 0 = the number of physical cores. */
  readonly threads?: number;
  readonly deadlineMs?: number;
  readonly upscaleDeadlineMs?: number;
  readonly startDeadlineMs?: number;
  readonly silenceMs?: number;
  readonly cancelGraceMs?: number;
  /** Pause before the first respawn; doubles with each failed start. */
  readonly respawnDelayMs?: number;
  log?(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** Longest pause before a respawn (0.2 s, 0.4 s …). */
const respawnDelayMaxMs = 5000;

export const createInferenceClient = (options: InferenceClientOptions): InferenceClient =>
  new RespawningClient(options);

class RespawningClient implements InferenceClient {
  readonly #options: InferenceClientOptions;
  readonly #timings: ChildTimings;
  #child: InferenceChild | undefined;
  /** Children that a reload starts or retires. */
  readonly #others = new Set<InferenceChild>();
  #reloads: Promise<void> = Promise.resolve();
  #respawn: ReturnType<typeof setTimeout> | undefined;
  /** Whether a child was ever ready. The caller of `start` handles a failed start before that; afterwards the client does. */
  #hasServed = false;
  readonly #counts = { starts: 0, runs: 0, rows: 0 };
  /** Number of consecutive failed starts, and the reason of the last one. */
  #failures = 0;
  #lastFault: AppError | undefined;
  #isClosed = false;

  constructor(options: InferenceClientOptions) {
    this.#options = options;
    this.#timings = {
      // Verifying and loading the packs takes about a second; slow disks and busy machines get a hundred times that.
      startDeadlineMs: options.startDeadlineMs ?? 120_000,
      silenceMs: options.silenceMs ?? limits.inferenceSilenceMs,
      deadlineMs: options.deadlineMs ?? limits.attemptDeadlineMs,
      upscaleDeadlineMs: options.upscaleDeadlineMs ?? limits.upscaleDeadlineMs,
      // A cancel takes effect between two runs. The longest, a tile of the upscaler with details, takes about a second; a
      // busy machine gets fifteen times that.
      cancelGraceMs: options.cancelGraceMs ?? 15_000,
    };
  }

  get ready(): ReadyInfo | undefined {
    return this.#child?.ready;
  }

  get counts(): InferenceCounts {
    return this.#counts;
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

  async drawings(request: DrawingsRequest, images: ConditionImages, signal?: AbortSignal): Promise<FittingDrawing[]> {
    const child = this.#serving() ?? (await this.#coming());
    this.#requireWanted(signal);
    return child.drawings(request, images, signal);
  }

  async upscale(request: ResolvedUpscale, image: Picture, handlers: UpscaleHandlers): Promise<void> {
    const child = this.#serving() ?? (await this.#coming());
    this.#requireWanted(handlers.signal);
    await child.upscale(request, image, handlers);
  }

  reload(): Promise<ReadyInfo> {
    // Sequential, because each reload has to load the packs as they were when it was requested.
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

  /** The serving child, without waiting: a request must have started before its caller can cancel it. */
  #serving(): InferenceChild | undefined {
    return this.#child?.ready ? this.#child : undefined;
  }

  async #coming(): Promise<InferenceChild> {
    if (this.#isClosed) throw cancelled();
    // The old child serves during a reload. If it crashed, wait for the new child instead of starting another one.
    await this.#reloads;
    const child = this.#serving();
    if (child) return child;
    const why = this.#lastFault ? ` (the last start failed: ${this.#lastFault.message})` : "";
    throw new AppError("inference_unavailable", `inference: the child is starting or being replaced${why}`, {
      retryAfterSeconds: 2,
    });
  }

  /**
   * Checked after every wait: a request that was cancelled or closed in the meantime must not reach a child, which would never
   * learn of it.
   */
  #requireWanted(signal: AbortSignal | undefined): void {
    if (signal?.aborted || this.#isClosed) throw cancelled();
  }

  async #exchange(): Promise<ReadyInfo> {
    // A first start that is still running is handled by its own callers.
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
    const { packsDir, userPacksDir, packIds, onDemand = false, provider = "auto", threads = 0 } = this.#options;
    const config = { packsFolder: packsDir, userPacksFolder: userPacksDir, packIds, onDemand, provider, threads };
    return new InferenceChild(config, this.#timings, ({ runs, rows }) => {
      this.#counts.runs += runs;
      this.#counts.rows += rows;
    });
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
    this.#counts.starts++;
    this.#failures = 0;
    this.#lastFault = undefined;
    for (const fault of leftOut) this.#options.log?.("a pack was left out", fault);
  }

  /** Schedules the next child after one that ended or failed to start. */
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
