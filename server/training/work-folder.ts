/**
 * The work folder of a training: everything that an interrupted run needs to continue. One process at a time uses it. Each run
 * has a subfolder named by what determines its steps. A finished training removes the folder in one step.
 */
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../shared/problem.ts";
import { asStorageError } from "../platform/files/atomic-file.ts";
import { makeFolders } from "../platform/files/make-folders.ts";
import { takeLock } from "../platform/files/process-lock.ts";
import { sha256Of } from "../platform/sha256.ts";

export interface WorkFolder {
  /**
   * The folder of this run; folders of runs with other images or settings are removed. @param identity what determines the
   * run's steps, as JSON
   */
  runFolder(identity: readonly unknown[]): Promise<string>;
  /** Removes the folder, after a rename, so that a partly removed folder is never taken for a run. */
  remove(): Promise<void>;
  /** Releases the lock for another process. */
  release(): void;
}

const lookAgainMs = 100;

/**
 * @param waitMs time that another process that trains here gets to end
 * @throws AppError `config_invalid` when another process trains here or the folder can't be written, `storage_full`
 */
export async function openWorkFolder(path: string, waitMs = 0): Promise<WorkFolder> {
  const removed = `${path}.removed`;
  try {
    await rm(removed, { recursive: true, force: true });
    await makeFolders(path);
  } catch (cause) {
    const full = asStorageError(cause);
    throw full instanceof AppError
      ? full
      : new AppError("config_invalid", `${path}: expected a folder that can be written, got ${String(cause)}`, {
          cause,
        });
  }
  const release = await lockWithin(waitMs, path);
  return {
    release,
    async runFolder(identity) {
      const name = `run-${sha256Of(JSON.stringify(identity)).slice(0, 12)}`;
      for (const other of await readdir(path))
        if (other.startsWith("run-") && other !== name) await rm(join(path, other), { recursive: true, force: true });
      await mkdir(join(path, name), { recursive: true });
      return join(path, name);
    },
    async remove() {
      await rename(path, removed);
      await rm(removed, { recursive: true, force: true });
    },
  };
}

async function lockWithin(waitMs: number, path: string): Promise<() => void> {
  const end = performance.now() + waitMs;
  let busy: AppError | undefined;
  for (;;) {
    try {
      return takeLock(join(path, "lock"), (pid) => {
        busy = new AppError(
          "config_invalid",
          `${path}: expected no other process that trains here, got process ${pid}; wait for it or stop it`,
          { field: "name", expected: "a name that is not being trained", received: `in use by process ${pid}` },
        );
        return busy;
      });
    } catch (error) {
      if (error !== busy || performance.now() >= end) throw asStorageError(error);
      await sleep(lookAgainMs);
    }
  }
}
