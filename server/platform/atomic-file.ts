/**
 * Writes a file so that a reader, or a crash at any moment, sees the old bytes or the new ones, never a part:
 * temporary file, fsync, rename, fsync of the folder.
 */
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../shared/problem.ts";

/** @throws AppError storage_full when the disk or the quota is full */
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

/** ENOSPC and its like as `storage_full`, everything else as it is. */
export function asStorageError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new AppError("storage_full", "expected room on the data disk, got a full disk or quota", { cause: error });
}
