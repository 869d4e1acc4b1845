/**
 * The worker of upscales: decodes the upload, has the inference child enlarge it and stores the pictures: the hypotheses and the
 * map of where they differ.
 */
import { unknownUpload } from "../../../shared/contract/generations/request-sources.ts";
import { pictureCount, requireFits, type Upscale, type UpscaleNote } from "../../../shared/contract/upscaling.ts";
import type { InferenceClient } from "../../inference/protocol.ts";
import { startWorker, type Worker, type WorkerDeps } from "./attempt-loop.ts";

type Picture = Parameters<InferenceClient["upscale"]>[1];

export interface UpscaleWorkerDeps extends WorkerDeps<Upscale> {
  readonly inference: Pick<InferenceClient, "ready" | "upscale">;
  /** The bytes of an upload; undefined when they are not here any more. */
  readonly readUpload: (digest: string) => Promise<Uint8Array | undefined>;
  /** @throws AppError unsupported_media, image_rejected */
  readonly decodePicture: (bytes: Uint8Array) => Promise<{ pixels: Picture; notes: UpscaleNote[] }>;
}

export const startUpscaleWorker = (deps: UpscaleWorkerDeps): Worker =>
  startWorker(
    { ...deps, imagePath: (id, index) => `/v1/upscales/${id}/images/${index}.png` },
    async ({ job, signal, keep, infer, settle }) => {
      const { request } = job;
      const bytes = await deps.readUpload(request.image);
      if (!bytes) throw unknownUpload("image", request.image);
      const { pixels, notes } = await deps.decodePicture(bytes);
      requireFits(pixels, request);
      signal.throwIfAborted();
      job.reportFindings({ notes });
      let tiles = 0;
      await infer((onDone) =>
        deps.inference.upscale(request, pixels, {
          signal,
          onDone,
          onProgress: ({ completed, total }) => {
            tiles = total;
            job.report({ stage: "upscaling", completed, total });
          },
          onImage: keep,
        }),
      );
      job.report({ stage: "storing", completed: tiles });
      await settle(pictureCount(request));
    },
  );
