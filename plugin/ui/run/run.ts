/**
 * One run: asks the server for each job, several at once, reports every step, fetches the images. Waits and tries again
 * by itself while the server is merely busy; a job that the server refuses is set aside and the others go on. Stops at
 * once when its signal aborts, and takes the accepted jobs back.
 */
import type { BatchEvent } from "../../../shared/contract/generations/batches.ts";
import type { Generation, ImageInfo } from "../../../shared/contract/generations/generation.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { Upscale } from "../../../shared/contract/upscaling.ts";
import type { ApiClient } from "../client/api-client.ts";
import { Failure, type FailureCode, failureOfProblem, isWorthWaiting } from "../client/failure.ts";
import { wait } from "../client/wait.ts";
import type { Destination, RefusedJob, ResultImage, ResultSet, Step } from "../state/state.ts";
import { chunk, type DrawJob, type EnlargeJob, type Job } from "./jobs.ts";
import { contentOf, familySet, tracedSet, urlOf, urlOfSvg } from "./vector-sets.ts";

export interface RunOptions {
  readonly client: ApiClient;
  readonly jobs: readonly Job[];
  /** Pack that holds the translation. */
  readonly packId: string;
  /** Generations that the server takes in one request; undefined: one by one. */
  readonly batchMax?: number | undefined;
  readonly signal: AbortSignal;
  /** Unique for the run: a request sent twice by the network makes one job. */
  readonly idempotencyKey: string;
  onStep(title: string, step: Step): void;
  onResult(job: Job, set: ResultSet): void;
  onRefused(job: Job, refused: RefusedJob): void;
}

/** Tries while the server is busy; after that a person decides. */
const triesMax = 60;
/** The server draws as many at once (limits.jobsParallelMax); more would only wait there. */
const parallelMax = 8;

/** Codes that are about this job alone, so that the others may go on. */
const isAboutOneJob = (code: FailureCode): boolean =>
  code.startsWith("caption_") ||
  ["label_unknown", "sketch_empty", "layout_invalid", "image_unknown", "image_rejected", "upscale_too_large"].includes(
    code,
  );

/** @throws Failure; the signal's reason when aborted */
export async function runJobs(options: RunOptions): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let failure: unknown;
  /** Does one job; its refusal is its own, any other failure ends the run. */
  const attempt = async (job: Job, work: () => Promise<ResultSet>): Promise<void> => {
    try {
      options.onResult(job, await work());
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Failure && isAboutOneJob(error.code) && options.jobs.length > 1)
        options.onRefused(job, { title: job.title, failure: error });
      else {
        failure = error;
        failed.abort();
      }
    }
  };
  /** Keys of jobs that a batch asked for: asked for alone, each is the same job. */
  const keys = new Map<Job, string>();
  const own = { ...options, signal, keys };
  const left =
    options.jobs.length > 1 && options.batchMax !== undefined ? await runBatches(own, attempt) : [...options.jobs];
  const work = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined && !signal.aborted; job = left.shift()) {
      const next = job;
      await attempt(next, () => runJob(own, next));
    }
  };
  await Promise.all(Array.from({ length: parallelMax }, work));
  options.signal.throwIfAborted();
  if (failure !== undefined) throw failure;
}

/** Asks for drawings by the batch; answers with the jobs that are left to do one by one. */
async function runBatches(
  options: Working,
  attempt: (job: Job, work: () => Promise<ResultSet>) => Promise<void>,
): Promise<Job[]> {
  const left: Job[] = options.jobs.filter(({ kind }) => kind !== "draw");
  const drawings = options.jobs.filter((job): job is DrawJob => job.kind === "draw");
  for (const part of chunk(drawings, options.batchMax!)) left.push(...(await runBatch(options, part, attempt)));
  return left;
}

