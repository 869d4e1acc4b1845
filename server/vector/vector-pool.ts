/** Tracing off the event loop: threads that start with the first picture, two at most, because one takes a twentieth of a second. */
import { limits } from "../../shared/limits.ts";
import type { Vector } from "../../shared/vectors.ts";
import type { Pixels } from "../engine/interfaces.ts";
import { startThread } from "../platform/spawn.ts";
import { coresOf, endedAs, WorkerPool } from "../platform/worker-pool.ts";
import type { VectorOptions } from "./vectorise.ts";

export interface VectorTask {
  readonly pixels: Pixels;
  readonly options: VectorOptions;
}

export class VectorPool {
  #threads: WorkerPool<VectorTask, Vector> | undefined;

  /** As `vectorise`; the pixels stay the caller's. @throws AppError image_rejected; internal after `close` */
  async trace(pixels: Pixels, options: VectorOptions = {}): Promise<Vector> {
    this.#threads ??= new WorkerPool<VectorTask, Vector>(
      Math.min(limits.vectorsParallelMax, coresOf(0)),
      () => startThread("vectors.js", "vector/vector-thread.ts", undefined),
      endedAs("internal", "tracing"),
    );
    return this.#threads.run({ pixels, options });
  }

  async close(): Promise<void> {
    await this.#threads?.close();
  }
}
