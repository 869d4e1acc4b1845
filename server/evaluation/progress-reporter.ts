/** Reports the progress of a long evaluation, and stops it between two steps on request. */
import { AppError } from "../../shared/problem.ts";

export interface ProgressReporter {
  /** @throws AppError `cancelled` when the evaluation was asked to stop */
  step(what: string, done: number, total: number): void;
}

export function createProgressReporter(onProgress: (text: string) => void, signal?: AbortSignal): ProgressReporter {
  return {
    step(what, done, total) {
      if (signal?.aborted) throw new AppError("cancelled", "evaluation: stopped; nothing was written");
      onProgress(`${what} ${done} of ${total}`);
    },
  };
}

/** Runs `work` over [0, total) in chunks of `size`, with a progress step before each. */
export async function forEachChunk(
  progress: ProgressReporter,
  what: string,
  total: number,
  size: number,
  work: (start: number, end: number) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < total; start += size) {
    progress.step(what, start, total);
    await work(start, Math.min(total, start + size));
  }
}
