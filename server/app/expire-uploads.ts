/** Uploads go a while after their last use, also where nobody uploads anything: looked at when the server starts, and every day. */
import { type KeptUploads, uploadBounds } from "../jobs/blobs/kept-uploads.ts";
import type { Log } from "../platform/log.ts";

const everyMs = 24 * 60 * 60 * 1000;

export function startExpiring(uploads: Pick<KeptUploads, "shrink">, log: Pick<Log, "error">): { stop(): void } {
  const look = (): void => {
    uploads.shrink(uploadBounds).catch((error: unknown) => {
      log.error({ err: error }, "old uploads could not be removed");
    });
  };
  look();
  const timer = setInterval(look, everyMs);
  return { stop: () => clearInterval(timer) };
}
