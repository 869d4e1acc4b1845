/**
 * One inference child as its parent sees it: forks it, sends it what to load, sends requests and receives images over IPC, and
 * ends it when it hangs. It never restarts a child; server/inference/client.ts does.
 */
import type { ChildProcess } from "node:child_process";
import type { DrawingsRequest, FittingDrawing } from "../../shared/contract/generations/drawings.ts";
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { InversionRequest } from "../../shared/contract/generations/inversion.ts";
import type { ResolvedUpscale } from "../../shared/contract/upscaling.ts";
import { AppError } from "../../shared/problem.ts";
import type { Picture } from "../engine/interfaces.ts";
import { deserialize } from "../platform/processes/serialized-error.ts";
import { yieldToEventLoop } from "../platform/yield-to-event-loop.ts";
import type { UpscaleHandlers } from "../upscaling/upscale-queue.ts";
import { takeProcess } from "./fork-child.ts";
import { SentImages } from "./held-images.ts";
import type { ChildConfig, Drawn, FromChild, JobEvent, JobRequest, ToChild } from "./messages.ts";
import type { ConditionImages, GenerateHandlers, InversionResult, ReadyInfo } from "./protocol.ts";
import { SharedDeadlines } from "./shared-deadlines.ts";

export interface ChildTimings {
  readonly startDeadlineMs: number;
  /** A child that is ready and says nothing for this long hangs: it is ended, and what it ran may be tried again. */
  readonly silenceMs: number;
  /** Time of the child for one request; what it waits behind others is not counted, and those drawn side by side share it. */
  readonly deadlineMs: number;
  /** Deadline of upscales, which take minutes where other requests take seconds. */
  readonly upscaleDeadlineMs: number;
  /** Time for the child to drop a cancelled request; after it the child counts as hanging in a run and is ended. */
  readonly cancelGraceMs: number;
}

/** The end of a child. */
export interface ChildEnd {
  /** Signal or exit code in words. */
  readonly how: string;
  /** Why it could not start, if it reported that. */
  readonly fault: AppError | undefined;
}

/** Receives the events of a job: the answers to one kind of request. */
interface Handlers extends Partial<GenerateHandlers> {
  onInversion?(inversion: InversionResult): void;
  onDrawings?(drawings: readonly FittingDrawing[]): void;
  onTiles?: UpscaleHandlers["onProgress"];
  onPicture?: UpscaleHandlers["onImage"];
}

interface Job {
  readonly handlers: Handlers;
  /** Until the child has dropped it. */
  dropTimer: ReturnType<typeof setTimeout> | undefined;
  /** Images are passed on one after another, even to a slow handler. */
  chain: Promise<void>;
  /** Drops the job because of an error of its owner. */
  abandon(error: unknown): void;
  isSettled: boolean;
  settle(error?: unknown): void;
}

/** Time for a child to exit when asked; after it the child is killed, because it has no state to lose. */
const stopGraceMs = 1000;

export class InferenceChild {
  /** Resolves when the child is ready; rejects when it ends before. */
  readonly started: Promise<ReadyInfo>;
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;
  readonly #timings: ChildTimings;
  readonly #sent = new SentImages();
  readonly #jobs = new Map<number, Job>();
  readonly #deadlines = new SharedDeadlines();
  #info: ReadyInfo | undefined;
  #fault: AppError | undefined;
  #isDoomed = false;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #heardCount = 0;
  #nextJob = 1;
  #onIdle: (() => void) | undefined;

