/**
 * Frees unreferenced memory now. The garbage collector barely counts memory outside its heap (file contents, pixels, tensors)
 * and would keep hundreds of megabytes of it until memory is short.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Runs twice, because buffers are freed on another thread; the second run waits for the first one's. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
}
