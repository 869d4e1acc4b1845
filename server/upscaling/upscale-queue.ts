/**
 * The queue of upscales: one runs at a time, because it loads all cores and holds a picture of up to 64 MB. Who cancels a
 * job is answered at once; its place is free when the tiles that ran have ended. Generations have priority.
 */

import type { ResolvedUpscale } from "../../shared/contract/upscaling.ts";
import { AppError } from "../../shared/problem.ts";
import type { Picture, Upscaler } from "../engine/interfaces.ts";
import { yieldToEventLoop } from "../platform/yield-to-event-loop.ts";
import { refuseCancelled, unlessCancelled } from "./cancelled.ts";
import { drawHypotheses, type EnlargedPicture } from "./hypotheses.ts";

/** One finished picture of an upscale: unpremultiplied RGBA, 8 bits, with its metrics. */
export type UpscaleResult = EnlargedPicture;

export interface UpscaleHandlers {
  readonly signal?: AbortSignal;
  /** Finished tiles over all hypotheses. */
  onProgress?(progress: { readonly completed: number; readonly total: number }): void;
  /** Called at the end with the time that the child had it. */
  onDone?(tookMs: number): void;
  /** Awaited for each picture: hypotheses in the order of their index, the variance map last. */
  onImage(image: UpscaleResult): void | Promise<void>;
}

export interface UpscaleJob extends UpscaleHandlers {
  readonly request: ResolvedUpscale;
  readonly image: Picture;
  readonly signal: AbortSignal;
}

/** @throws AppError `pack_unavailable` without an upscaler */
export function requireUpscaler(upscaler: Upscaler | undefined, field: string): Upscaler {
  if (upscaler) return upscaler;
  const message = `${field}: expected a pack that enlarges, got no pack with an upscaler`;
  throw new AppError("pack_unavailable", message, { field });
}

/**
 * Runs one job after another.
 * @param isBusy whether shorter work, which has priority, is running
 * @param now milliseconds since any moment
 */
export function createUpscaleQueue(
  isBusy: () => boolean,
  now: () => number,
): (upscaler: Upscaler, job: UpscaleJob) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return async (upscaler, { request, image, ...handlers }) => {
    const turn = last;
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    last = turn.then(() => left);
    const work = async (): Promise<void> => {
      await Promise.race([turn, aborted(handlers.signal)]);
      refuseCancelled(handlers.signal);
      await drawHypotheses(upscaler, image, request, {
        signal: handlers.signal,
        onProgress: (progress) => handlers.onProgress?.(progress),
        onImage: (picture) => handlers.onImage(picture),
        pause: waitingFor(isBusy, now, handlers.signal),
      });
    };
    await unlessCancelled(work().finally(leave), handlers.signal);
  };
}

/**
 * Returns a pause for use between two steps: it lets messages in, then waits for shorter work. In total it waits at most as
 * long as the upscale has worked, so endless shorter work doubles the time of an upscale at most. Concurrent tiles share a
 * pause.
 * @throws AppError `cancelled`, from the pause, as soon as the signal is aborted
 */
function waitingFor(isBusy: () => boolean, now: () => number, signal: AbortSignal): () => Promise<void> {
  let [workedMs, waitedMs, resumed] = [0, 0, now()];
  let current: Promise<void> | undefined;
  const pause = async (): Promise<void> => {
    const paused = now();
    workedMs += paused - resumed;
    const until = paused + workedMs - waitedMs;
    do {
      await yieldToEventLoop();
      refuseCancelled(signal);
    } while (isBusy() && now() < until);
    resumed = now();
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
