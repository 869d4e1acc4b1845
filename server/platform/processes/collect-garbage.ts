/**
 * Frees unreferenced memory now. The garbage collector barely counts memory outside its heap (file contents, pixels, tensors)
 * and would keep hundreds of megabytes of it until memory is short.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** Collects objects once; what they hold outside the heap is freed one turn later. */
export function collectObjects(): void {
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}

/** Runs twice, because buffers are freed on another thread; the second run waits for the first one's. */
export function collectGarbage(): void {
  collectObjects();
  collectObjects();
}
