/**
 * The worker loop: takes jobs, has the inference child make their images, stores the PNGs. A few jobs run at once so that
 * the child can join them into batches. A crash of the child costs one attempt; an attempt past its deadline fails.
 */
import type { ResolvedRequest } from "../../shared/contract.ts";
import { AppError, toProblem } from "../../shared/problem.ts";
import type { ConditionImages, GenerateHandlers, ImageResult, InferenceClient } from "../inference/protocol.ts";
import type { Job, JobOutcome, JobQueue } from "./job-queue.ts";
import { digestOf } from "./result-store.ts";

export interface WorkerDeps {
  readonly queue: JobQueue;
  readonly inference: Pick<InferenceClient, "ready" | "generate">;
  readonly results: { put(bytes: Uint8Array): Promise<string> };
  /** Decodes what a request names. @throws AppError image_unknown, image_rejected */
  readonly imagesOf: (request: ResolvedRequest) => Promise<ConditionImages>;
  /** Straight RGBA [height, width, 4] → PNG. */
  readonly encodePng: (rgba: Uint8Array, widthPx: number, heightPx: number) => Promise<Uint8Array>;
  readonly limits: {
    readonly attemptsMax: number;
    readonly attemptDeadlineMs: number;
    readonly jobsParallelMax: number;
  };
  /** Never gets captions or bytes. */
  readonly log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
  readonly onFinished?: (state: string, durationMs: number, imageCount: number) => void;
}

export interface GenerationWorker {
  /** Resolves when running jobs ended; after `graceMs` they are failed with `shutting_down`. Close the queue first. */
  stop(graceMs: number): Promise<void>;
}

/** Pause between looks at a child that is starting again. */
const readyPollMs = 50;

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });

export const asAppError = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError("internal", "the server failed in an unexpected way", { cause: error });

export function startGenerationWorker(deps: WorkerDeps): GenerationWorker {
  const stopping = new AbortController();
  const loops = Array.from({ length: deps.limits.jobsParallelMax }, async () => {
    for (let job = await deps.queue.take(); job !== undefined; job = await deps.queue.take()) {
      await runJob(job, deps, stopping.signal);
    }
  });
  return {
    stop: async (graceMs) => {
      const timer = setTimeout(
        () => stopping.abort(new AppError("shutting_down", "the server stopped before the end")),
        graceMs,
      );
      await Promise.all(loops).finally(() => clearTimeout(timer));
    },
  };
}

/** Runs a job to its end; never throws. */
async function runJob(job: Job, deps: WorkerDeps, stopping: AbortSignal): Promise<void> {
  const started = performance.now();
  let startedAttempt = started;
  let outcome: JobOutcome | undefined;
  for (let attempt = 1; outcome === undefined; attempt++) {
    startedAttempt = performance.now();
    try {
      await runAttempt(job, deps, stopping);
      outcome = { state: "done", durationMs: Math.round(performance.now() - startedAttempt) };
    } catch (cause) {
      const error = asAppError(cause);
      const isCrash = error.code === "inference_crashed" || error.code === "inference_unavailable";
      if (isCrash && attempt < deps.limits.attemptsMax && !job.signal.aborted && !stopping.aborted) {
        deps.log.warn({ job: job.id, attempt, code: error.code }, "the inference child was lost; trying again");
        continue;
      }
      if (error.code === "internal") deps.log.error({ job: job.id, err: cause }, "a job failed in an unexpected way");
      outcome = {
        state: "failed",
        problem: toProblem(error),
        durationMs: Math.round(performance.now() - startedAttempt),
      };
    }
  }
  try {
    const ended = await job.finish(outcome);
    deps.onFinished?.(ended.state, performance.now() - started, ended.images.length);
  } catch (error) {
    deps.log.error({ job: job.id, err: error }, "a job's end could not be recorded");
  }
}

async function runAttempt(job: Job, deps: WorkerDeps, stopping: AbortSignal): Promise<void> {
  const { attemptDeadlineMs } = deps.limits;
  const attempt = new AbortController();
  const fail = (error: unknown): void => attempt.abort(error);
  const deadline = setTimeout(
    () =>
      fail(
        new AppError("deadline_exceeded", `expected an attempt of at most ${attemptDeadlineMs} ms, got a longer one`),
      ),
    attemptDeadlineMs,
  );
  const signal = AbortSignal.any([job.signal, stopping, attempt.signal]);
  const writes: Array<Promise<void>> = [];
  try {
    job.beginAttempt();
    while (deps.inference.ready === undefined && !signal.aborted) await sleep(readyPollMs, signal);
    signal.throwIfAborted();
    // The race frees this loop even from a client that never settles.
    await Promise.race([makeImages(job, deps, signal, fail, writes), rejectOnAbort(signal)]);
  } catch (error) {
    // The reason of the abort says more than the `cancelled` that it caused in the client.
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(deadline);
    attempt.abort();
    // A write that ends after the job would leave a file that no one names.
    await Promise.allSettled(writes);
  }
}

/** Never resolves; rejects with the signal's reason. */
export const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

async function makeImages(
  job: Job,
  deps: WorkerDeps,
  signal: AbortSignal,
  fail: (error: unknown) => void,
  writes: Array<Promise<void>>,
): Promise<void> {
  const request: ResolvedRequest = job.request;
  const images = await deps.imagesOf(request);
  signal.throwIfAborted();
  const handlers: GenerateHandlers = {
    signal,
    onProgress: ({ stage, completed }) => job.report({ stage, completed }),
    onOutside: (outside) => job.reportOutside(outside),
    // Not awaited by the client: the files of a job are written side by side; there are at most `countMax`.
    onImage: (image) => {
      if (signal.aborted) return;
      const done = storeImage(job, image, deps, signal);
      done.catch(fail);
      writes.push(done);
    },
  };
  await deps.inference.generate(request, handlers, images);
  job.report({ stage: "storing", completed: 0 });
  await Promise.all(writes);
  if (writes.length !== request.count)
    throw new AppError("internal", `expected ${request.count} images of the inference child, got ${writes.length}`);
}

async function storeImage(job: Job, image: ImageResult, deps: WorkerDeps, signal: AbortSignal): Promise<void> {
  const { rgba, ...about } = image;
  const png = await deps.encodePng(rgba, image.widthPx, image.heightPx);
  signal.throwIfAborted();
  const sha256 = digestOf(png);
  job.reserve(sha256);
  await deps.results.put(png);
  if (signal.aborted) return;
  const path = `/v1/generations/${job.id}/images/${image.index}.png`;
  job.addImage({ ...about, sha256, bytes: png.byteLength, path });
}
