/** Opens the data folder for one server: its lock, its token, the database with every kind of job, and their files. */
import { KeptUploads } from "../jobs/blobs/kept-uploads.ts";
import { LocalHolds } from "../jobs/blobs/upload-holds.ts";
import { openJobDatabase } from "../jobs/local/job-schema.ts";
import type { Log } from "../platform/log.ts";
import { lockDataFolder } from "./data-lock.ts";
import { makeDataFolder } from "./make-data-folder.ts";
import { openGenerations, openTrainings, openUploads, openUpscales } from "./open-stores.ts";
import { loadToken } from "./token.ts";

export type DataFolder = Awaited<ReturnType<typeof openDataFolder>>;

/** @throws AppError `config_invalid` when another server has the folder, or it can't be made */
export async function openDataFolder(folder: string, log: Log) {
  await makeDataFolder(folder);
  const unlock = lockDataFolder(folder);
  const token = await loadToken(folder);
  const uploads = await openUploads(folder);
  const database = openJobDatabase(folder);
  const generations = await openGenerations(database, folder, log);
  const upscales = await openUpscales(database, folder, log);
  const trainings = await openTrainings(database, folder, log);
  const queues = [generations.queue, upscales.queue, trainings.trainings];
  return {
    token,
    uploads,
    /** The same, for requests and for who removes them. */
    keptUploads: new KeptUploads(uploads, new LocalHolds(), queues),
    generations,
    upscales,
    trainings,
    /** Takes no new jobs; those that run go on. */
    async closeQueues(): Promise<void> {
      await Promise.all(queues.map((queue) => queue.close()));
    },
    async close(): Promise<void> {
      // Sweeping asks the database.
      await Promise.allSettled([generations.swept, upscales.swept]);
      await database.close();
      unlock();
    },
  };
}
