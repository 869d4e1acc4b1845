/** Limits how many tasks run at a time and how many wait, which bounds memory without a queue. */
import { AppError } from "../../shared/problem.ts";

export type Semaphore = <T>(task: () => Promise<T>) => Promise<T>;

/**
 * Runs at most `max` tasks at a time; others wait, first come first served.
 * @throws AppError queue_full when `waitingMax` tasks are waiting already
 */
export function createSemaphore(max: number, waitingMax = Number.POSITIVE_INFINITY): Semaphore {
  let running = 0;
  const waiting: Array<() => void> = [];
  return async (task) => {
    if (running >= max && waiting.length >= waitingMax)
      throw new AppError("queue_full", `expected fewer than ${waitingMax} waiting requests, got ${waiting.length}`, {
        retryAfterSeconds: 1,
      });
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
