/**
 * A lock that one process holds: a file with its id and when it started. One left behind by a process that is gone is taken over,
 * also when another process, or a thread of one, has its id by now: in a container ids begin anew with every start.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import type { AppError } from "../../shared/problem.ts";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** When a process started, in ticks since the machine did; empty where the system does not tell (only Linux does). */
function startOf(pid: number): string {
  try {
    // The second field is the program's name in brackets, and may hold anything; the 22nd is the start.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

const ownText = `${process.pid} ${startOf(process.pid)}`.trim();

/** Locks that this very process holds: its own process id in a file says nothing else. */
const held = new Set<string>();

/** Whether the process that wrote the lock still holds it. */
function isHeld(path: string, [pidText = "", start = ""]: readonly string[]): boolean {
  const pid = Number(pidText);
  if (pid === process.pid) return held.has(path);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return false;
  const now = startOf(pid);
  return start === "" || now === "" || start === now;
}

/**
 * Takes the lock; the function that comes back gives it up.
 * @param refuse what to throw when process `pid` holds it
 */
export function takeLock(path: string, refuse: (pid: number) => AppError): () => void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      makeLock(path);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt > 2) throw error;
      const text = readLock(path).split(" ");
      if (isHeld(path, text)) throw refuse(Number(text[0]));
      rmSync(path, { force: true });
    }
  }
  held.add(path);
  return () => {
    held.delete(path);
    // The folder may be gone with the lock, and another process's lock in its place by now.
    if (readLock(path) === ownText) rmSync(path, { force: true });
  };
}

/** On a full disk the file can be made but not be written: none is left then. */
function makeLock(path: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, ownText);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** The text of a lock file; empty when it was removed meanwhile. */
function readLock(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
