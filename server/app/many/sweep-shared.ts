/** Removes files that no job names from the shared store: one process at a time does, every so often. */
import { limits } from "../../../shared/limits.ts";
import { sweepBlobs } from "../../jobs/blobs/blob-store.ts";
import { isFinal } from "../../jobs/job-queue.ts";
import type { Log } from "../../platform/log.ts";
import { keyPrefix, type Shared } from "./open-shared.ts";
import { sharedPackFiles } from "./own-pack-lists.ts";

/** @param owner names this process */
export function startSweeping(
  { connections, queue, upscales, trainings, results, upscaled, packFiles, checkpoints, checkpointFiles }: Shared,
  owner: string,
  log: Pick<Log, "error">,
): { stop(): void } {
  const everyMs = limits.storeUnusedMs;
  const sweep = async (): Promise<void> => {
    const isMine = await connections.asking.set(`${keyPrefix}:sweep`, owner, "PX", everyMs - 1000, "NX");
    if (isMine !== "OK") return;
    const before = Date.now() - limits.storeUnusedMs;
    await sweepBlobs(results, before, (digest) => queue.names(digest));
    await sweepBlobs(upscaled, before, (digest) => upscales.names(digest));
    const ofPacks = await sharedPackFiles(connections.asking, keyPrefix);
    await sweepBlobs(packFiles, before, async (digest) => ofPacks.has(digest));
    const ofTrainings = await checkpoints.sweep(async (id) => {
      const training = await trainings.get(id);
      return training !== undefined && !isFinal(training.body);
    });
    await sweepBlobs(checkpointFiles, before, async (digest) => ofTrainings.has(digest));
  };
  const timer = setInterval(
    () => void sweep().catch((error: unknown) => log.error({ err: error }, "the shared store could not be swept")),
    everyMs,
  );
  return { stop: () => clearInterval(timer) };
}
