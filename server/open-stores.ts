/** Opens what lies in the data folder: stores, history and queues; and forgets files that no record names. */
import { join } from "node:path";
import { limits } from "../shared/limits.ts";
import { GenerationHistory } from "./jobs/generation-history.ts";
import { MemoryQueue } from "./jobs/memory-queue.ts";
import { ResultStore } from "./jobs/result-store.ts";
import { TrainingFolders } from "./jobs/training-folders.ts";
import { TrainingQueue } from "./jobs/training-queue.ts";
import type { Log } from "./log.ts";

export async function openGenerations(dataDir: string, log: Log) {
  const [results, uploads, history] = await Promise.all([
    ResultStore.open(join(dataDir, "results")),
    ResultStore.open(join(dataDir, "uploads")),
    GenerationHistory.open(join(dataDir, "generations")),
  ]);
  let unreadable = 0;
  const records = await history.load((file) => {
    unreadable += 1;
    log.warn({ file }, "a generation's record could not be read");
  });
  const used = new Set(records.flatMap(({ generation }) => generation.images.map(({ sha256 }) => sha256)));
  // A record that can't be read still names its images: nothing is swept while there is one.
  if (unreadable === 0) await results.sweep((digest) => used.has(digest));
  const queue = new MemoryQueue({
    queueMax: limits.queueMax,
    historyMax: limits.historyMax,
    now: Date.now,
    history,
    records,
    onForgotten: (sha256) => results.forget(sha256),
    onHistoryError: (error) => log.error({ err: error }, "the history could not be written"),
  });
  return { queue, results, uploads };
}

export async function openTrainings(dataDir: string, log: Pick<Log, "warn" | "error">) {
  const folders = await TrainingFolders.open(join(dataDir, "trainings"));
  const trainings = await TrainingQueue.open(
    {
      folders,
      waitingMax: limits.trainingsWaitingMax,
      keptMax: limits.trainingsKeptMax,
      now: Date.now,
      onStorageError: (error) => log.error({ err: error }, "a training's files could not be written or removed"),
    },
    (training) => log.warn({ training }, "a training's record could not be read"),
  );
  return { folders, trainings };
}
