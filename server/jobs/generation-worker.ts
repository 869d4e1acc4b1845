/**
 * The worker of generations: decodes what a request names, has the inference child make the images and stores them. A few jobs run
 * at once so that the child can join them into batches.
 */
import type { Generation, ResolvedRequest } from "../../shared/contract.ts";
import type { ConditionImages, GenerateHandlers, InferenceClient } from "../inference/protocol.ts";
import { startWorker, type Worker, type WorkerDeps } from "./attempt-loop.ts";

export interface GenerationWorkerDeps extends WorkerDeps<Generation> {
  readonly inference: Pick<InferenceClient, "ready" | "generate">;
  /** Decodes what a request names. @throws AppError image_unknown, image_rejected */
  readonly imagesOf: (request: ResolvedRequest) => Promise<ConditionImages>;
  readonly limits: WorkerDeps<Generation>["limits"] & {
    /** Of an attempt that also enlarges. */
    readonly upscaleDeadlineMs: number;
  };
}

export const startGenerationWorker = (deps: GenerationWorkerDeps): Worker =>
  startWorker(
    {
      ...deps,
      imagePath: (id, index) => `/v1/generations/${id}/images/${index}.png`,
      deadlineMsOf: deadlineMsOf(deps),
    },
    async ({ job, signal, keep, settle }) => {
      const images = await deps.imagesOf(job.request);
      signal.throwIfAborted();
      const handlers: GenerateHandlers = {
        signal,
        onProgress: ({ stage, completed }) => job.report({ stage, completed }),
        onFindings: ({ outOfDistribution, namedLabels }) =>
          job.reportFindings({ outOfDistribution: [...outOfDistribution], namedLabels: [...namedLabels] }),
        // Not awaited by the client: the files of a job are written side by side; there are at most `countMax`.
        onImage: keep,
      };
      await deps.inference.generate(job.request, handlers, images);
      job.report({ stage: "storing", completed: 0 });
      await settle(job.request.count);
    },
  );

const deadlineMsOf =
  ({ limits }: GenerationWorkerDeps) =>
  ({ upscale }: ResolvedRequest): number =>
    upscale === undefined ? limits.attemptDeadlineMs : limits.upscaleDeadlineMs;
