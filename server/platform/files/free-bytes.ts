/** Free room on the disk of a folder. Says nothing about quotas. */
import { statfs } from "node:fs/promises";

/** What this user may still write, in bytes. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
