/**
 * Upscales wait here for their turn: one runs at a time, because it loads all cores and holds a picture of up to 64 MB.
 * A job that is cancelled while it waits leaves the queue at once. Generations go first.
 */
import { AppError } from "../../shared/problem.ts";
import type { ResolvedUpscale } from "../../shared/upscaling.ts";
import type { Pixels, Upscaler } from "../engine/interfaces.ts";
import { yieldToEventLoop } from "../platform/yield-to-event-loop.ts";
import { refuseCancelled } from "./cancelled.ts";
import { drawHypotheses, type EnlargedPicture } from "./hypotheses.ts";

/** One finished picture of an upscale: straight RGBA, 8 bits, with what is known of it. */
export type UpscaleResult = EnlargedPicture;

export interface UpscaleHandlers {
  readonly signal?: AbortSignal;
  /** Tiles finished, over all hypotheses. */
  onProgress?(progress: { readonly completed: number; readonly total: number }): void;
  /** Called once a picture, hypotheses in the order of their index, the variance map last. */
  onImage(image: UpscaleResult): void | Promise<void>;
}

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
export function createUpscaleQueue(isBusy: () => boolean): (upscaler: Upscaler, job: UpscaleJob) => Promise<void> {
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
      await yieldToEventLoop();
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
