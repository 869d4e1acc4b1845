/** How a long evaluation stays in touch: says where it is, and stops between two steps when it is asked to. */
import { AppError } from "../../shared/problem.ts";

export interface ProgressReporter {
  /** @throws AppError `cancelled` when the evaluation shall stop */
  step(what: string, done: number, total: number): void;
}

export function createWatch(onProgress: (text: string) => void, signal?: AbortSignal): ProgressReporter {
  return {
    step(what, done, total) {
      if (signal?.aborted) throw new AppError("cancelled", "evaluation: stopped; nothing was written");
      onProgress(`${what} ${done} of ${total}`);
    },
  };
}

/** Runs `work` over [0, total) in pieces of `size`, with a step of the watch before each. */
export async function forEachChunk(
  watch: ProgressReporter,
  what: string,
  total: number,
  size: number,
  work: (start: number, end: number) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < total; start += size) {
    watch.step(what, start, total);
    await work(start, Math.min(total, start + size));
  }
}
