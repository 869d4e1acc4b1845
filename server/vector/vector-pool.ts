/** Tracing off the event loop: threads that start with the first picture, two at most, because one takes a tenth of a second, of large clean artwork up to one and a half. */

import type { Vector } from "../../shared/contract/vectors.ts";
import { limits } from "../../shared/limits.ts";
import type { Pixels, TracedPixels } from "../engine/interfaces.ts";
import { startThread } from "../platform/processes/spawn.ts";
import { coresOf, endedAs, WorkerPool, watchOfScripts } from "../platform/processes/worker-pool.ts";
import type { VectorOptions } from "./vector-options.ts";

export interface VectorTask {
  readonly pixels: TracedPixels;
  readonly options: VectorOptions;
}

export class VectorPool {
  #threads: WorkerPool<VectorTask, Vector> | undefined;

  /**
   * As `vectorise`; the pixels stay the caller's. Of a drawing that is there enlarged too, that is traced, at the drawing's size.
   * @throws AppError image_rejected; internal after `close`
   */
  async trace(
    { enlarged, ...drawing }: Pixels & { readonly enlarged?: TracedPixels | undefined },
    options: Omit<VectorOptions, "shown"> = {},
  ): Promise<Vector> {
    const { rgba, widthPx, heightPx } = enlarged ?? drawing;
    const { widthPx: shownWidthPx, heightPx: shownHeightPx } = drawing;
    this.#threads ??= new WorkerPool<VectorTask, Vector>(
      Math.min(limits.vectorsParallelMax, coresOf(0)),
      () => startThread("vectors.js", "vector/vector-thread.ts", undefined),
      endedAs("internal", "tracing"),
      { watch: watchOfScripts },
    );
    return this.#threads.run({
      pixels: {
        ...{ rgba, widthPx, heightPx },
        ...(enlarged?.stack && { stack: enlarged.stack }),
        ...(enlarged?.parts && { parts: enlarged.parts }),
        ...(enlarged?.beneath && { beneath: enlarged.beneath }),
        ...(enlarged?.linePx && { linePx: enlarged.linePx }),
      },
      options: { ...options, ...(enlarged && { shown: { widthPx: shownWidthPx, heightPx: shownHeightPx } }) },
    });
  }

  /** Ends what is traced now, too: these threads may end at any time, and a stop can't wait for a photograph. */
  async close(): Promise<void> {
    await this.#threads?.terminate();
  }
}
