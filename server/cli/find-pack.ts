/** Which pack a command means: a pack's folder, or the id of one that ships or that was trained here. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { type CatalogueEntry, packsHome, readEntry } from "../packs/catalogue.ts";

/** @throws AppError `pack_unavailable` saying where was looked, `pack_corrupt` */
export async function findPack(name: string, dataDir: string): Promise<CatalogueEntry> {
  const homes = [packsHome(), join(dataDir, "packs")];
  const folders = [name, ...homes.map((home) => join(home, name))];
  const folder = folders.find((path) => existsSync(join(path, "manifest.json")));
  if (folder !== undefined) return readEntry(folder, true);
  throw new AppError(
    "pack_unavailable",
    `PACK: expected a folder with manifest.json or the id of a pack in ${homes.join(" or ")}, got "${name}"`,
    { field: "PACK", received: name },
  );
}
