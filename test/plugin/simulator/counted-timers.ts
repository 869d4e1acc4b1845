/** Timers for main code that say when none is left: then nothing of its work is under way, however slow the machine is. */
import { setImmediate } from "node:timers/promises";

export function countedTimers() {
  let pending = 0;
  return {
    setTimeout: (callback: () => void, delayMs?: number): void => {
      pending++;
      globalThis.setTimeout(() => {
        pending--;
        callback();
      }, delayMs);
    },
    /** Resolves when all has run that the code began, and what that began in turn. */
    settle: async (): Promise<void> => {
      do await setImmediate();
      while (pending > 0);
    },
  };
}
