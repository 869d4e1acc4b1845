/**
 * Brings a pack's upscaler to life: Φ, τ and Ψ of both stages and the projections, opened by as many threads as there are cores, each of
 * which works on a tile at a time. On one core, and for another provider than the processor, tiles are worked on in this thread.
 */
import { availableParallelism } from "node:os";
import { AppError } from "../../shared/problem.ts";
import { createUpscaler, type UpscalerOptions } from "../engine/upscale.ts";
import { drawHere, type TileDrawer } from "../engine/upscale-tile.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { openTileParts } from "./open-tile-parts.ts";
import { openTileTeam } from "./tile-team.ts";

/** Each lane holds the buffers of a tile, 100 MB and more; cores beyond these work within the lanes. */
const lanesMax = 4;

/** @throws AppError `pack_unavailable` for a pack without upscaler, `pack_corrupt` when its files do not fit each other */
export async function loadUpscaler(
  { folder, manifest: { id, version, upscaler } }: Pick<CatalogueEntry, "folder" | "manifest">,
  { provider = "cpu", threads = 0, shared, ...options }: ExpertOptions & UpscalerOptions = {},
) {
  if (!upscaler)
    throw new AppError("pack_unavailable", `pack: expected a pack with an upscaler, got "${id}", which has none`);
  const cores = threads === 0 ? availableParallelism() : threads;
  const lanes = provider === "cpu" ? Math.min(lanesMax, cores) : 1;
  const pack = { folder, upscaler, label: `${id}@${version}` };
  const drawer: TileDrawer =
    lanes === 1
      ? drawHere(await openTileParts(pack, { provider, threads, ...(shared ? { shared } : {}) }))
      : await openTileTeam({ pack, threads: Math.floor(cores / lanes) }, lanes);
  return createUpscaler(drawer, options);
}
