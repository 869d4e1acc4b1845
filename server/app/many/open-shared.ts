/** Opens what several processes share: the queues of all kinds of jobs on the queue server, and the store of files. */
import { join } from "node:path";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import type { Training, TrainingRequest } from "../../../shared/contract/training.ts";
import type { Upscale } from "../../../shared/contract/upscaling.ts";
import { limits } from "../../../shared/limits.ts";
import type { BlobStore } from "../../jobs/blobs/blob-store.ts";
import { openFolderBlobs } from "../../jobs/blobs/folder-blobs.ts";
import { KeptUploads, sharedUploads } from "../../jobs/blobs/kept-uploads.ts";
import { openS3Blobs } from "../../jobs/blobs/s3-blobs.ts";
import { BullQueue } from "../../jobs/bull/bull-queue.ts";
import { type Call, callKind } from "../../jobs/bull/calls.ts";
import { Checkpoints } from "../../jobs/bull/checkpoints.ts";
import { type Connections, connect } from "../../jobs/bull/connection.ts";
import type { BullQueueOptions, BullTimings } from "../../jobs/bull/options.ts";
import { Previews } from "../../jobs/bull/previews.ts";
import { generationKind, type JobKind, trainingKind, upscaleKind } from "../../jobs/job-kinds.ts";
import type { HistoryBounds, JobBody } from "../../jobs/job-queue.ts";
import type { EndPatch } from "../../jobs/job-reports.ts";
import type { Log } from "../../platform/log.ts";
import type { SharedConfig } from "../config.ts";
import { SharedHolds } from "./shared-holds.ts";

/** Of all keys on the queue server; the braces keep them on one node of a cluster. */
export const keyPrefix = "{tau}";

const timings: BullTimings = {
  holdMs: limits.queueHoldMs,
  lostCheckMs: limits.queueLostCheckMs,
  lookMs: limits.queueLookMs,
  reportMs: limits.queueReportMs,
  progressMs: limits.queueProgressMs,
  repairMs: limits.queueRepairMs,
};

export interface Shared {
  readonly connections: Connections;
  readonly queue: BullQueue<Generation>;
  readonly upscales: BullQueue<Upscale>;
  readonly trainings: BullQueue<Training, TrainingRequest>;
  readonly calls: BullQueue<Call>;
  readonly uploads: BlobStore;
  /** The same, for requests and for who removes them. */
  readonly keptUploads: KeptUploads;
  readonly results: BlobStore;
  readonly upscaled: BlobStore;
  /** Files of packs that workers trained. */
  readonly packFiles: BlobStore;
  readonly previews: Previews;
  /** Files of `previews`. */
  readonly previewFiles: BlobStore;
  readonly checkpoints: Checkpoints;
  /** Files of `checkpoints`. */
  readonly checkpointFiles: BlobStore;
  /** Refuses new jobs and ends those who wait for one. */
  closeQueues(): Promise<void>;
  /** Never waits for the queue server. Jobs that are still held are logged, and left to other processes. */
  disconnect(): Promise<void>;
}

export interface SharedOptions {
  /** Whether this process has the pack of a digest. */
  readonly hasPack?: (digest: string) => boolean;
  readonly timings?: Partial<BullTimings> | undefined;
  /** Called with the end of a job that no worker had, and its kind in one word. */
  readonly onEndedWaiting?: (kind: string, ended: EndPatch) => void;
}

/** A folder of the store of files. @throws AppError storage_full */
const openBlobs = async (store: SharedConfig["store"], folder: string): Promise<BlobStore> =>
  "folder" in store ? openFolderBlobs(join(store.folder, folder)) : openS3Blobs(store, folder);

/** @throws AppError queue_unavailable, storage_full */
export async function openShared(
  { queueUrl, store }: SharedConfig,
  log: Pick<Log, "error" | "warn">,
  { hasPack, timings: changed, onEndedWaiting }: SharedOptions = {},
): Promise<Shared> {
  const blobs = (folder: string): Promise<BlobStore> => openBlobs(store, folder);
  // Before the connections, which would keep a process without a store alive.
  const [uploads, results, upscaled, previewFiles, packFiles, checkpointFiles] = await Promise.all([
    blobs("uploads"),
    blobs("results"),
    blobs("upscaled"),
    blobs("previews"),
    blobs("packs"),
    blobs("checkpoints"),
  ]);
  const connections = await connect(queueUrl, (error) => log.warn({ err: error }, "the queue server is away"));
  await warnOfLoss(connections, log);
  const open = <Body extends JobBody, Request>(
    kind: JobKind<Body, Request>,
    bounds: HistoryBounds & Pick<BullQueueOptions<Body, Request>, "queueMax" | "slowParallelMax">,
  ): Promise<BullQueue<Body, Request>> =>
    BullQueue.open({
      ...{ kind, connections, prefix: keyPrefix, now: Date.now, ...bounds },
      timings: { ...timings, ...changed },
      ...(hasPack && { hasPack }),
      onEndedWaiting: (ended) => onEndedWaiting?.(kind.one, ended),
      onError: (error) => log.error({ err: error }, `the queue of ${kind.many} failed`),
    });
  const opening = [
    open(generationKind, {
      ...{ queueMax: limits.queueMax, slowParallelMax: limits.slowJobsParallelMax },
      ...{ historyMax: limits.historyMax, historyMaxBytes: limits.historyMaxBytes },
      historyMaxAgeMs: limits.historyMaxAgeMs,
    }),
    open(upscaleKind, {
      queueMax: limits.upscalesWaitingMax,
      ...{ historyMax: limits.upscalesKeptMax, historyMaxBytes: limits.upscalesKeptMaxBytes },
      historyMaxAgeMs: limits.historyMaxAgeMs,
    }),
    open(trainingKind, { queueMax: limits.trainingsWaitingMax, historyMax: limits.trainingsKeptMax }),
    open(callKind, { queueMax: limits.callsWaitingMax, historyMax: limits.callsWaitingMax }),
  ] as const;
  const [queue, upscales, trainings, calls] = await Promise.all(opening).catch(async (error: unknown) => {
    // What is still opening fails.
    connections.close();
    for (const opened of await Promise.allSettled(opening))
      if (opened.status === "fulfilled") await opened.value.disconnect();
    throw error;
  });
  const queues = [queue, upscales, trainings, calls];
  const holds = new SharedHolds(connections.asking, keyPrefix, changed?.holdMs ?? timings.holdMs);
  return {
    ...{ connections, queue, upscales, trainings, calls },
    ...{ uploads, results, upscaled, previewFiles, packFiles, checkpointFiles },
    keptUploads: new KeptUploads(sharedUploads(uploads), holds, [queue, upscales, trainings]),
    checkpoints: new Checkpoints(connections.working, keyPrefix, checkpointFiles),
    previews: new Previews(connections, keyPrefix, previewFiles),
    closeQueues: async () => {
      await Promise.all(queues.map((each) => each.close()));
    },
    disconnect: async () => {
      const jobs = (await Promise.all(queues.map((each) => each.disconnect()))).flat();
      if (jobs.length > 0)
        log.warn({ jobs }, "jobs could not be ended or put back in time; other workers go on with them");
      connections.close();
    },
  };
}

/** A queue server that keeps nothing on a disk loses all jobs with its process. */
async function warnOfLoss({ asking }: Connections, log: Pick<Log, "warn">): Promise<void> {
  const about = await asking.info("persistence").catch(() => "");
  if (/aof_enabled:0/.test(about))
    log.warn({}, "the queue server keeps no append-only file: a kill of it loses jobs; see docs/scaling.md");
}
