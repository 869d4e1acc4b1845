/** How a command that serves ends. */
import { limits } from "../../shared/limits.ts";

/** Resolves at SIGTERM or SIGINT; a second one ends the process at once. */
export const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    let count = 0;
    const onSignal = (): void => {
      if (++count > 1) process.exit(1);
      console.error(
        `\nTau stops; running generations get up to ${limits.shutdownGraceMs / 1000} s (again to stop at once)`,
      );
      resolve();
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
