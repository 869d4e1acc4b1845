/** Drawings of one batch request, whose images are fetched as each is done. Answers with the jobs that are left to do one by one. */

import type { BatchEvent } from "../../../shared/contract/generations/batches.ts";
import { failureOfProblem, isPassing } from "../client/failure.ts";
import type { ResultSet, Step } from "../state/results.ts";
import type { DrawJob, Job } from "./jobs.ts";
import { drawnSet } from "./result-sets.ts";
import { parallelMax, type Working } from "./run-options.ts";

export async function runBatch(
  { client, signal, packId, idempotencyKey, onStep, keys }: Working,
  jobs: readonly DrawJob[],
  attempt: (job: Job, work: () => Promise<ResultSet>) => Promise<void>,
): Promise<DrawJob[]> {
  const ended = new Set<number>();
  const accepted = new Map<number, string>();
  const fetching: Promise<void>[] = [];
  const takeBack = (): void => {
    for (const [index, id] of accepted) if (!ended.has(index)) void client.cancel(id);
  };
  signal.addEventListener("abort", takeBack, { once: true });
  const fetchNext = createQueue(parallelMax);
  const batchKey = `${idempotencyKey}-${jobs[0]!.index}`;
  for (const [index, job] of jobs.entries()) keys.set(job, `${batchKey}-${index}`);
  try {
    onStep(jobs[0]!.title, { stage: "sending" });
    await client.batch(
      jobs.map(({ input }) => input),
      batchKey,
      (event) => {
        const job = jobs[event.index];
        if (job === undefined || signal.aborted) return;
        if (event.event === "accepted") {
          accepted.set(event.index, event.generation.id);
          onStep(job.title, { stage: "server", progress: event.generation.progress });
          return;
        }
        const refusal = event.event === "refused" ? event.problem : event.generation.problem;
        // What a busy server, or one that stops, did not do is requested again, and what names a lost picture.
        const isDone = event.event === "finished" && event.generation.state === "done";
        if (!isDone && (refusal === undefined || isPassing(refusal.code) || refusal.code === "image_unknown")) return;
        ended.add(event.index);
        const report = (step: Step): void => onStep(job.title, step);
        fetching.push(
          fetchNext(() =>
            attempt(job, async () => {
              if (refusal !== undefined) throw failureOfProblem(refusal, true);
              const { generation } = event as Extract<BatchEvent, { event: "finished" }>;
              return drawnSet({ client, packId, signal }, report, job, generation);
            }),
          ),
        );
      },
      signal,
    );
  } catch {
    // A stream that broke: the jobs that are left say, one by one, what is wrong.
  }
  await Promise.all(fetching);
  signal.removeEventListener("abort", takeBack);
  return jobs.filter((_, index) => !ended.has(index));
}

/** Runs work as it comes, so many at once. */
function createQueue(parallel: number): (work: () => Promise<void>) => Promise<void> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= parallel) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
