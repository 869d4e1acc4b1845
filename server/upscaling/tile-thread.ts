/** A thread of the tile pool (tile-pool.ts): has its own upscaler and draws one tile after the other. */
import { workerData } from "node:worker_threads";
import { collectGarbage } from "../platform/processes/collect-garbage.ts";
import { serveTasks } from "../platform/processes/worker-pool.ts";
import { type TileParts, tilePartsOf } from "./open-tile-parts.ts";
import type { TilePoolTask, TileThreadData } from "./tile-pool.ts";
import { drawTile, warmUpTiles } from "./upscale-tile.ts";

const { pack, threads, threadsAlone } = workerData as TileThreadData;

const parts = tilePartsOf(pack, { threads });
/** With sessions on all cores, for a single tile: mostly opened in one worker. */
const partsForOne = tilePartsOf(pack, { threads: threadsAlone });

serveTasks<TileParts, TilePoolTask, Float32Array>(Promise.resolve(parts), async (_, task) => {
  if (task === "open") {
    await parts.openAll();
    await warmUpTiles(parts);
    // The contents of the pack's files are no longer needed.
    collectGarbage();
    return { result: new Float32Array() };
  }
  const result = await drawTile(task.isAlone ? partsForOne : parts, task);
  return { result, transfer: [result.buffer as ArrayBuffer] };
});