  /** @param onDrawn what it drew since it last said so */
  constructor(config: ChildConfig, timings: ChildTimings, onDrawn: (drawn: Drawn) => void) {
    this.#timings = timings;
    this.#process = takeProcess();
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => resolve(this.#end(how));
      this.#process.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
      // A failed fork has no exit event; a failed send has one. The first call counts.
      this.#process.on("error", (error) => (this.#process.pid === undefined ? end(error.message) : this.#kill()));
    });
    this.started = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fault = new AppError(
          "inference_unavailable",
          `inference: expected the child to be ready within ${timings.startDeadlineMs} ms, was still starting`,
        );
        this.#kill();
      }, timings.startDeadlineMs);
      this.#process.on("message", (message: FromChild) => {
        this.#heardCount += 1;
        if (message.type === "start-failed") {
          this.#fault = deserialize(message.fault);
          this.#kill();
        } else if (message.type === "ready") {
          clearTimeout(timer);
          this.#info = message.info;
          this.#listen();
          resolve(message.info);
        } else if (message.type === "alive") onDrawn(message.drawn);
        else this.#deliver(message);
      });
      this.ended.then(({ how, fault }) => {
        clearTimeout(timer);
        reject(fault ?? new AppError("inference_crashed", `inference: the child ended (${how}) before it was ready`));
      });
    });
    this.#send({ type: "start", config });
  }

  /** Undefined before the child is ready, and as soon as it is being ended. */
  get ready(): ReadyInfo | undefined {
    return this.#isDoomed ? undefined : this.#info;
  }

  /** See `InferenceClient.generate`. */
  generate(request: ResolvedRequest, images: ConditionImages, handlers: GenerateHandlers): Promise<void> {
    const { deadlineMs, upscaleDeadlineMs } = this.#timings;
    const order = { type: "generate", request, images: this.#sent.toSend(images) } as const;
    return this.#order(order, handlers, request.upscale === undefined ? deadlineMs : upscaleDeadlineMs);
  }

  /** See `InferenceClient.invert`. */
  async invert(request: InversionRequest, images: ConditionImages, signal?: AbortSignal): Promise<InversionResult> {
    let result: InversionResult | undefined;
    await this.#order(
      { type: "invert", request, images: this.#sent.toSend(images) },
      {
        ...(signal ? { signal } : {}),
        onInversion: (inversion) => {
          result = inversion;
        },
      },
    );
    return result!;
  }

  /** See `InferenceClient.drawings`. */
  async drawings(request: DrawingsRequest, images: ConditionImages, signal?: AbortSignal): Promise<FittingDrawing[]> {
    let found: readonly FittingDrawing[] = [];
    await this.#order(
      { type: "drawings", request, images: this.#sent.toSend(images) },
      {
        ...(signal ? { signal } : {}),
        onDrawings: (drawings) => {
          found = drawings;
        },
      },
    );
    return [...found];
  }

  /** See `InferenceClient.upscale`. */
  upscale(request: ResolvedUpscale, image: Picture, handlers: UpscaleHandlers): Promise<void> {
    return this.#order(
      { type: "upscale", request, image },
      {
        ...(handlers.signal ? { signal: handlers.signal } : {}),
        onDone: (tookMs) => handlers.onDone?.(tookMs),
        onTiles: (tiles) => handlers.onProgress?.(tiles),
        onPicture: (picture) => handlers.onImage(picture),
      },
      this.#timings.upscaleDeadlineMs,
    );
  }

  #order(order: JobRequest, handlers: Handlers, deadlineMs = this.#timings.deadlineMs): Promise<void> {
    const id = this.#nextJob++;
    return new Promise((resolve, reject) => {
      const abandon = (error: unknown): void => {
        job.settle(error);
        clearTimeout(job.dropTimer);
        job.dropTimer = setTimeout(() => this.#kill(), this.#timings.cancelGraceMs);
        this.#send({ type: "cancel", job: id });
      };
      const abort = (): void => abandon(cancelled());
      const job: Job = {
        handlers,
        abandon,
        dropTimer: undefined,
        chain: Promise.resolve(),
        isSettled: false,
        settle: (error) => {
          if (job.isSettled) return;
          job.isSettled = true;
          this.#deadlines.delete(id);
          handlers.signal?.removeEventListener("abort", abort);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      this.#jobs.set(id, job);
      this.#deadlines.add(id, deadlineMs, (waitedMs) => abandon(deadlineExceeded(deadlineMs, waitedMs)));
      handlers.signal?.addEventListener("abort", abort, { once: true });
      this.#send({ type: "order", job: id, order });
    });
  }

  /** Ends the child when its running jobs are done. */
  async retire(): Promise<void> {
    if (this.#jobs.size > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    await this.stop();
  }

  /** Rejects running jobs with `cancelled` and ends the child. */
  async stop(): Promise<void> {
    for (const job of this.#jobs.values()) job.settle(cancelled());
    this.#isDoomed = true;
    if (this.#process.connected) this.#process.disconnect();
    const hardStop = setTimeout(() => this.#kill(), stopGraceMs);
    await this.ended;
    clearTimeout(hardStop);
  }

  #deliver(message: JobEvent): void {
    const job = this.#jobs.get(message.job);
    if (!job) return;
    // The child says nothing of a job before it is its turn.
    this.#deadlines.begin(message.job);
    if (message.type === "progress") {
      if (!job.isSettled) job.handlers.onProgress?.(message.progress);
    } else if (message.type === "findings") {
      if (!job.isSettled) job.handlers.onFindings?.(message.findings);
    } else if (message.type === "tiles") {
      if (!job.isSettled) job.handlers.onTiles?.(message.tiles);
    } else if (message.type === "inversion") {
      job.handlers.onInversion?.(message.inversion);
    } else if (message.type === "drawings") {
      job.handlers.onDrawings?.(message.drawings);
    } else if (message.type === "image") {
      this.#handOn(job, () => job.handlers.onImage?.(message.image));
    } else if (message.type === "picture") {
      this.#handOn(job, () => job.handlers.onPicture?.(message.picture));
    } else {
      this.#jobs.delete(message.job);
      // What its owner still does with its images is not the child's time.
      this.#deadlines.delete(message.job);
      if (message.type === "failed") this.#conclude(job, deserialize(message.fault));
      else {
        job.handlers.onDone?.(message.tookMs);
        job.chain.then(() => this.#conclude(job));
      }
      if (this.#jobs.size === 0) this.#onIdle?.();
    }
  }

  #handOn(job: Job, handler: () => void | Promise<void>): void {
    job.chain = job.chain
      .then(() => (job.isSettled ? undefined : handler()))
      .catch((error: unknown) => job.abandon(error));
  }

  #conclude(job: Job, error?: AppError): void {
    job.settle(error);
    clearTimeout(job.dropTimer);
  }

  /** Ends a child that is silent. After a pause of this process itself, what was said meanwhile is read first. */
  #listen(silentQuarters = 0): void {
    const heard = this.#heardCount;
    this.#silence = setTimeout(async () => {
      if (heard === this.#heardCount) await yieldToEventLoop();
      if (heard !== this.#heardCount) this.#listen();
      else if (silentQuarters === 3) this.#kill();
      else this.#listen(silentQuarters + 1);
    }, this.#timings.silenceMs / 4);
  }

  #kill(): void {
    this.#isDoomed = true;
    this.#process.kill("SIGKILL");
  }

  #end(how: string): ChildEnd {
    this.#isDoomed = true;
    clearTimeout(this.#silence);
    const error = new AppError("inference_crashed", `inference: the child ended (${how}) before the request did`);
    for (const job of this.#jobs.values()) this.#conclude(job, error);
    this.#jobs.clear();
    this.#onIdle?.();
    return { how, fault: this.#fault };
  }

  #send(message: ToChild): void {
    // If the channel breaks here, the child's end follows and settles everything.
    if (this.#process.connected) this.#process.send(message, () => {});
  }
}

export const cancelled = (): AppError => new AppError("cancelled", "inference: cancelled before the request's end");

/** @param waitedMs of one that the child never began */
function deadlineExceeded(deadlineMs: number, waitedMs: number | undefined): AppError {
  const got = waitedMs === undefined ? "was still running" : `waited ${Math.round(waitedMs)} ms and was not begun`;
  return new AppError("deadline_exceeded", `inference: expected at most ${deadlineMs} ms of drawing, ${got}`, {
    expected: `at most ${deadlineMs} ms`,
  });
}
