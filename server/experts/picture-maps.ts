/**
 * A frozen network that returns feature maps of a whole picture of any size, as one ONNX file. It judges pictures; it is no
 * condition.
 */
import type { Pixels } from "../engine/interfaces.ts";
import { Session } from "../onnx/session.ts";

export interface PictureMap {
  /** [channels, places] */
  readonly values: Float32Array;
  readonly places: number;
}

/** The maps of one opaque picture, in the order of the graph's outputs. */
export type PictureMapsOf = (picture: Pixels) => Promise<readonly PictureMap[]>;

/**
 * @param path path of a graph from `image`, RGB in [0, 1], [1, 3, height, width], to maps [1, channels, height, width]
 * @throws AppError `pack_corrupt` when it does not load
 */
export async function openPictureMaps(path: string, label: string, threads: number): Promise<PictureMapsOf> {
  const session = await Session.create(path, { label, threads });
  return async (picture) => {
    const image = { data: planesOf(picture), dims: [1, 3, picture.heightPx, picture.widthPx] };
    const maps = await session.run({ image });
    return session.outputNames.map((name) => {
      const { data, dims } = maps[name]!;
      return { values: data as Float32Array, places: dims[2]! * dims[3]! };
    });
  };
}

/** RGB in [0, 1], [3, height, width]. */
function planesOf({ rgba, widthPx, heightPx }: Pixels): Float32Array {
  const places = widthPx * heightPx;
  const planes = new Float32Array(3 * places);
  for (let place = 0; place < places; place += 1)
    for (let channel = 0; channel < 3; channel += 1)
      planes[channel * places + place] = rgba[4 * place + channel]! / 255;
  return planes;
}
