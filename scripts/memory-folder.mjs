/**
 * A folder in memory for what tests write: a disk would have them wait for each of the many writes that are synced. Linux alone has
 * such a place. A run that ends removes its folder; what a run left that was killed, the next one removes.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Undefined where there is not so much memory, or where no program may run in it (Docker mounts /dev/shm so).
 * @param {string} memory
 * @param {number} leastBytes
 * @returns {string | undefined}
 */
export function createMemoryFolder(memory = "/dev/shm", leastBytes = 4 * 2 ** 30) {
  try {
    // Containers may share the memory, and another one's processes have other numbers.
    const space = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))[0];
    sweep(memory, `tau-tests-${space}-`);
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize < leastBytes) return undefined;
    const folder = mkdtempSync(path.join(memory, `tau-tests-${space}-${process.pid}-`));
    if (canRunPrograms(folder)) return folder;
    removeFolder(folder);
  } catch {
    // The disk will do.
  }
  return undefined;
}

/**
 * Tries for some seconds, because processes that are asked to end may write until they do.
 * @param {string} folder
 */
export function removeFolder(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 8, retryDelay: 100 });
  } catch (error) {
    console.error(`${folder} is left: ${error.message}`);
  }
}

/**
 * Removes what runs left that no longer live.
 * @param {string} memory
 * @param {string} prefix before the number of a run's process
 */
function sweep(memory, prefix) {
  for (const name of readdirSync(memory)) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (pid > 0 && !isAlive(pid)) removeFolder(path.join(memory, name));
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be asked.
    return error.code !== "ESRCH";
  }
}

/** @param {string} folder */
function canRunPrograms(folder) {
  const program = path.join(folder, "probe");
  writeFileSync(program, "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  const { status } = spawnSync(program);
  rmSync(program);
  return status === 0;
}
