/**
 * Upscales inside the child: one at a time, because one loads all cores and holds a picture of up to 64 MB, and the enlarging of
 * images that were just generated, which goes along with their drawing. Who is cancelled while it waits leaves the line at once.
 */
import { AppError } from "../../shared/problem.ts";
import type { UpscaleScale } from "../../shared/upscale-scales.ts";
import type { ResolvedUpscale } from "../../shared/upscaling.ts";
import { refuseCancelled } from "../engine/cancelled.ts";
import { drawHypotheses } from "../engine/hypotheses.ts";
import type { Pixels, Upscaler } from "../engine/interfaces.ts";
import { type BatchJob, breathe } from "./batcher.ts";
import type { ImageResult, UpscaleHandlers } from "./protocol.ts";

export interface UpscaleJob extends UpscaleHandlers {
  readonly request: ResolvedUpscale;
  readonly image: Pixels;
  readonly signal: AbortSignal;
}

/** @throws AppError `pack_unavailable` without an upscaler */
export function requireUpscaler(upscaler: Upscaler | undefined, field: string): Upscaler {
  if (upscaler) return upscaler;
  const message = `${field}: expected a pack that enlarges, got no pack with an upscaler`;
  throw new AppError("pack_unavailable", message, { field });
}

/**
 * Draws the hypotheses of one job after another.
 * @param isBusy whether shorter work is under way, which goes first
 */
export function createUpscaleLine(isBusy: () => boolean): (upscaler: Upscaler, job: UpscaleJob) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return async (upscaler, { request, image, ...handlers }) => {
    const turn = last;
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    last = turn.then(() => left);
    try {
      await Promise.race([turn, aborted(handlers.signal)]);
      refuseCancelled(handlers.signal);
      await drawHypotheses(upscaler, image, request, {
        signal: handlers.signal,
        onProgress: (progress) => handlers.onProgress?.(progress),
        onImage: (picture) => handlers.onImage(picture),
        pause: waitingFor(isBusy, handlers.signal),
      });
    } finally {
      leave();
    }
  };
}

/**
 * A pause between two pieces of work that begins now: lets messages in, then waits for shorter work. In all it waits at most as long as
 * was worked between the pauses, so that without end of shorter work an upscale takes twice its time and no longer. Lanes that pause
 * meanwhile share the pause.
 * @throws AppError `cancelled`, by the pause, as soon as the signal says so
 */
function waitingFor(isBusy: () => boolean, signal: AbortSignal): () => Promise<void> {
  let [workedMs, waitedMs, resumed] = [0, 0, performance.now()];
  let current: Promise<void> | undefined;
  const pause = async (): Promise<void> => {
    const paused = performance.now();
    workedMs += paused - resumed;
    const until = paused + workedMs - waitedMs;
    do {
      await breathe();
      refuseCancelled(signal);
    } while (isBusy() && performance.now() < until);
    resumed = performance.now();
    waitedMs += resumed - paused;
  };
  return () => {
    current ??= pause().finally(() => {
      current = undefined;
    });
    return current;
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

/**
 * Runs a generation and hands on its images enlarged: the accurate answer, by the image's own seed. The flow draws the next images
 * meanwhile. An image that can't be enlarged stops the drawing and fails the generation.
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
    const options = { scale, temperature: 0, seed: image.seed, signal, onTile: breathe };
    job.onImage({ ...image, ...(await upscaler.upscale(image, options)) });
  };
  let images: Promise<void> = Promise.resolve();
  const onImage = (image: ImageResult): void => {
    images = images.then(() => enlarge(image)).catch(fail);
  };
  await generate({ ...job, signal, onImage }).catch(fail);
  await images;
  if (fault !== undefined) throw fault;
  refuseCancelled(job.signal);
}
