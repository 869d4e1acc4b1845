/**
 * LPIPS 0.1 on AlexNet (Zhang et al. 2018), the perceptual distance that papers give. Its weights are not ours to ship:
 * server/pretrain/super-resolution/fetch_lpips.py fetches them and makes the graph, whose maps hold the weights that were fitted to people.
 */
import { existsSync } from "node:fs";
import { openPictureMaps } from "../../experts/picture-maps.ts";
import type { PictureNet } from "./feature-maps.ts";

export const lpipsFetchCommand = "python server/pretrain/super-resolution/fetch_lpips.py";

/** @param path of the graph. @returns undefined where it was not fetched. @throws AppError `pack_corrupt` when it is no graph */
export async function openLpips(path: string, threads: number): Promise<PictureNet | undefined> {
  if (!existsSync(path)) return undefined;
  const mapsOf = await openPictureMaps(path, "lpips", threads);
  return {
    name: "LPIPS 0.1 (AlexNet)",
    mapsOf: async (picture) => (await mapsOf(picture)).map((map, layer) => ({ layer, ...map })),
  };
}
