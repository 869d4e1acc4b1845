/**
 * A lock that one process holds: a file with its id and when it started. One left behind by a process that is gone is taken over,
 * also when another process, or a thread of one, has its id by now: in a container ids begin anew with every start.
 */
import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { AppError } from "../../../shared/problem.ts";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** Start time of a process in ticks since the machine started; empty where the system does not say it (only Linux does). */
function startOf(pid: number): string {
  try {
    // The second field is the program's name in brackets, and may hold anything; the 22nd is the start.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

const ownText = `${process.pid} ${startOf(process.pid)}`.trim();

/** Stands for the text of a lock that a version up to 0.17 made and never wrote. */
const unwritten = "unwritten";

/** Locks of this process; a file with its own id says nothing. */
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
  // Whole from its first moment on: a lock without its text would look like one left behind.
  const own = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeFileSync(own, ownText, { flag: "wx", mode: 0o600 });
    while (!isMade(own, path)) {
      const text = readLock(path);
      const fields = text.split(" ");
      if (text !== "" && isHeld(path, fields)) throw refuse(Number(fields[0]));
      if (text !== "" && replaceStale(path, text, own, refuse)) break;
    }
  } finally {
    rmSync(own, { force: true });
  }
  held.add(path);
  return () => {
    held.delete(path);
    // The folder may be gone with the lock, and another process's lock in its place by now.
    if (readLock(path) !== ownText) return;
    try {
      rmSync(path, { force: true });
    } catch {
      // On a disk that became read-only it stays, and the next to come finds that its process is gone.
    }
  };
}

/** Makes the lock of a file that is written already. False when there is one. */
function isMade(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Puts a lock in place of one that was left behind. Of several that find the same one, the holder of a second lock, named after it,
 * alone may; who comes to that later finds another text by then. False = look again.
 */
function replaceStale(path: string, stale: string, own: string, refuse: (pid: number) => AppError): boolean {
  const release = takeLock(`${path}.${stale.replace(/\W+/g, "-").slice(0, 40)}`, refuse);
  try {
    if (readLock(path) !== stale) return false;
    renameSync(own, path);
    return true;
  } finally {
    release();
  }
}

/** The text of a lock file; empty when it was removed meanwhile. */
function readLock(path: string): string {
  try {
    return readFileSync(path, "utf8").trim() || unwritten;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
