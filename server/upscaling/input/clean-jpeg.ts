/**
 * Takes compression marks out of a picture, by the tables that it was compressed with (clean-plane.ts): luma at full size, chroma
 * at the size that the file keeps it, then enlarged along luma (chroma-by-luma.ts).
 */
import type { JpegTables, Pixels } from "../../engine/interfaces.ts";
import { followLuma, gridOfSamples, samplesOf } from "./chroma-by-luma.ts";
import { type BlockGrid, cleanPlane, type Plane } from "./clean-plane.ts";

/** How a picture was compressed. */
export interface Compression extends JpegTables {
  readonly grid: BlockGrid;
}

/**
 * @param strength 0 = the picture as it is, 1 = without marks
 * @param pause lets others run; what it throws ends the work
 */
export async function cleanJpeg<Picture extends Pixels>(
  image: Picture,
  { luma, chroma, isChromaHalved, grid }: Compression,
  strength: number,
  pause: () => Promise<void>,
): Promise<Picture> {
  if (strength === 0) return image;
  const planes = toPlanes(image);
  const cleaned = await cleanPlane(planes[0]!, luma, grid, pause);
  const guide = { ...planes[0]!, values: cleaned };
  async function cleanChroma(plane: Plane): Promise<Float32Array> {
    if (!isChromaHalved) return cleanPlane(plane, chroma!, grid, pause);
    const samples = samplesOf(plane, grid);
    const values = await cleanPlane(samples, chroma!, gridOfSamples(grid), pause);
    return followLuma({ ...samples, values }, guide, grid);
  }
  const others = chroma === undefined ? [] : [await cleanChroma(planes[1]!), await cleanChroma(planes[2]!)];
  const moves = [cleaned, ...others].map((values, index) =>
    values.map((value, at) => value - planes[index]!.values[at]!),
  );
  return addMoves(image, moves, strength);
}

/** Luma and chroma of JFIF (BT.601, full range), in levels. */
function toPlanes({ rgba, widthPx, heightPx }: Pixels): Plane[] {
  const planes = [0, 1, 2].map(() => new Float32Array(widthPx * heightPx));
  for (let at = 0, from = 0; at < widthPx * heightPx; at += 1, from += 4) {
    const [red, green, blue] = [rgba[from]!, rgba[from + 1]!, rgba[from + 2]!];
    planes[0]![at] = 0.299 * red + 0.587 * green + 0.114 * blue;
    planes[1]![at] = -0.168736 * red - 0.331264 * green + 0.5 * blue;
    planes[2]![at] = 0.5 * red - 0.418688 * green - 0.081312 * blue;
  }
  return planes.map((values) => ({ values, widthPx, heightPx }));
}

function addMoves<Picture extends Pixels>(
  image: Picture,
  [luma, blueness, redness]: readonly Float32Array[],
  strength: number,
): Picture {
  const rgba = Uint8ClampedArray.from(image.rgba);
  for (let at = 0, to = 0; to < rgba.length; at += 1, to += 4) {
    const [y, cb, cr] = [luma![at]!, blueness?.[at] ?? 0, redness?.[at] ?? 0];
    // Storing into clamped bytes rounds to nearest.
    rgba[to]! += strength * (y + 1.402 * cr);
    rgba[to + 1]! += strength * (y - 0.344136 * cb - 0.714136 * cr);
    rgba[to + 2]! += strength * (y + 1.772 * cb);
  }
  return { ...image, rgba: new Uint8Array(rgba.buffer) };
}
