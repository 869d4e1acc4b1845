/** SHA-256 as 64 hex digits. It identifies content in manifests, caches and runs. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

export const sha256Of = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");

/** SHA-256 of a file, read in chunks. @throws the file system's error */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
