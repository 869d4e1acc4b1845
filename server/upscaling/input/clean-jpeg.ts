/**
 * Takes compression marks out of a picture, by the tables that it was compressed with (clean-plane.ts): luma at full size, chroma
 * at the size that the file keeps it, then enlarged along luma (chroma-by-luma.ts).
 */
import type { JpegTables, Pixels } from "../../engine/interfaces.ts";
import { followLuma, gridOfSamples, samplesOf } from "./chroma-by-luma.ts";
import { type BlockGrid, cleanPlane, type Plane } from "./clean-plane.ts";
import { eachRow, type Pause } from "./rows.ts";

/** How a picture was compressed. */
export interface Compression extends JpegTables {
  readonly grid: BlockGrid;
}

/** @param strength 0 = the picture as it is, 1 = without marks */
export async function cleanJpeg<Picture extends Pixels>(
  image: Picture,
  { luma, chroma, isChromaHalved, grid }: Compression,
  strength: number,
  pause: Pause,
): Promise<Picture> {
  if (strength === 0) return image;
  const planes = await toPlanes(image, pause);
  const cleaned = await cleanPlane(planes[0]!, luma, grid, pause);
  const guide = { ...planes[0]!, values: cleaned };
  async function cleanChroma(plane: Plane): Promise<Float32Array> {
    if (!isChromaHalved) return cleanPlane(plane, chroma!, grid, pause);
    const samples = await samplesOf(plane, grid, pause);
    const values = await cleanPlane(samples, chroma!, gridOfSamples(grid), pause);
    return followLuma({ ...samples, values }, guide, grid, pause);
  }
  const others = chroma === undefined ? [] : [await cleanChroma(planes[1]!), await cleanChroma(planes[2]!)];
  return addMoves(image, planes, [cleaned, ...others], strength, pause);
}

/** Luma and chroma of JFIF (BT.601, full range), in levels. */
async function toPlanes({ rgba, widthPx, heightPx }: Pixels, pause: Pause): Promise<Plane[]> {
  const planes = [0, 1, 2].map(() => new Float32Array(widthPx * heightPx));
  await eachRow(heightPx, pause, (y) => {
    for (let at = y * widthPx, from = 4 * at; at < (y + 1) * widthPx; at += 1, from += 4) {
      const [red, green, blue] = [rgba[from]!, rgba[from + 1]!, rgba[from + 2]!];
      planes[0]![at] = 0.299 * red + 0.587 * green + 0.114 * blue;
      planes[1]![at] = -0.168736 * red - 0.331264 * green + 0.5 * blue;
      planes[2]![at] = 0.5 * red - 0.418688 * green - 0.081312 * blue;
    }
  });
  return planes.map((values) => ({ values, widthPx, heightPx }));
}

/** Adds to the picture by how much its planes changed. */
async function addMoves<Picture extends Pixels>(
  image: Picture,
  planes: readonly Plane[],
  cleaned: readonly Float32Array[],
  strength: number,
  pause: Pause,
): Promise<Picture> {
  const { widthPx, heightPx } = image;
  const rgba = new Uint8ClampedArray(image.rgba);
  const moveAt = (index: number, at: number): number =>
    index < cleaned.length ? Math.fround(cleaned[index]![at]! - planes[index]!.values[at]!) : 0;
  await eachRow(heightPx, pause, (y) => {
    for (let at = y * widthPx, to = 4 * at; at < (y + 1) * widthPx; at += 1, to += 4) {
      const [luma, cb, cr] = [moveAt(0, at), moveAt(1, at), moveAt(2, at)];
      // Storing into clamped bytes rounds to nearest.
      rgba[to]! += strength * (luma + 1.402 * cr);
      rgba[to + 1]! += strength * (luma - 0.344136 * cb - 0.714136 * cr);
      rgba[to + 2]! += strength * (luma + 1.772 * cb);
    }
  });
  return { ...image, rgba: new Uint8Array(rgba.buffer) };
}
