/**
 * Threads that work on the tiles of upscales, each with an upscaler of its own, opened once and kept: networks of pictures are large operators
 * that two threads of the runtime share well, but what lies between them, flows above all, they don't.
 */
import { startThread } from "../platform/spawn.ts";
import { endedAs, WorkerPool } from "../platform/worker-pool.ts";
import type { UpscalerPack } from "./open-tile-parts.ts";
import { marginsOf, type TileDrawer, type TileTask } from "./upscale-tile.ts";

/** What a thread opens for itself. */
export interface MemberOrder {
  readonly pack: UpscalerPack;
  /** Of each of its sessions, beside the other members and for a tile that is alone. */
  readonly threads: number;
  readonly threadsAlone: number;
}

/** A tile, or nothing but to have opened and tried everything. */
export type TileTeamTask = TileTask | "open";

/**
 * @param cores shared out to the lanes, at least one each
 * @throws AppError `pack_corrupt` when the upscaler's files are missing or do not fit each other
 */
export async function openTilePool(pack: UpscalerPack, lanes: number, cores: number): Promise<TileDrawer> {
  const threadsOf = (lane: number): number => Math.floor((cores + lane) / lanes);
  const team = new WorkerPool<TileTeamTask, Float32Array>(
    lanes,
    (lane) =>
      startThread("tiles.js", "upscaling/tile-thread.ts", {
        pack,
        threads: threadsOf(lane),
        threadsAlone: cores,
      } satisfies MemberOrder),
    endedAs("inference_crashed", "upscale"),
  );
  await team.openAll("open").catch(async (error: unknown) => {
    await team.close();
    throw error;
  });
  return {
    margins: marginsOf(pack.upscaler),
    lanes,
    draw: (task) => team.run(task, buffersOf(task)),
  };
}

/** Pixels that are read for one task alone. */
const buffersOf = (task: TileTask): ArrayBuffer[] =>
  (task.kind === "stage" ? [task.tile] : [task.picture, task.low]).map(({ buffer }) => buffer as ArrayBuffer);