async function runBatch(
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
        // What a busy server, or one that stops, did not do is asked for again.
        const isDone = event.event === "finished" && event.generation.state === "done";
        if (!isDone && (refusal === undefined || isWorthWaiting(refusal.code))) return;
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
    // A stream that broke: the jobs that are left tell, one by one, what is wrong.
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

type Working = RunOptions & { readonly keys: Map<Job, string> };

async function runJob(options: Working, job: Job): Promise<ResultSet> {
  const { client, signal } = options;
  const report = (step: Step): void => {
    if (!signal.aborted) options.onStep(job.title, step);
  };
  if (job.kind === "enlarge") {
    const upscales = client.upscales;
    const start = (key: string) => upscales.start(job.input, key);
    const done = await follow(options, { ...upscales, start }, job, report, ({ progress }) => ({
      stage: "upscaling",
      progress,
    }));
    return fetchImages(options, report, job, done.images, (info, bytes, key) =>
      enlargedImage(job, done, info, bytes, key),
    );
  }
  if (job.kind === "family") return familySet(options, report, job);
  if (job.kind === "trace") return tracedSet(options, report, job);
  const start = (key: string) => client.start(job.input, key);
  const done = await follow(options, { ...client, start }, job, report, ({ progress }) => ({
    stage: "server",
    progress,
  }));
  return drawnSet(options, report, job, done);
}

/** The result set of a finished generation, with its images fetched. */
export async function drawnSet(
  options: Pick<RunOptions, "client" | "packId" | "signal">,
  report: (step: Step) => void,
  job: Pick<DrawJob, "index" | "title" | "nodeIds" | "onlyIndex" | "vector" | "sizesPx">,
  done: Generation,
): Promise<ResultSet> {
  const ranks = rankByLikelihood(done.images);
  const infos = done.images.filter(({ index }) => job.onlyIndex === undefined || job.onlyIndex === index);
  const set = await fetchImages(options, report, { ...job, id: done.id }, infos, async (info, bytes, key) => {
    const nodeId = job.nodeIds[job.onlyIndex === undefined ? info.index : 0];
    const svg =
      job.vector &&
      info.vector &&
      new TextDecoder().decode(await options.client.readImage(info.vector.path, options.signal));
    const vector = job.vector && svg ? contentOf(svg, job.vector, job.sizesPx) : undefined;
    return {
      key,
      seed: info.seed,
      bytes,
      url: vector ? urlOfSvg(vector.svg) : urlOf(bytes),
      ...(vector === undefined ? {} : { vector }),
      isKept: true,
      destination: nodeId === undefined ? { kind: "artboard" } : { kind: "layer", nodeId },
      drawn: {
        rank: ranks.get(info.index)!,
        natsPerDimension: info.natsPerDimension,
        typicalityPercentile: info.typicalityPercentile,
        provenance: provenanceOf(done, info, options.packId),
      },
    };
  });
  // The most likely first; layers and the steps of a blend keep their order.
  const isOrdered = job.nodeIds.length > 0 || done.request.blendWith !== undefined;
  const images = isOrdered ? set.images : [...set.images].sort((a, b) => a.drawn!.rank! - b.drawn!.rank!);
  const doubts = done.outOfDistribution.map(({ field }) => field);
  return { ...set, images, generationId: done.id, doubts, namedLabels: done.namedLabels };
}

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

async function follow<T extends ServerJob>(
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
      if (!(error instanceof Failure) || !isWorthWaiting(error.code) || attempt >= triesMax) throw error;
      for (let seconds = Math.max(1, error.retryAfterSeconds ?? Math.min(2 ** attempt, 10)); seconds > 0; seconds--) {
        report({ stage: "retrying", code: error.code, seconds });
        await wait(1000, signal);
      }
    }
  }
}

async function fetchImages<Info extends { readonly index: number; readonly path: string }>(
  { client, signal }: Pick<RunOptions, "client" | "signal">,
  report: (step: Step) => void,
  { index, title, id }: { readonly index: number; readonly title: string; readonly id?: string },
  infos: readonly Info[],
  make: (info: Info, bytes: Uint8Array, key: string) => ResultImage | Promise<ResultImage>,
): Promise<ResultSet> {
  const images: ResultImage[] = [];
  for (const info of infos) {
    report({ stage: "fetching", completed: images.length, total: infos.length });
    images.push(await make(info, await client.readImage(info.path, signal), `${id ?? info.path}/${info.index}`));
  }
  return { index, title, images, doubts: [], namedLabels: [] };
}

function enlargedImage(
  { fills }: EnlargeJob,
  { request, packDigest }: Upscale,
  { kind, index, seed }: Upscale["images"][0],
  bytes: Uint8Array,
  key: string,
): ResultImage {
  const ownSeed = seed ?? request.seed;
  // The plugin asks for factors only.
  const scale = request.scale!;
  const provenance = {
    format: 1,
    scale,
    detail: request.detail,
    clean: request.clean,
    seed: ownSeed,
    packDigest,
  } as const;
  const destination: Destination = kind === "variance" ? { kind: "none" } : { kind: "fills", fills, provenance };
  // One hypothesis fits a fill: the first, until a person chooses another.
  return { key, seed: ownSeed, bytes, url: urlOf(bytes), isKept: index === 0, destination };
}

/** Rank of each image in its set by exact log-likelihood, 1 = most likely; equal scores share the earlier place. */
export function rankByLikelihood(images: readonly Pick<ImageInfo, "index" | "logLikelihood">[]): Map<number, number> {
  const sorted = [...images].sort((a, b) => b.logLikelihood - a.logLikelihood || a.index - b.index);
  return new Map(sorted.map(({ index }, place) => [index, place + 1]));
}

export function provenanceOf(
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
    ...(info.sources && { sources: info.sources }),
    ...(blendWith === undefined ? {} : { blendWith, frame: { index: info.index, count } }),
  };
}
