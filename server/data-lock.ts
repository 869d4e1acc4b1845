/**
 * One server a data folder: a second one would sweep away images that only the first one's memory names. The lock is a file
 * that holds the process id; one left behind by a process that is gone is taken over.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../shared/problem.ts";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** Folders that this very process holds: its own process id in a lock says nothing else. */
const held = new Set<string>();

/**
 * Takes the lock; the function that comes back gives it up.
 * @throws AppError `config_invalid` naming folder and process when another server holds it
 */
export function lockDataFolder(folder: string): () => void {
  const path = join(folder, "lock");
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx", mode: 0o600 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt > 2) throw error;
      const pid = Number(readFileSync(path, "utf8"));
      const isTaken = pid === process.pid ? held.has(folder) : Number.isInteger(pid) && pid > 0 && isAlive(pid);
      if (isTaken)
        throw new AppError(
          "config_invalid",
          `data folder ${folder}: expected one that no other server uses, got one in use by process ${pid}; stop it, or choose another with --data or TAU_DATA`,
          { field: "data", expected: "a folder of its own", received: `in use by process ${pid}` },
        );
      rmSync(path, { force: true });
    }
  }
  held.add(folder);
  return () => {
    held.delete(folder);
    rmSync(path, { force: true });
  };
}
