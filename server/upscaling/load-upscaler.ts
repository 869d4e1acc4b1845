/**
 * Loads a pack's upscaler: Φ, τ and Ψ of both factors and the projections. Each core, up to four, gets a thread that opens them and
 * works on one tile at a time. With one core, or another provider than the CPU, this thread works on the tiles. For one command nothing
 * is opened before a tile needs it, and this thread works on a tile that is alone.
 */
import { AppError } from "../../shared/problem.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import type { PackManifest } from "../manifest/manifest.ts";
import { coresOf, workersFor } from "../platform/processes/worker-pool.ts";
import { tilePartsOf, type UpscalerPack } from "./open-tile-parts.ts";
import { tilePool } from "./tile-pool.ts";
import { createUpscaler, type UpscalerOptions } from "./upscale.ts";
import { drawHere, drawTile, type TileDrawer, warmUpTiles } from "./upscale-tile.ts";

/** Most threads; further cores are divided among their sessions. */
const workersMax = 4;
/**
 * Memory of a thread with its sessions and the tensors of a tile: a tile with details takes 190 MB in a process of its own. All threads
 * together get half of the free memory.
 */
const workerBytes = 190e6;
/** Side of the largest core of a tile where another provider than the CPU draws: few large runs keep a GPU busy. */
const largeCorePx = 256;

/** A pack on disk: its folder and the upscaler's manifest entry. */
export interface UpscalerSource {
  readonly folder: string;
  readonly manifest: Pick<PackManifest, "id" | "version" | "upscaler">;
}

/**
 * @param options.threads cores for the threads and their sessions; 0 = all that this process may use
 * @throws AppError `pack_unavailable` for a pack without upscaler, `pack_corrupt` when its files do not match each other
 */
export async function loadUpscaler(
  { folder, manifest: { id, version, upscaler } }: UpscalerSource,
  options: ExpertOptions & UpscalerOptions = {},
) {
  if (!upscaler)
    throw new AppError("pack_unavailable", `pack: expected a pack with an upscaler, got "${id}", which has none`);
  const pack = { folder, upscaler, label: `${id}@${version}` };
  const isOnCpu = ["cpu", "wasm"].includes(options.provider ?? "cpu");
  const drawer = await openDrawer(pack, options, isOnCpu);
  return createUpscaler(drawer, { corePx: options.corePx ?? (isOnCpu ? undefined : largeCorePx) });
}

async function openDrawer(pack: UpscalerPack, options: ExpertOptions, isOnCpu: boolean): Promise<TileDrawer> {
  const cores = coresOf(options.threads ?? 0);
  const concurrency = workersFor(cores, workersMax, workerBytes);
  if (isOnCpu && concurrency > 1) {
    const pool = tilePool(pack, concurrency, cores);
    if (!options.onDemand) {
      await pool.open();
      return pool;
    }
    const here = tilePartsOf(pack, { ...options, threads: cores });
    return { ...pool, draw: (task) => (task.isAlone ? drawTile(here, task) : pool.draw(task)) };
  }
  const here = tilePartsOf(pack, options);
  if (!options.onDemand) {
    await here.openAll();
    await warmUpTiles(here);
  }
  return drawHere(here);
}
