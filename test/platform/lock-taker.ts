/** A process that takes a lock when its parent says so, at a given moment: two of them find a stale lock at once. */
import { takeLock } from "../../server/platform/files/process-lock.ts";
import { AppError } from "../../shared/problem.ts";

process.on("message", ({ path, atMs }: { path: string; atMs: number }) => {
  while (Date.now() < atMs);
  let release: (() => void) | undefined;
  try {
    release = takeLock(path, (pid) => new AppError("config_invalid", `in use by process ${pid}`));
  } catch {
    // Refused, or both tried at once: not taken.
  }
  process.send?.({ isTaken: release !== undefined });
});
process.on("disconnect", () => process.exit());
