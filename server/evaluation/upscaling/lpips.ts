/**
 * LPIPS 0.1 on AlexNet (Zhang et al. 2018), the perceptual distance of most papers. Its weights can't be shipped here:
 * server/pretrain/super-resolution/fetch_lpips.py downloads them and builds the graph; its maps include the weights fitted to
 * human judgements.
 */
import { existsSync } from "node:fs";
import { openPictureMaps } from "../../experts/picture-maps.ts";
import type { PictureNet } from "./feature-maps.ts";

export const lpipsFetchCommand = "python server/pretrain/super-resolution/fetch_lpips.py";

/**
 * @param path path of the graph
 * @returns undefined when it was not downloaded
 * @throws AppError `pack_corrupt` when the file is no graph
 */
export async function openLpips(path: string, threads: number): Promise<PictureNet | undefined> {
  if (!existsSync(path)) return undefined;
  const mapsOf = await openPictureMaps(path, "lpips", threads);
  return {
    name: "LPIPS 0.1 (AlexNet)",
    mapsOf: async (picture) => (await mapsOf(picture)).map((map, layer) => ({ layer, ...map })),
  };
}
