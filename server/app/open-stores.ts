/** Opens what lies in the data folder: stores, histories and queues; and forgets files that no record names. */
import { join } from "node:path";
import { limits } from "../../shared/limits.ts";
import { JobHistory } from "../jobs/job-history.ts";
import { generationKind, type JobKind, trainingKind, upscaleKind } from "../jobs/job-kinds.ts";
import type { JobBody } from "../jobs/job-queue.ts";
import { LocalQueue, type LocalQueueOptions } from "../jobs/local-queue.ts";
import { ResultStore } from "../jobs/result-store.ts";
import { TrainingFolders } from "../jobs/training-folders.ts";
import type { Log } from "../platform/log.ts";

/** Jobs that may wait, and finished ones that are kept. */
type Caps = Pick<LocalQueueOptions<JobBody>, "queueMax" | "historyMax" | "historyMaxBytes">;
const upscaleCaps: Caps = {
  queueMax: limits.upscalesWaitingMax,
  historyMax: limits.upscalesKeptMax,
  historyMaxBytes: limits.upscalesKeptMaxBytes,
};

type StoreLog = Pick<Log, "warn" | "error">;

export const openUploads = (dataDir: string): Promise<ResultStore> => ResultStore.open(join(dataDir, "uploads"));

export const openGenerations = (dataDir: string, log: StoreLog, caps: Caps = limits) =>
  openJobs(generationKind, join(dataDir, "generations"), join(dataDir, "results"), caps, log);

export const openUpscales = (dataDir: string, log: StoreLog, caps = upscaleCaps) =>
  openJobs(upscaleKind, join(dataDir, "upscales"), join(dataDir, "upscaled"), caps, log);

async function openJobs<Body extends JobBody>(
  kind: JobKind<Body>,
  recordsFolder: string,
  imagesFolder: string,
  { queueMax, historyMax, historyMaxBytes }: Caps,
  log: StoreLog,
): Promise<{ queue: LocalQueue<Body>; results: ResultStore }> {
  const [results, history] = await Promise.all([ResultStore.open(imagesFolder), JobHistory.open(recordsFolder, kind)]);
  let unreadable = 0;
  const records = await history.load((file) => {
    unreadable += 1;
    log.warn({ file }, `the record of one of the ${kind.many} could not be read`);
  });
  const used = new Set(records.flatMap(({ body }) => (body.images ?? []).map(({ sha256 }) => sha256)));
  // A record that can't be read still names its images: nothing is swept while there is one.
  if (unreadable === 0) await results.sweep((digest) => used.has(digest));
  const queue = new LocalQueue({
    kind,
    queueMax,
    historyMax,
    historyMaxBytes,
    now: Date.now,
    records: history,
    former: records,
    onForgotten: (sha256) => results.forget(sha256),
    onRecordError: (error) => log.error({ err: error }, "the history could not be written"),
  });
  return { queue, results };
}

export async function openTrainings(dataDir: string, log: StoreLog) {
  const folders = await TrainingFolders.open(join(dataDir, "trainings"));
  const former = await folders.load((training) => log.warn({ training }, "a training's record could not be read"));
  const trainings = new LocalQueue({
    kind: trainingKind,
    queueMax: limits.trainingsWaitingMax,
    historyMax: limits.trainingsKeptMax,
    now: Date.now,
    records: folders,
    former,
    onRecordError: (error) => log.error({ err: error }, "a training's files could not be written or removed"),
  });
  return { folders, trainings };
}
