/** A thread of the tile pool (tile-pool.ts): opens its own upscaler and draws one tile after the other. */
import { workerData } from "node:worker_threads";
import { collectGarbage } from "../platform/processes/collect-garbage.ts";
import { serveTasks } from "../platform/processes/worker-pool.ts";
import { openTileParts } from "./open-tile-parts.ts";
import type { TilePoolTask, TileThreadData } from "./tile-pool.ts";
import { drawTile, type UpscalerParts, warmUpTiles } from "./upscale-tile.ts";

const { pack, threads, threadsAlone } = workerData as TileThreadData;

let wide: Promise<UpscalerParts> | undefined;
/** The upscaler with sessions on all cores, for a single tile. Opened on first use, mostly in one worker. */
function partsForOne(): Promise<UpscalerParts> {
  wide ??= openTileParts(pack, { threads: threadsAlone });
  return wide;
}

serveTasks<UpscalerParts, TilePoolTask, Float32Array>(openTileParts(pack, { threads }), async (parts, task) => {
  if (task === "open") {
    await warmUpTiles(parts);
    // The contents of the pack's files are no longer needed.
    collectGarbage();
    return { result: new Float32Array() };
  }
  const result = await drawTile(task.isAlone ? await partsForOne() : parts, task);
  return { result, transfer: [result.buffer as ArrayBuffer] };
});
