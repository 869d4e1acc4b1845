/** Opens a checkpoint of any known format, recognised by its first bytes; names of files do not count. */
import { open } from "node:fs/promises";
import { limits } from "../../shared/limits.ts";
import { type Checkpoint, checkpointFault } from "./checkpoint.ts";
import { openSafetensors } from "./safetensors.ts";
import { legacyStart, openTorchLegacy } from "./torch-legacy.ts";
import { openTorchZip } from "./torch-zip.ts";

/** @throws AppError `pack_corrupt` when there is no such file, it is too large, of no known format, or not what its format promises */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const start = await firstBytes(path);
  if (start.subarray(0, 4).equals(Buffer.from("PK\u0003\u0004", "latin1"))) return openTorchZip(path);
  if (start.subarray(0, 4).equals(legacyStart)) return openTorchLegacy(path);
  // A header length whose upper bytes are zero, then the brace of a JSON object.
  if (start.subarray(5, 8).every((byte) => byte === 0) && start[8] === 0x7b) return openSafetensors(path);
  throw checkpointFault(path, "a PyTorch checkpoint (zip or legacy) or safetensors", `bytes ${start.toString("hex")}`);
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw checkpointFault(path, "a file", "none that can be opened", cause);
  });
  try {
    const info = await file.stat();
    if (!info.isFile()) throw checkpointFault(path, "a file", "a folder or device");
    if (info.size > limits.checkpointMaxBytes)
      throw checkpointFault(path, `at most ${limits.checkpointMaxBytes} bytes`, `${info.size}`);
    const start = Buffer.alloc(9);
    const { bytesRead } = await file.read(start, 0, 9, 0);
    if (bytesRead < 9) throw checkpointFault(path, "a checkpoint", `${bytesRead} bytes`);
    return start;
  } finally {
    await file.close();
  }
}
