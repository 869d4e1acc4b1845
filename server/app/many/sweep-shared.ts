/** Removes files that no job names, and old uploads, from the shared store: one process at a time does, every so often. */
import { limits } from "../../../shared/limits.ts";
import { type BlobStore, sweepBlobs } from "../../jobs/blobs/blob-store.ts";
import { uploadBounds } from "../../jobs/blobs/kept-uploads.ts";
import { isFinal } from "../../jobs/job-queue.ts";
import type { Log } from "../../platform/log.ts";
import { keyPrefix, type Shared } from "./open-shared.ts";
import { sharedPackFiles } from "./own-pack-lists.ts";

/** @param owner names this process */
export function startSweeping(shared: Shared, owner: string, log: Pick<Log, "error">): { stop(): void } {
  const everyMs = limits.storeUnusedMs;
  const sweep = async (): Promise<void> => {
    const isMine = await shared.connections.asking.set(`${keyPrefix}:sweep`, owner, "PX", everyMs - 1000, "NX");
    if (isMine === "OK") await sweepShared(shared, Date.now() - limits.storeUnusedMs);
  };
  const timer = setInterval(
    () => void sweep().catch((error: unknown) => log.error({ err: error }, "the shared store could not be swept")),
    everyMs,
  );
  return { stop: () => clearInterval(timer) };
}

/** @param before in milliseconds; younger files may be named in a moment */
export async function sweepShared(
  { connections, queue, upscales, trainings, keptUploads, ...stores }: Shared,
  before: number,
): Promise<void> {
  const sweep = (blobs: BlobStore, named: ReadonlySet<string>): Promise<void> =>
    sweepBlobs(blobs, before, async (digest) => named.has(digest));
  await sweepBlobs(stores.results, before, (digest) => queue.names(digest));
  await sweepBlobs(stores.upscaled, before, (digest) => upscales.names(digest));
  await keptUploads.shrink(uploadBounds);
  await sweep(stores.packFiles, await sharedPackFiles(connections.asking, keyPrefix));
  const openOnes = async (id: string): Promise<boolean> => {
    const training = await trainings.get(id);
    return training !== undefined && !isFinal(training.body);
  };
  await sweep(stores.checkpointFiles, await stores.checkpoints.sweep(openOnes));
  const knownOnes = async (id: string): Promise<boolean> => (await trainings.get(id)) !== undefined;
  await sweep(stores.previewFiles, await stores.previews.sweep(knownOnes));
}
