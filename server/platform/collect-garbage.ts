/**
 * Frees what nobody holds any more, now. The collector counts only loosely what lies outside its heap (files that were read, pixels, tensors),
 * and would keep hundreds of megabytes of it until it needs the room.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Buffers are freed on another thread, and the second call waits for what the first found. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
}
