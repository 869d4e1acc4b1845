/**
 * One run: asks the server for each caption in turn, reports every step, fetches the images. Waits and tries again by
 * itself while the server is merely busy. Stops at once when its signal aborts, and takes the accepted job back.
 */
import type { Generation, ImageInfo, Provenance } from "../../shared/contract.ts";
import type { ApiClient } from "./api-client.ts";
import { Failure, failureOfProblem, isWorthWaiting } from "./failure.ts";
import type { Job } from "./plan.ts";
import type { ResultSet, Step } from "./state.ts";
import { wait } from "./wait.ts";

export interface RunOptions {
  readonly client: ApiClient;
  readonly jobs: readonly Job[];
  /** Pack that holds the translation. */
  readonly packId: string;
  readonly signal: AbortSignal;
  /** Unique for the run: a request sent twice by the network makes one generation. */
  readonly idempotencyKey: string;
  onStep(index: number, caption: string, step: Step): void;
  onResult(set: ResultSet): void;
}

/** Tries while the server is busy; after that a person decides. */
const triesMax = 60;

/** @throws Failure; the signal's reason when aborted */
export async function runJobs(options: RunOptions): Promise<void> {
  for (const [index, job] of options.jobs.entries()) {
    const report = (step: Step): void => options.onStep(index, job.caption, step);
    const accepted = await startPatiently(options, job, index, report);
    const { client, signal } = options;
    const takeBack = (): void => void client.cancel(accepted.id);
    signal.addEventListener("abort", takeBack, { once: true });
    let done: Generation;
    try {
      report({ stage: "server", progress: accepted.progress });
      done = await client.follow(accepted, ({ progress }) => report({ stage: "server", progress }), signal);
      if (done.problem !== undefined) throw failureOfProblem(done.problem, true);
      if (done.state !== "done") throw new Failure("cancelled", `the generation ended as ${done.state}`);
      options.onResult(await fetchImages(options, job, done, report));
    } finally {
      signal.removeEventListener("abort", takeBack);
    }
  }
}

async function startPatiently(
  { client, signal, idempotencyKey }: RunOptions,
  job: Job,
  index: number,
  report: (step: Step) => void,
): Promise<Generation> {
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    report({ stage: "sending" });
    try {
      const accepted = await client.start(job.input, `${idempotencyKey}-${index}`);
      if (signal.aborted) await client.cancel(accepted.id);
      signal.throwIfAborted();
      return accepted;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Failure) || !isWorthWaiting(error.code) || attempt >= triesMax) throw error;
      for (let seconds = Math.max(1, error.retryAfterSeconds ?? Math.min(2 ** attempt, 10)); seconds > 0; seconds--) {
        report({ stage: "retrying", code: error.code, seconds });
        await wait(1000, signal);
      }
    }
  }
}

async function fetchImages(
  { client, packId, signal }: RunOptions,
  job: Job,
  done: Generation,
  report: (step: Step) => void,
): Promise<ResultSet> {
  const ranks = rankByLikelihood(done.images);
  const images: ResultSet["images"][0][] = [];
  for (const info of done.images) {
    report({ stage: "fetching", completed: images.length, total: done.images.length });
    const bytes = await client.readImage(info.path, signal);
    images.push({
      key: `${done.id}/${info.index}`,
      rank: ranks.get(info.index)!,
      natsPerDimension: info.natsPerDimension,
      bytes,
      url: URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/png" })),
      isKept: true,
      nodeId: job.nodeIds[info.index],
      provenance: provenanceOf(done, info, packId),
    });
  }
  return { caption: job.caption, images };
}

/** Rank of each image in its set by exact log-likelihood, 1 = most likely; equal scores share the earlier place. */
export function rankByLikelihood(images: readonly Pick<ImageInfo, "index" | "logLikelihood">[]): Map<number, number> {
  const sorted = [...images].sort((a, b) => b.logLikelihood - a.logLikelihood || a.index - b.index);
  return new Map(sorted.map(({ index }, place) => [index, place + 1]));
}

function provenanceOf(
  { request, packDigest, upscalerDigest }: Generation,
  info: ImageInfo,
  packId: string,
): Provenance {
  const { count, blendWith, ...asked } = request;
  return {
    ...asked,
    format: 1,
    packId,
    packDigest,
    ...(upscalerDigest === undefined ? {} : { upscalerDigest }),
    seed: info.seed,
    logLikelihood: info.logLikelihood,
    ...(blendWith === undefined ? {} : { blendWith, frame: { index: info.index, count } }),
  };
}
