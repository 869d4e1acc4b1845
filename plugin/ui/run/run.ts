/**
 * One run: asks the server for each job, several at once, reports every step, fetches the images. A job that the server refuses
 * is set aside and the others go on. Stops at once when its signal aborts, and takes the accepted jobs back.
 */
import { Failure, type FailureCode } from "../client/failure.ts";
import type { ResultSet, Step } from "../state/results.ts";
import { familySet } from "./family.ts";
import { followJob } from "./follow-job.ts";
import { chunk, type DrawJob, type Job } from "./jobs.ts";
import { drawnSet, enlargedImage, fetchImages } from "./result-sets.ts";
import { runBatch } from "./run-batch.ts";
import { parallelMax, type RunOptions, type Working } from "./run-options.ts";
import { tracedSet } from "./vector-sets.ts";

/** Codes that are about this job alone, so that the others may go on. */
const isAboutOneJob = (code: FailureCode): boolean =>
  code.startsWith("caption_") ||
  [
    "label_unknown",
    "drawing_unknown",
    "sketch_empty",
    "layout_invalid",
    "image_unknown",
    "image_rejected",
    "upscale_too_large",
  ].includes(code);

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
        options.onRefused({ job, failure: error });
      else {
        failure = error;
        failed.abort();
      }
    }
  };
  /** Keys of a batch's jobs: requested alone, each is the same job. */
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

/** Requests drawings by the batch; answers with the jobs that are left to do one by one. */
async function runBatches(
  options: Working,
  attempt: (job: Job, work: () => Promise<ResultSet>) => Promise<void>,
): Promise<Job[]> {
  const left: Job[] = options.jobs.filter(({ kind }) => kind !== "draw");
  const drawings = options.jobs.filter((job): job is DrawJob => job.kind === "draw");
  for (const part of chunk(drawings, options.batchMax!)) left.push(...(await runBatch(options, part, attempt)));
  return left;
}

async function runJob(options: Working, job: Job): Promise<ResultSet> {
  const { client, signal } = options;
  const report = (step: Step): void => {
    if (!signal.aborted) options.onStep(job.title, step);
  };
  if (job.kind === "enlarge") {
    const upscales = client.upscales;
    const start = (key: string) => upscales.start(job.input, key);
    const done = await followJob(options, { ...upscales, start }, job, report, ({ progress }) => ({
      stage: "upscaling",
      progress,
    }));
    return fetchImages(options, report, job, done.images, (info, bytes, key) =>
      enlargedImage(job, done, info, bytes, key),
    );
  }
  if (job.kind === "family") return familySet(options, report, job, runJobs);
  if (job.kind === "trace") return tracedSet(options, report, job);
  const readImage = readOnce(options);
  const draw = (again = "") => {
    const start = (key: string) => client.start(job.input, key + again);
    return followJob(options, { ...client, start }, job, report, ({ progress, images }) => {
      // Those that are there already, while the others are drawn.
      for (const { index, path } of images) if ((job.onlyIndex ?? index) === index) void readImage(path);
      return { stage: "server", progress };
    });
  };
  const done = await draw().catch(async (error: unknown) => {
    const isLost = error instanceof Failure && error.code === "image_unknown";
    if (!isLost || !(await options.sendAgain?.(job))) throw error;
    return draw("-again");
  });
  return drawnSet({ ...options, client: { ...client, readImage } }, report, job, done);
}

/** Reads each image once, however often it is asked for; one that could not be read is read anew. */
function readOnce({ client, signal }: Working): (path: string) => Promise<Uint8Array> {
  const known = new Map<string, Promise<Uint8Array>>();
  return (path) => {
    const reading = known.get(path) ?? client.readImage(path, signal);
    known.set(path, reading);
    reading.catch(() => known.delete(path));
    return reading;
  };
}
