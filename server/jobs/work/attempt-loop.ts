/**
 * The loop of every worker: takes jobs from a queue, a few at once, and runs each to its end. A loss of the inference child costs
 * one attempt; an attempt past its deadline fails; a cancel ends it, a stop puts the job back. What an attempt does is the caller's.
 * The time of inference is the child's to bound, which alone knows how long a job waits in it behind others.
 */

import type { JobState } from "../../../shared/contract/job-fields.ts";
import { AppError, type ProblemCode, toProblem } from "../../../shared/problem.ts";
import type { Semaphore } from "../../platform/semaphore.ts";
import { isFinal, type Job, type JobBody, type JobOutcome, type JobQueue } from "../job-queue.ts";
import { type DrawnImage, type ImageStoreDeps, storeImage } from "./store-image.ts";

export interface WorkerDeps<Body extends JobBody> extends Omit<ImageStoreDeps, "imagePath"> {
  readonly queue: JobQueue<Body>;
  /** `ready` is undefined while no child is. */
  readonly inference: { readonly ready: object | undefined };
  readonly limits: {
    readonly attemptsMax: number;
    readonly attemptDeadlineMs: number;
    readonly jobsParallelMax: number;
  };
  /** Lets one job at a time run that lost a child; shared by all workers of the child. Absent = they run side by side. */
  readonly suspects?: Semaphore;
  /** Never gets captions or bytes. */
  readonly log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
  readonly onFinished?: (finished: FinishedJob) => void;
}

/** A job that a worker has ended, or that was cancelled meanwhile. */
export interface FinishedJob {
  readonly state: JobState;
  /** Of one that failed. */
  readonly code?: ProblemCode | undefined;
  /** From its creation to its first attempt here. */
  readonly waitedMs: number;
  /** From there to its end. */
  readonly durationMs: number;
  /** The child's own time, others beside it included. */
  readonly inferenceMs: number;
  readonly imageCount: number;
}

type LoopDeps<Body extends JobBody> = WorkerDeps<Body> & Pick<ImageStoreDeps, "imagePath">;

export interface Worker {
  /** Resolves when running jobs ended; after `graceMs` they are put back. Close the queue first. */
  stop(graceMs: number): Promise<void>;
}

/** What a worker does with a job is done in one of these. */
export interface Attempt<Body extends JobBody> {
  readonly job: Job<Body>;
  /** Aborts with the cancel of the job, the deadline of the attempt, a write that failed, or the stop of the server. */
  readonly signal: AbortSignal;
  /** Begins to store an image, side by side with others, and adds it to the job then. */
  keep(image: DrawnImage<Body>): void;
  /** Has the child draw, and say how long it took: for as long the deadline of the attempt stands still. */
  infer<T>(draw: (onDone: (tookMs: number) => void) => Promise<T>): Promise<T>;
  /** Resolves when all that was kept is stored; there must be so many. @throws AppError internal, storage_full */
  settle(expectedImages: number): Promise<void>;
}

type Work<Body extends JobBody> = (attempt: Attempt<Body>) => Promise<void>;

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

/** Never resolves; rejects with the signal's reason. */
export const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

export function startWorker<Body extends JobBody>(deps: LoopDeps<Body>, work: Work<Body>): Worker {
  const stopping = new AbortController();
  const closing = new AbortController();
  const takeNext = async () => {
    // Without a child jobs wait in the line, where they can be seen and lose no attempt.
    await untilReady(deps.inference, closing.signal);
    return deps.queue.take();
  };
  const loops = Array.from({ length: deps.limits.jobsParallelMax }, async () => {
    for (let job = await takeNext(); job !== undefined; job = await takeNext())
      await runJob(job, work, deps, stopping.signal);
  });
  return {
    stop: async (graceMs) => {
      closing.abort();
      const timer = setTimeout(
        () => stopping.abort(new AppError("shutting_down", "the server stopped before the end")),
        graceMs,
      );
      await Promise.all(loops).finally(() => clearTimeout(timer));
    },
  };
}

