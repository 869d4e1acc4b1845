/**
 * Tries again what asks a queue server that is away for a moment, as while it restarts. One absence is one, however many wait for its
 * end: who comes late in it waits for the rest alone. What is tried again must do no harm when it was done before.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../shared/problem.ts";

export type Patience = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * @param limits the longest absence that is waited for, and the pause between two tries
 * @param isOver whether nobody waits any more
 */
export function createPatience(
  { batchAwaitMs, batchPauseMs }: { readonly batchAwaitMs: number; readonly batchPauseMs: number },
  isOver: () => boolean,
): Patience {
  let awaySince: number | undefined;
  return async (work) => {
    for (;;)
      try {
        const result = await work();
        awaySince = undefined;
        return result;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "queue_unavailable") {
          // A refusal is an answer too.
          awaySince = undefined;
          throw error;
        }
        awaySince ??= performance.now();
        if (isOver() || performance.now() - awaySince > batchAwaitMs) throw error;
        await sleep(batchPauseMs);
      }
  };
}
