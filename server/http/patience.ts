/**
 * Repeats work that needs a queue server while that is away for a moment, as while it restarts. All callers share one deadline for each
 * absence. The work must do no harm when it is done twice.
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
