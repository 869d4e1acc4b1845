/** How this program starts a process of its own: the bundle's file beside this one, or the source run through tsx. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Forks a child that speaks structured clones, so typed arrays pass as they are.
 * @param bundled file name in the bundle; `source` = path from this folder
 */
export function forkChild(bundled: string, source: string): ChildProcess {
  const inBundle = fileURLToPath(new URL(`./${bundled}`, import.meta.url));
  const isBundle = existsSync(inBundle);
  return fork(isBundle ? inBundle : fileURLToPath(new URL(`./${source}`, import.meta.url)), [], {
    // Resolved from here, because a bare name would be looked up from the folder in which the process was started.
    execArgv: isBundle ? ["--enable-source-maps"] : ["--import", import.meta.resolve("tsx")],
    serialization: "advanced",
    // Standard output belongs to the parent's results; whatever a native library prints goes to standard error.
    stdio: ["ignore", 2, 2, "ipc"],
  });
}
