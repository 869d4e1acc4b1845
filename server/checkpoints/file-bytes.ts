/** Reads runs of bytes of an open file; a run that ends early is a fault. */
import type { FileHandle } from "node:fs/promises";
import { checkpointFault } from "./checkpoint.ts";

/** Bytes moved by one system call; larger ones fail above 2 GiB. */
const chunkBytes = 64 * 1024 * 1024;

/** @throws AppError `pack_corrupt` when the file ends early */
export async function readBytes(
  file: FileHandle,
  position: number,
  length: number,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(chunkBytes, length - at), position + at);
    if (bytesRead === 0) throw checkpointFault(where, `${length} bytes from ${position} on`, `${at}`);
    at += bytesRead;
  }
  return bytes;
}
