/** A generation whose images are enlarged in the same job: each is upscaled while the flow draws the next ones. */
import type { UpscaleScale } from "../../shared/contract/upscale-scales.ts";
import type { Upscaler } from "../engine/interfaces.ts";
import { yieldToEventLoop } from "../platform/yield-to-event-loop.ts";
import { refuseCancelled, unlessCancelled } from "../upscaling/cancelled.ts";
import type { BatchJob } from "./batcher.ts";
import type { ImageResult } from "./protocol.ts";

/**
 * Runs a generation and passes its images on enlarged, by the upscaler's mean prediction and the image's seed. The flow draws
 * the next images meanwhile. An image that can't be enlarged stops the generation with an error.
 */
export async function generateEnlarged(
  upscaler: Upscaler,
  scale: UpscaleScale,
  job: BatchJob,
  generate: (job: BatchJob) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  let fault: unknown;
  const fail = (error: unknown): void => {
    fault ??= error;
    stop.abort();
  };
  const enlarge = async (image: ImageResult): Promise<void> => {
    if (signal.aborted) return;
    const options = { scale, temperature: 0, seed: image.seed, signal, onTile: yieldToEventLoop };
    job.onImage({ ...image, ...(await upscaler.upscale(image, options)) });
  };
  let images: Promise<void> = Promise.resolve();
  const onImage = (image: ImageResult): void => {
    images = images.then(() => enlarge(image)).catch(fail);
  };
  await generate({ ...job, signal, onImage }).catch(fail);
  await unlessCancelled(images, job.signal);
  if (fault !== undefined) throw fault;
  refuseCancelled(job.signal);
}
