/** How a command that serves ends. */
import { setTimeout as sleep } from "node:timers/promises";
import { limits } from "../../shared/limits.ts";

/**
 * Resolves at SIGTERM or SIGINT; a second one ends the process at once.
 * @param stopMaxMs after which the process ends whatever it still does
 */
export const untilSignal = (stopMaxMs: number = limits.stopMaxMs): Promise<void> =>
  new Promise((resolve) => {
    let count = 0;
    const onSignal = (): void => {
      if (++count > 1) process.exit(1);
      console.error(
        `\nTau stops; running generations get up to ${limits.shutdownGraceMs / 1000} s (again to stop at once)`,
      );
      resolve();
      // A request to a store that hangs, say, keeps the process alive.
      void sleep(stopMaxMs, undefined, { ref: false }).then(() => {
        console.error(`Tau ends with work that did not stop within ${stopMaxMs / 1000} s`);
        process.exit(process.exitCode ?? 1);
      });
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
