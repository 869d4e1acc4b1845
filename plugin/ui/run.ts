/**
 * One run: asks the server for each job, several at once, reports every step, fetches the images. Waits and tries again
 * by itself while the server is merely busy; a job that the server refuses is set aside and the others go on. Stops at
 * once when its signal aborts, and takes the accepted jobs back.
 */
import type { Generation, ImageInfo, Provenance } from "../../shared/contract.ts";
import type { Upscale } from "../../shared/upscaling.ts";
import type { ApiClient } from "./api-client.ts";
import { Failure, type FailureCode, failureOfProblem, isWorthWaiting } from "./failure.ts";
import type { DrawJob, EnlargeJob, Job } from "./jobs.ts";
import type { Destination, RefusedJob, ResultImage, ResultSet, Step } from "./state.ts";
import { wait } from "./wait.ts";

export interface RunOptions {
  readonly client: ApiClient;
  readonly jobs: readonly Job[];
  /** Pack that holds the translation. */
  readonly packId: string;
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
  const left = [...options.jobs];
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let failure: unknown;
  const work = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined && !signal.aborted; job = left.shift()) {
      try {
        options.onResult(job, await runJob({ ...options, signal }, job));
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Failure && isAboutOneJob(error.code) && options.jobs.length > 1)
          options.onRefused(job, { title: job.title, failure: error });
        else {
          failure = error;
          failed.abort();
        }
      }
    }
  };
  await Promise.all(Array.from({ length: parallelMax }, work));
  options.signal.throwIfAborted();
  if (failure !== undefined) throw failure;
}

async function runJob(options: RunOptions, job: Job): Promise<ResultSet> {
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
  job: Pick<DrawJob, "index" | "title" | "nodeIds" | "onlyIndex">,
  done: Generation,
): Promise<ResultSet> {
  const ranks = rankByLikelihood(done.images);
  const infos = done.images.filter(({ index }) => job.onlyIndex === undefined || job.onlyIndex === index);
  const set = await fetchImages(options, report, { ...job, id: done.id }, infos, (info, bytes, key) => {
    const nodeId = job.nodeIds[job.onlyIndex === undefined ? info.index : 0];
    return {
      key,
      seed: info.seed,
      bytes,
      url: urlOf(bytes),
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
  const images = isOrdered ? set.images : [...set.images].sort((a, b) => a.drawn!.rank - b.drawn!.rank);
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
  { signal, idempotencyKey }: RunOptions,
  jobs: Jobs<T>,
  { index }: Job,
  report: (step: Step) => void,
  stepOf: (job: T) => Step,
): Promise<T> {
  const accepted = await startPatiently(jobs, `${idempotencyKey}-${index}`, signal, report);
  const takeBack = (): void => void jobs.cancel(accepted.id);
  signal.addEventListener("abort", takeBack, { once: true });
  try {
    report(stepOf(accepted));
    const done = await jobs.follow(accepted, (job) => report(stepOf(job)), signal);
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
  make: (info: Info, bytes: Uint8Array, key: string) => ResultImage,
): Promise<ResultSet> {
  const images: ResultImage[] = [];
  for (const info of infos) {
    report({ stage: "fetching", completed: images.length, total: infos.length });
    images.push(make(info, await client.readImage(info.path, signal), `${id ?? info.path}/${info.index}`));
  }
  return { index, title, images, doubts: [], namedLabels: [] };
}

const urlOf = (bytes: Uint8Array): string =>
  URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/png" }));

function enlargedImage(
  { fills }: EnlargeJob,
  { request, packDigest }: Upscale,
  { kind, index, seed }: Upscale["images"][0],
  bytes: Uint8Array,
  key: string,
): ResultImage {
  const ownSeed = seed ?? request.seed;
  const provenance = { format: 1, scale: request.scale, detail: request.detail, seed: ownSeed, packDigest } as const;
  const destination: Destination = kind === "variance" ? { kind: "none" } : { kind: "fills", fills, provenance };
  // One hypothesis fits a fill: the first, until a person chooses another.
  return { key, seed: ownSeed, bytes, url: urlOf(bytes), isKept: index === 0, destination };
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
