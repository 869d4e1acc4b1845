/** Uploads go a while after their last use, also where nobody uploads anything: looked at when the server starts, and every day. */
import { isAwaitedBy, keptUploads } from "../jobs/blobs/kept-uploads.ts";
import type { Log } from "../platform/log.ts";
import type { DataFolder } from "./open-data-folder.ts";

const everyMs = 24 * 60 * 60 * 1000;

export function startExpiring(
  { uploads, generations, upscales, trainings }: DataFolder,
  log: Pick<Log, "error">,
): { stop(): void } {
  const isNeeded = isAwaitedBy([generations.queue, upscales.queue, trainings.trainings]);
  const look = (): void => {
    uploads.shrink(keptUploads, isNeeded).catch((error: unknown) => {
      log.error({ err: error }, "old uploads could not be removed");
    });
  };
  look();
  const timer = setInterval(look, everyMs);
  return { stop: () => clearInterval(timer) };
}
