/** A member of a team that works on tiles (tile-pool.ts): opens an upscaler for itself and draws one tile after the other. */
import { workerData } from "node:worker_threads";
import { serveTasks } from "../platform/worker-pool.ts";
import { openTileParts } from "./open-tile-parts.ts";
import type { MemberOrder, TileTeamTask } from "./tile-pool.ts";
import { drawTile, type UpscalerParts, warmUpTiles } from "./upscale-tile.ts";

const { pack, threads, threadsAlone } = workerData as MemberOrder;

let wide: Promise<UpscalerParts> | undefined;
/** The same with sessions for a tile that may have every core; opened where one comes, which is mostly in one member. */
function partsForOne(): Promise<UpscalerParts> {
  wide ??= openTileParts(pack, { threads: threadsAlone });
  return wide;
}

serveTasks<UpscalerParts, TileTeamTask, Float32Array>(openTileParts(pack, { threads }), async (parts, task) => {
  if (task === "open") {
    await warmUpTiles(parts);
    return { result: new Float32Array() };
  }
  const result = await drawTile(task.isAlone ? await partsForOne() : parts, task);
  return { result, transfer: [result.buffer as ArrayBuffer] };
});
