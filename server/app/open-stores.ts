/** Opens what lies in the data folder: stores and queues; and forgets files that no job names. */
import { join } from "node:path";
import { limits } from "../../shared/limits.ts";
import { ResultStore } from "../jobs/blobs/result-store.ts";
import { generationKind, type JobKind, trainingKind, upscaleKind } from "../jobs/job-kinds.ts";
import type { HistoryBounds } from "../jobs/job-queue.ts";
import { isFinal, type JobBody } from "../jobs/job-queue.ts";
import { LocalQueue } from "../jobs/local/local-queue.ts";
import { type OnUnreadable, SqliteStore } from "../jobs/local/sqlite-store.ts";
import { recordFiles, takeOver, trainingRecords } from "../jobs/repair/former-records.ts";
import { TrainingFolders } from "../jobs/trainings/training-folders.ts";
import type { Database } from "../platform/files/database.ts";
import type { Log } from "../platform/log.ts";

/** Jobs that may wait, and finished ones that are kept. */
interface Caps extends HistoryBounds {
  readonly queueMax: number;
}
const upscaleCaps: Caps = {
  queueMax: limits.upscalesWaitingMax,
  historyMax: limits.upscalesKeptMax,
  historyMaxBytes: limits.upscalesKeptMaxBytes,
  historyMaxAgeMs: limits.historyMaxAgeMs,
};

type StoreLog = Pick<Log, "warn" | "error">;

export const openUploads = (dataDir: string): Promise<ResultStore> => ResultStore.open(join(dataDir, "uploads"));

export const openGenerations = (database: Database, dataDir: string, log: StoreLog, caps: Caps = limits) =>
  openImaged(generationKind, database, { dataDir, images: "results" }, caps, log);

export const openUpscales = (database: Database, dataDir: string, log: StoreLog, caps = upscaleCaps) =>
  openImaged(upscaleKind, database, { dataDir, images: "upscaled" }, caps, log);

/** Logs each job that can't be read once, with how many there were so far. */
function reportUnreadable({ one }: { readonly one: string }, log: StoreLog): OnUnreadable {
  let count = 0;
  return (id, fault) => log.warn({ [one]: id, fault, count: ++count }, `a ${one} in the database could not be read`);
}

interface Opened<Body extends JobBody> {
  readonly queue: LocalQueue<Body>;
  readonly results: ResultStore;
  /** Resolves when files that no job names are gone; the database stays open until then. */
  readonly swept: Promise<void>;
}

async function openImaged<Body extends JobBody>(
  kind: JobKind<Body>,
  database: Database,
  folders: { readonly dataDir: string; readonly images: string },
  caps: Caps,
  log: StoreLog,
): Promise<Opened<Body>> {
  const results = await ResultStore.open(join(folders.dataDir, folders.images));
  const store = new SqliteStore(database, kind, reportUnreadable(kind, log));
  const broken = await takeOver(store, await recordFiles(join(folders.dataDir, kind.many), kind));
  for (const file of broken) log.warn({ file }, `the record of one of the ${kind.many} could not be read`);
  const queue = new LocalQueue({
    ...caps,
    kind,
    store,
    slowParallelMax: limits.slowJobsParallelMax,
    now: Date.now,
    onForgotten: (sha256) => results.forget(sha256),
    onStoreError: (error) => log.error({ err: error }, "a job could not be written to the data folder"),
  });
  // A record that can't be read still names its images: nothing is swept while there is one.
  const swept = broken.length > 0 ? Promise.resolve() : results.sweep((sha256) => queue.names(sha256));
  swept.catch((error: unknown) => log.error({ err: error }, "the images could not be swept"));
  return { queue, results, swept };
}

export async function openTrainings(database: Database, dataDir: string, log: StoreLog) {
  const home = join(dataDir, "trainings");
  const folders = await TrainingFolders.open(home);
  const store = new SqliteStore(database, trainingKind, reportUnreadable(trainingKind, log));
  const broken = await takeOver(store, await trainingRecords(home));
  for (const training of broken) log.warn({ training }, "a training's record could not be read");
  await folders.sweep((id) => {
    const job = store.get(id);
    return job ? !isFinal(job.body) : broken.includes(id) || store.isUnreadable(id) || undefined;
  });
  const trainings = new LocalQueue({
    kind: trainingKind,
    store,
    queueMax: limits.trainingsWaitingMax,
    historyMax: limits.trainingsKeptMax,
    now: Date.now,
    files: folders,
    onStoreError: (error) => log.error({ err: error }, "a training's files could not be written or removed"),
  });
  return { folders, trainings };
}
