/** Gives a file a second path without using disk space twice, if the file system can. */
import { copyFile, link } from "node:fs/promises";

/** Makes a hard link, or a copy if the path is on another file system or the file system has no links. */
export const linkOrCopy = (from: string, to: string): Promise<void> => link(from, to).catch(() => copyFile(from, to));
