/**
 * Brings a pack's upscaler to life: Φ, τ and Ψ of both stages and the projections, opened by as many threads as there are cores, each of
 * which works on a tile at a time. On one core, and for another provider than the processor, tiles are worked on in this thread.
 */
import { AppError } from "../../shared/problem.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import type { PackManifest } from "../manifest/manifest.ts";
import { coresOf, membersFor } from "../platform/worker-pool.ts";
import { openTileParts, type UpscalerPack } from "./open-tile-parts.ts";
import { openTilePool } from "./tile-pool.ts";
import { createUpscaler, type UpscalerOptions } from "./upscale.ts";
import { drawHere, type TileDrawer, warmUpTiles } from "./upscale-tile.ts";

/** More cores than these are shared out to the lanes' sessions. */
const lanesMax = 4;
/** A thread with its sessions and the tensors of a tile, 110 MB measured: lanes get half of the memory that is free. */
const laneBytes = 110e6;
/** Tiles for other providers than the processor: few large runs keep a GPU busy. */
const largeCorePx = 256;

/** A pack on disk: its folder and what its manifest says of the upscaler. */
export interface UpscalerSource {
  readonly folder: string;
  readonly manifest: Pick<PackManifest, "id" | "version" | "upscaler">;
}

/**
 * @param options.threads lanes and the threads of their sessions together; 0 = as many as this process may use
 * @throws AppError `pack_unavailable` for a pack without upscaler, `pack_corrupt` when its files do not fit each other
 */
export async function loadUpscaler(
  { folder, manifest: { id, version, upscaler } }: UpscalerSource,
  options: ExpertOptions & UpscalerOptions = {},
) {
  if (!upscaler)
    throw new AppError("pack_unavailable", `pack: expected a pack with an upscaler, got "${id}", which has none`);
  const pack = { folder, upscaler, label: `${id}@${version}` };
  const isOnProcessor = ["cpu", "wasm"].includes(options.provider ?? "cpu");
  const drawer = await openDrawer(pack, options, isOnProcessor);
  return createUpscaler(drawer, { corePx: options.corePx ?? (isOnProcessor ? undefined : largeCorePx) });
}

async function openDrawer(pack: UpscalerPack, options: ExpertOptions, isOnProcessor: boolean): Promise<TileDrawer> {
  const cores = coresOf(options.threads ?? 0);
  const lanes = membersFor(cores, lanesMax, laneBytes);
  if (isOnProcessor && lanes > 1) return openTilePool(pack, lanes, cores);
  const parts = await openTileParts(pack, options);
  await warmUpTiles(parts);
  return drawHere(parts);
}
