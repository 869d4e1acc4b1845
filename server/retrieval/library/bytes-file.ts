/** Files of a library that have so many bytes for each of its drawings, and nothing else. */
import { readFile } from "node:fs/promises";
import { AppError } from "../../../shared/problem.ts";

/**
 * @param what the file holds, for errors
 * @param expected bytes of the file
 * @throws AppError `pack_corrupt` when there is no file, or it has other lengths
 */
export async function readBytes(path: string, what: string, expected: number): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new AppError("pack_corrupt", `${what} ${path}: expected a file, got none`, { cause });
  });
  if (bytes.length !== expected)
    throw new AppError("pack_corrupt", `${what} ${path}: expected ${expected} bytes, got ${bytes.length}`);
  return bytes;
}
