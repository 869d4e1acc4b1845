/** Starts processes and threads of this program: from the bundle's file beside this one, or from source through tsx. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/** Folder of the bundled programs; in the bundle, this file is beside them. */
let bundleDir = new URL("./", import.meta.url);
const bundledUrl = (name: string): URL => new URL(name, bundleDir);
const sourceUrl = (path: string): URL => new URL(`../../${path}`, import.meta.url);

/** Starts programs from a folder of built ones, so that a benchmark that runs from source measures what users run. */
export function startProgramsOf(folder: string): void {
  bundleDir = pathToFileURL(`${folder}/`);
}

/** @param bundled file name in the bundle; it exists only if this file is in the bundle, too */
const isBundle = (bundled: string): boolean => existsSync(fileURLToPath(bundledUrl(bundled)));

/**
 * Forks a child with structured-clone messages, which keep typed arrays.
 * @param bundled file name in the bundle; `source` = path from server/
 * @param env added to this process's environment, which has precedence
 */
export function forkChild(bundled: string, source: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const inBundle = isBundle(bundled);
  return fork(fileURLToPath(inBundle ? bundledUrl(bundled) : sourceUrl(source)), [], {
    // Resolved here, because a bare name would be looked up from the working folder.
    execArgv: inBundle ? ["--enable-source-maps"] : ["--import", import.meta.resolve("tsx")],
    serialization: "advanced",
    env: { ...env, ...process.env },
    // Standard output is for the parent's results; native libraries print to standard error.
    stdio: ["ignore", 2, 2, "ipc"],
  });
}

/**
 * Starts a thread with `data` as its `workerData`.
 * @param bundled file name in the bundle; `source` = path from server/
 */
export function startThread(bundled: string, source: string, data: unknown): Worker {
  if (isBundle(bundled)) {
    // The bundle needs no other option of this process; a benchmark's tsx would be loaded in every thread.
    const execArgv = process.execArgv.filter((argument) => argument === "--enable-source-maps");
    return new Worker(bundledUrl(bundled), { workerData: data, execArgv });
  }
  // On Node 20, tsx does not register itself in threads.
  const code = `import(${JSON.stringify(import.meta.resolve("tsx/esm/api"))}).then(({ register }) => {
    register();
    return import(${JSON.stringify(sourceUrl(source).href)});
  });`;
  return new Worker(code, { eval: true, workerData: data });
}
