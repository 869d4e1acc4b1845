/**
 * Makes a folder and the ones above it, one by one. Node's recursive mkdir never ends where a file system answers "no such
 * folder" for a parent that is there, as /proc does (Node 20); this one fails.
 */
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** A folder that is there already is left as it is. @throws the file system's error where the folder can't be made */
export async function makeFolders(path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (about) => about.isDirectory(),
    () => false,
  );
  if (isFolder) return;
  const parent = dirname(resolve(path));
  if (parent !== resolve(path)) await makeFolders(parent);
  await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
    // Another process may have made it meanwhile.
    if (error.code !== "EEXIST" || !(await stat(path)).isDirectory()) throw error;
  });
}
