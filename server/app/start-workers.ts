/** Starts what takes jobs from the queues of generations and upscales. Both draw with one inference child. */
import { limits } from "../../shared/limits.ts";
import type { Metrics } from "../http/metrics.ts";
import { encodePng } from "../images/codec.ts";
import { decodePicture } from "../images/picture.ts";
import type { InferenceClient } from "../inference/protocol.ts";
import { startGenerationWorker } from "../jobs/work/generation-worker.ts";
import { startUpscaleWorker } from "../jobs/work/upscale-worker.ts";
import type { Log } from "../platform/log.ts";
import { createSemaphore } from "../platform/semaphore.ts";
import type { DirectWork } from "./direct-work.ts";
import type { DataFolder } from "./open-data-folder.ts";

interface WorkerParts {
  readonly data: DataFolder;
  readonly inference: InferenceClient;
  readonly direct: Pick<DirectWork, "imagesOf" | "trace" | "drawings">;
  readonly metrics: Metrics;
  readonly log: Log;
}

export function startWorkers({ data, inference, direct, metrics, log }: WorkerParts) {
  const { generations, upscales, uploads } = data;
  // A job that may have killed the child is tried again alone, whatever its kind.
  const suspects = createSemaphore(1);
  const shared = { inference, encodePng, suspects, log };
  return [
    startGenerationWorker({
      ...shared,
      inference: direct.drawings.using(inference),
      queue: generations.queue,
      results: generations.results,
      imagesOf: direct.imagesOf,
      vectorise: direct.trace,
      limits,
      onFinished: (job) => metrics.recordEnd("generation", job),
    }),
    startUpscaleWorker({
      ...shared,
      queue: upscales.queue,
      results: upscales.results,
      readUpload: (digest) => uploads.read(digest),
      decodePicture,
      limits: {
        attemptsMax: limits.attemptsMax,
        attemptDeadlineMs: limits.upscaleDeadlineMs,
        jobsParallelMax: limits.upscalesParallelMax,
      },
      onFinished: (job) => metrics.recordEnd("upscale", job),
    }),
  ];
}
