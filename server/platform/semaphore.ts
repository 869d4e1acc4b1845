/**
 * Limits how many tasks run at a time and how many wait, which bounds memory without a queue. Waiting tasks of different owners take
 * turns, so that one with few requests never waits behind all of one with many.
 */
import { AppError } from "../../shared/problem.ts";

/** @param owner whose task it is; those without one are one owner's */
export type Semaphore = <T>(task: () => Promise<T>, owner?: string) => Promise<T>;

interface Waiting {
  begin(): void;
  refuse(error: AppError): void;
}

/**
 * Runs at most `max` tasks at a time; others wait, first come first served for each owner.
 * @throws AppError queue_full when `waitingMax` tasks are waiting already; of who has the most of them the newest goes first
 */
export function createSemaphore(max: number, waitingMax = Number.POSITIVE_INFINITY): Semaphore {
  let running = 0;
  let waitingCount = 0;
  /** Waiting tasks of each owner; the first owner is the next. */
  const lines = new Map<string, Waiting[]>();
  const queueFull = (): AppError =>
    new AppError("queue_full", `expected fewer than ${waitingMax} waiting requests, got ${waitingCount}`, {
      retryAfterSeconds: 1,
    });
  const makeRoom = (owner: string): void => {
    const longest = [...lines.values()].reduce((most, line) => (line.length > most.length ? line : most), []);
    if (longest.length <= (lines.get(owner)?.length ?? 0) + 1) throw queueFull();
    longest.pop()!.refuse(queueFull());
    waitingCount--;
  };
  const next = (): Waiting | undefined => {
    const [first] = lines;
    if (!first) return undefined;
    const [owner, line] = first;
    const waiting = line.shift();
    waitingCount--;
    lines.delete(owner);
    if (line.length > 0) lines.set(owner, line);
    return waiting;
  };
  return async (task, owner = "") => {
    if (running >= max) {
      if (waitingCount >= waitingMax) makeRoom(owner);
      await new Promise<void>((begin, refuse) => {
        lines.set(owner, [...(lines.get(owner) ?? []), { begin, refuse }]);
        waitingCount++;
      });
    } else running++;
    try {
      return await task();
    } finally {
      const waiting = next();
      if (waiting) waiting.begin();
      else running--;
    }
  };
}
