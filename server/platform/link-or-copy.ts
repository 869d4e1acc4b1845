/** Brings a file to a second place without using its room twice where the file system can. */
import { copyFile, link } from "node:fs/promises";

/** A hard link, else a copy: another file system, or one without links, needs one. */
export const linkOrCopy = (from: string, to: string): Promise<void> => link(from, to).catch(() => copyFile(from, to));
