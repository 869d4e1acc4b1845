/**
 * LPIPS 0.1 on AlexNet (Zhang et al. 2018), the perceptual distance that papers give. Its weights are not ours to ship:
 * server/pretrain/sharp/fetch_lpips.py fetches them and makes the graph, whose maps hold the weights that were fitted to people.
 */
import { existsSync } from "node:fs";
import type { Pixels } from "../../engine/interfaces.ts";
import { Session } from "../../onnx/session.ts";
import type { PictureNet } from "./feature-maps.ts";

export const lpipsFetchCommand = "python server/pretrain/sharp/fetch_lpips.py";

/** @param path of the graph. @returns undefined where it was not fetched. @throws AppError `pack_corrupt` when it is no graph */
export async function openLpips(path: string, threads: number): Promise<PictureNet | undefined> {
  if (!existsSync(path)) return undefined;
  const session = await Session.create(path, { label: "lpips", threads });
  return {
    name: "LPIPS 0.1 (AlexNet)",
    async mapsOf(picture) {
      const maps = await session.run({
        image: { data: planesOf(picture), dims: [1, 3, picture.heightPx, picture.widthPx] },
      });
      return session.outputNames.map((name, layer) => {
        const { data, dims } = maps[name]!;
        return { layer, values: data as Float32Array, places: dims[2]! * dims[3]! };
      });
    },
  };
}

/** RGB in [0, 1], [3, height, width]; truths and what is made of them are opaque. */
function planesOf({ rgba, widthPx, heightPx }: Pixels): Float32Array {
  const places = widthPx * heightPx;
  const planes = new Float32Array(3 * places);
  for (let place = 0; place < places; place += 1)
    for (let channel = 0; channel < 3; channel += 1)
      planes[channel * places + place] = rgba[4 * place + channel]! / 255;
  return planes;
}
