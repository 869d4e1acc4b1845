/** Trainings of a worker process of many: what one began another goes on with, and what it made all serve. */
import { join } from "node:path";
import type { Metrics } from "../../http/metrics.ts";
import type { InferenceClient } from "../../inference/protocol.ts";
import { isFinal } from "../../jobs/job-queue.ts";
import { TrainingFolders } from "../../jobs/trainings/training-folders.ts";
import type { Worker } from "../../jobs/work/attempt-loop.ts";
import type { Served } from "../../packs/served-catalogue.ts";
import type { Log } from "../../platform/log.ts";
import type { Config } from "../config.ts";
import { startTrainings, type TrainingTimings } from "../start-trainings.ts";
import type { Exchange } from "./exchange-packs.ts";
import type { Shared } from "./open-shared.ts";

/** Trainings: their folders are this machine's; their samples, their checkpoints and the packs that they make are everyone's. */
export async function startSharedTrainings(
  { trainings, uploads, previews, checkpoints }: Shared,
  parts: {
    readonly inference: InferenceClient;
    readonly served: Served;
    readonly log: Log;
    readonly config: Config;
    readonly exchange: Exchange;
    readonly metrics: Metrics;
    readonly timings: Partial<TrainingTimings> | undefined;
    readonly stopping: AbortSignal;
  },
): Promise<Worker> {
  const { config, exchange, ...rest } = parts;
  const folders = await TrainingFolders.open(join(config.dataDir, "trainings"));
  // What this process had before it ended is another one's by now.
  await folders.sweep(() => undefined);
  await trainings.watch();
  return startTrainings({
    ...{ ...rest, config, folders, uploads },
    trainings: {
      take: async () => {
        const job = await trainings.take();
        if (!job) return undefined;
        // Another worker may have trained this name.
        await exchange.now();
        const finish: typeof job.finish = async (outcome) => {
          try {
            const body = await job.finish(outcome);
            // One whose hold was lost goes on elsewhere, from its checkpoint.
            if (isFinal(body)) await checkpoints.remove(job.id);
            return body;
          } finally {
            await folders.remove(job.id);
          }
        };
        return Object.create(job, { finish: { value: finish } }) as typeof job;
      },
    },
    savePreview: (...args) => previews.save(...args),
    checkpoints,
    onPublished: () => exchange.now(),
  });
}
