/**
 * Frees unreferenced memory now. The garbage collector barely counts memory outside its heap (file contents, pixels, tensors)
 * and would keep hundreds of megabytes of it until memory is short.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** V8's own function: `minor` collects the young generation alone (a scavenge). */
type Collect = (options?: { readonly type: "minor" }) => void;
let collect: Collect | undefined;

function exposed(): Collect {
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as Collect;
  }
  return collect;
}

/** Collects objects once, in some 20 ms; what they hold outside the heap is freed one turn later. */
export const collectObjects = (): void => exposed()();

/** Collects objects that were made lately, in some 2 ms; those that outlived a collection or two stay. */
export const collectYoungObjects = (): void => exposed()({ type: "minor" });

/** Runs twice, because buffers are freed on another thread; the second run waits for the first one's. */
export function collectGarbage(): void {
  collectObjects();
  collectObjects();
}
