/**
 * The worker of generations: decodes what a request names, has the inference child make the images and stores them. A few jobs run
 * at once so that the child can join them into batches.
 */
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import { type ResolvedRequest, vectorOptionsOf } from "../../../shared/contract/generations/generation-request.ts";
import type { Vector, VectorLines } from "../../../shared/contract/vectors.ts";
import { AppError } from "../../../shared/problem.ts";
import type { ConditionImages, GenerateHandlers, InferenceClient } from "../../inference/protocol.ts";
import { startWorker, type Worker, type WorkerDeps } from "./attempt-loop.ts";
import type { Drawing } from "./store-image.ts";

export interface GenerationWorkerDeps extends WorkerDeps<Generation> {
  readonly inference: Pick<InferenceClient, "ready" | "generate">;
  /** Decodes what a request names. @throws AppError image_unknown, image_rejected */
  readonly imagesOf: (request: ResolvedRequest) => Promise<ConditionImages>;
  /** @throws AppError image_rejected for pixels with nothing in them */
  readonly vectorise: (
    pixels: Drawing,
    options: { palette?: readonly string[]; title?: string; lines?: VectorLines | undefined; given?: string },
  ) => Promise<Vector>;
}

export const startGenerationWorker = (deps: GenerationWorkerDeps): Worker =>
  startWorker(
    {
      ...deps,
      imagePath: (id, index) => `/v1/generations/${id}/images/${index}.png`,
      vectorOf: (request, image) => vectorOf(request as ResolvedRequest, image, deps),
    },
    async ({ job, signal, keep, infer, settle }) => {
      const images = await deps.imagesOf(job.request);
      signal.throwIfAborted();
      const handlers: GenerateHandlers = {
        signal,
        onProgress: ({ stage, completed }) => job.report({ stage, completed }),
        onFindings: ({ outOfDistribution, namedLabels, unfoundWords = [] }) =>
          job.reportFindings({
            outOfDistribution: [...outOfDistribution],
            namedLabels: [...namedLabels],
            ...(unfoundWords.length > 0 && { unfoundWords: [...unfoundWords] }),
          }),
        // Not awaited by the client: the files of a job are written side by side; there are at most `countMax`.
        onImage: keep,
      };
      await infer((onDone) => deps.inference.generate(job.request, { ...handlers, onDone }, images));
      job.report({ stage: "storing", completed: 0 });
      await settle(job.request.count);
    },
  );

/** An image with nothing in it has no vector, and is no reason to lose the others. */
async function vectorOf(
  request: ResolvedRequest,
  image: Drawing,
  { vectorise }: GenerationWorkerDeps,
): Promise<Vector | undefined> {
  if (request.format !== "svg") return undefined;
  return vectorise(image, vectorOptionsOf(request)).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "image_rejected") return undefined;
    throw error;
  });
}
