/** One job of the server, generation or upscale: started, again while the server is busy, and followed to its end. Cancelled when its signal aborts. */

import { Failure, failureOfProblem, isPassing } from "../client/failure.ts";
import { wait } from "../client/wait.ts";
import type { Step } from "../state/results.ts";
import type { Job } from "./jobs.ts";
import type { Working } from "./run-options.ts";

/** Tries while the server is busy; after that a person decides. */
const triesMax = 60;

interface ServerJob {
  readonly id: string;
  readonly state: string;
  readonly problem?: Parameters<typeof failureOfProblem>[0] | undefined;
}
interface Jobs<T> {
  start(key: string): Promise<T>;
  follow(first: T, onStep: (job: T) => void, signal: AbortSignal): Promise<T>;
  cancel(id: string): Promise<void>;
}

/** The job when it is done. @throws Failure; the signal's reason when aborted */
export async function followJob<T extends ServerJob>(
  { signal, idempotencyKey, keys }: Working,
  jobs: Jobs<T>,
  job: Job,
  report: (step: Step) => void,
  stepOf: (job: T) => Step,
): Promise<T> {
  const accepted = await startPatiently(jobs, keys.get(job) ?? `${idempotencyKey}-${job.index}`, signal, report);
  const takeBack = (): void => void jobs.cancel(accepted.id);
  signal.addEventListener("abort", takeBack, { once: true });
  try {
    report(stepOf(accepted));
    const done = await jobs.follow(accepted, (now) => report(stepOf(now)), signal);
    if (done.problem !== undefined) throw failureOfProblem(done.problem, true);
    if (done.state !== "done") throw new Failure("cancelled", `the job ended as ${done.state}`);
    return done;
  } finally {
    signal.removeEventListener("abort", takeBack);
  }
}

async function startPatiently<T extends ServerJob>(
  jobs: Jobs<T>,
  key: string,
  signal: AbortSignal,
  report: (step: Step) => void,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    report({ stage: "sending" });
    try {
      const accepted = await jobs.start(key);
      if (signal.aborted) await jobs.cancel(accepted.id);
      signal.throwIfAborted();
      return accepted;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Failure) || !isPassing(error.code) || attempt >= triesMax) throw error;
      for (let seconds = Math.max(1, error.retryAfterSeconds ?? Math.min(2 ** attempt, 10)); seconds > 0; seconds--) {
        report({ stage: "retrying", code: error.code, seconds });
        await wait(1000, signal);
      }
    }
  }
}
