/** How this program starts processes and threads of its own: the bundle's file beside this one, or the source run through tsx. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/** Folder of the bundled programs: the bundle puts this file beside them. */
let bundleDir = new URL("./", import.meta.url);
const bundledUrl = (name: string): URL => new URL(name, bundleDir);
const sourceUrl = (path: string): URL => new URL(`../${path}`, import.meta.url);

/** Has programs started from a folder of built ones: a benchmark that runs from source measures what users run. */
export function startProgramsOf(folder: string): void {
  bundleDir = pathToFileURL(`${folder}/`);
}

/** @param bundled file name in the bundle, which is there only when this file is in the bundle too */
const isBundle = (bundled: string): boolean => existsSync(fileURLToPath(bundledUrl(bundled)));

/**
 * Forks a child that speaks structured clones, so typed arrays pass as they are.
 * @param bundled file name in the bundle; `source` = path from server/
 * @param env added to this process's own, unless that says otherwise
 */
export function forkChild(bundled: string, source: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const inBundle = isBundle(bundled);
  return fork(fileURLToPath(inBundle ? bundledUrl(bundled) : sourceUrl(source)), [], {
    // Resolved from here, because a bare name would be looked up from the folder in which the process was started.
    execArgv: inBundle ? ["--enable-source-maps"] : ["--import", import.meta.resolve("tsx")],
    serialization: "advanced",
    env: { ...env, ...process.env },
    // Standard output belongs to the parent's results; whatever a native library prints goes to standard error.
    stdio: ["ignore", 2, 2, "ipc"],
  });
}

/**
 * Starts a thread, which finds `data` as its `workerData`.
 * @param bundled file name in the bundle; `source` = path from server/
 */
export function startThread(bundled: string, source: string, data: unknown): Worker {
  if (isBundle(bundled)) {
    // All else that this process was started with is not for the bundle: a benchmark's tsx would be loaded in every thread.
    const execArgv = process.execArgv.filter((argument) => argument === "--enable-source-maps");
    return new Worker(bundledUrl(bundled), { workerData: data, execArgv });
  }
  // tsx does not follow into threads on Node 20 by itself.
  const code = `import(${JSON.stringify(import.meta.resolve("tsx/esm/api"))}).then(({ register }) => {
    register();
    return import(${JSON.stringify(sourceUrl(source).href)});
  });`;
  return new Worker(code, { eval: true, workerData: data });
}
