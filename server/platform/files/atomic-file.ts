/**
 * Writes a file so that a reader, or a crash at any moment, sees the old bytes or the new ones, never a part:
 * temporary file, fsync, rename, fsync of the folder.
 */
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../../shared/problem.ts";

/** @throws AppError storage_full when the disk or the quota is full, store_unavailable when it can't be written */
export async function writeFileAtomically(path: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw asStorageError(error);
  }
}

/** Makes the names in a folder survive a power cut, where the file system can. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    await folder.sync().finally(() => folder.close());
  } catch {
    // Some file systems (and Windows) don't sync folders; the rename itself is still atomic.
  }
}

const full = ["ENOSPC", "EDQUOT"];
const closed = ["EROFS", "EACCES", "EPERM", "EIO"];

/** Errors of a disk as `storage_full` or `store_unavailable`, everything else as it is. */
export function asStorageError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (full.includes(code)) return storageFull(error);
  return closed.includes(code) ? storageUnavailable(code, error) : error;
}

export const storageFull = (cause: unknown): AppError =>
  new AppError("storage_full", "expected room on the data disk, got a full disk or quota", { cause });

/** @param reason the system's code, such as EROFS */
export const storageUnavailable = (reason: string, cause: unknown): AppError =>
  new AppError("store_unavailable", `expected a data disk that can be written, got ${reason}`, { cause });
