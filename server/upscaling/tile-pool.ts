/**
 * Threads for the tiles of upscales; each has its own upscaler. Two threads of the runtime speed up the large operators
 * of picture networks, but not the small ones between them, flows above all; separate threads speed up both.
 */
import { startThread } from "../platform/processes/spawn.ts";
import { endedAs, WorkerPool, watchOfRuntime } from "../platform/processes/worker-pool.ts";
import type { UpscalerPack } from "./open-tile-parts.ts";
import type { TileDrawer, TileTask } from "./upscale-tile.ts";
import { knowsForeignOf, marginsOf } from "./upscaler-margins.ts";

/** The data from which a thread opens its upscaler. */
export interface TileThreadData {
  readonly pack: UpscalerPack;
  /** Threads of its sessions beside other workers, and for a single tile. */
  readonly threads: number;
  readonly threadsAlone: number;
}

/** A tile, or `open` to open and warm up everything. */
export type TilePoolTask = TileTask | "open";

/**
 * Starts no thread: a tile does, and opens there what it needs.
 * @param cores cores that are divided among the threads, at least one each
 * @returns `open` starts every thread, opens everything there and warms it up
 */
export function tilePool(pack: UpscalerPack, concurrency: number, cores: number) {
  const threadsOf = (worker: number): number => Math.floor((cores + worker) / concurrency);
  const pool = new WorkerPool<TilePoolTask, Float32Array>(
    concurrency,
    (worker) =>
      startThread("tiles.js", "upscaling/tile-thread.ts", {
        pack,
        threads: threadsOf(worker),
        threadsAlone: cores,
      } satisfies TileThreadData),
    endedAs("inference_crashed", "upscale"),
    { startsLate: true, watch: watchOfRuntime },
  );
  return {
    /** @throws AppError `pack_corrupt` when the upscaler's files are missing or do not match each other */
    open: () =>
      pool.openAll("open").catch(async (error: unknown) => {
        await pool.close();
        throw error;
      }),
    margins: marginsOf(pack.upscaler),
    knowsForeign: knowsForeignOf(pack.upscaler.factors),
    knowsLetters: pack.upscaler.letters !== undefined,
    knowsText: (factor) => pack.upscaler.factors[factor].textNetwork !== undefined,
    concurrency,
    draw: (task: TileTask) => pool.run(task, buffersOf(task)),
  } satisfies TileDrawer & { open: unknown };
}

/** Buffers that belong to one task alone. */
const buffersOf = (task: TileTask): ArrayBuffer[] => arraysOf(task).map(({ buffer }) => buffer as ArrayBuffer);

function arraysOf(task: TileTask): Array<Float32Array | Uint8Array> {
  if (task.kind === "letters") return [task.tile, task.isDrawn];
  if (task.kind === "projection") return [task.picture, task.low, task.isDrawn];
  return [task.tile, task.isDrawn, ...(task.letters ? [task.letters] : [])];
}