/** Waits for a child that is ready, or for the abort. */
async function untilReady(inference: { readonly ready: object | undefined }, signal: AbortSignal): Promise<void> {
  while (inference.ready === undefined && !signal.aborted) await sleep(readyPollMs, signal);
}

/** Runs a job to its end; never throws. */
async function runJob<Body extends JobBody>(
  job: Job<Body>,
  work: Work<Body>,
  deps: LoopDeps<Body>,
  stopping: AbortSignal,
): Promise<void> {
  const started = performance.now();
  // A clock that was set back makes no negative time.
  const waitedMs = Math.max(0, Date.now() - Date.parse(job.body.createdAt));
  let inferenceMs = 0;
  let startedAttempt = started;
  let outcome: JobOutcome<Body> | undefined;
  /** What lost a child may lose the next one, and takes all that runs beside it: from then on such jobs run one at a time. */
  let inTurn: Semaphore = (attempt) => attempt();
  for (let attempt = 1; outcome === undefined; attempt++) {
    try {
      await inTurn(async () => {
        // Time without a child is not the attempt's.
        await untilReady(deps.inference, AbortSignal.any([job.signal, stopping]));
        startedAttempt = performance.now();
        await runAttempt(job, work, deps, stopping, (tookMs) => {
          inferenceMs += tookMs;
        });
      });
      outcome = { state: "done", durationMs: Math.round(performance.now() - startedAttempt) };
    } catch (cause) {
      // The next start takes it up.
      if (stopping.aborted && !job.signal.aborted)
        return job
          .putBack()
          .catch((err: unknown) => deps.log.error({ job: job.id, err }, "a job could not be put back"));
      const error = asAppError(cause);
      const isCrash = error.code === "inference_crashed" || error.code === "inference_unavailable";
      if (isCrash && attempt < deps.limits.attemptsMax && !job.signal.aborted) {
        deps.log.warn(
          { job: job.id, attempt, code: error.code },
          "the inference child or a thread of it was lost; trying again",
        );
        inTurn = deps.suspects ?? inTurn;
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
    const body = await job.finish(outcome);
    // One whose hold was lost is another worker's to end.
    if (!isFinal(body)) return;
    const { state, problem, images = [] } = body;
    const durationMs = performance.now() - started;
    deps.onFinished?.({ state, code: problem?.code, waitedMs, durationMs, inferenceMs, imageCount: images.length });
  } catch (error) {
    deps.log.error({ job: job.id, err: error }, "a job's end could not be recorded");
  }
}

async function runAttempt<Body extends JobBody>(
  job: Job<Body>,
  work: Work<Body>,
  deps: LoopDeps<Body>,
  stopping: AbortSignal,
  onInferred: (tookMs: number) => void,
): Promise<void> {
  const { attemptDeadlineMs } = deps.limits;
  const attempt = new AbortController();
  const fail = (error: unknown): void => attempt.abort(error);
  const late = `expected at most ${attemptDeadlineMs} ms to read and store a job's images, got more`;
  const startDeadline = () => setTimeout(() => fail(new AppError("deadline_exceeded", late)), attemptDeadlineMs);
  let deadline = startDeadline();
  const infer: Attempt<Body>["infer"] = async (draw) => {
    clearTimeout(deadline);
    const drawn = await draw(onInferred);
    if (!attempt.signal.aborted) deadline = startDeadline();
    return drawn;
  };
  const signal = AbortSignal.any([job.signal, stopping, attempt.signal]);
  const writes: Array<Promise<void>> = [];
  const keep = (image: DrawnImage<Body>): void => {
    if (signal.aborted) return;
    const done = storeImage(job, image, deps, signal);
    done.catch(fail);
    writes.push(done);
  };
  const settle = async (expectedImages: number): Promise<void> => {
    await Promise.all(writes);
    if (writes.length !== expectedImages)
      throw new AppError("internal", `expected ${expectedImages} images of the inference child, got ${writes.length}`);
  };
  try {
    job.beginAttempt();
    await untilReady(deps.inference, signal);
    signal.throwIfAborted();
    // The race frees this loop even from a client that never settles.
    await Promise.race([work({ job, signal, keep, infer, settle }), rejectOnAbort(signal)]);
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
