/**
 * Takes compression marks out of a picture, by the tables that it was compressed with (clean-plane.ts): luma at full size, chroma
 * at the size that the file keeps it.
 */
import type { JpegTables, Pixels } from "../../engine/interfaces.ts";
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
  const moves = [
    await moveOf(planes[0]!, (plane) => cleanPlane(plane, luma, grid, pause)),
    ...(chroma === undefined ? [] : [await moveOfChroma(planes[1]!), await moveOfChroma(planes[2]!)]),
  ];
  async function moveOfChroma(plane: Plane): Promise<Float32Array> {
    if (!isChromaHalved) return moveOf(plane, (whole) => cleanPlane(whole, chroma!, grid, pause));
    const small = halve(plane);
    const halfGrid = { left: (grid.left >> 1) & 7, top: (grid.top >> 1) & 7 };
    return repeat(await moveOf(small, (whole) => cleanPlane(whole, chroma!, halfGrid, pause)), small, plane);
  }
  return addMoves(image, moves, strength);
}

async function moveOf(plane: Plane, clean: (plane: Plane) => Promise<Float32Array>): Promise<Float32Array> {
  return (await clean(plane)).map((value, at) => value - plane.values[at]!);
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

/** Means of 2 × 2 pixels, those at an odd border repeated. */
function halve({ values, widthPx, heightPx }: Plane): Plane {
  const [width, height] = [(widthPx + 1) >> 1, (heightPx + 1) >> 1];
  const small = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [right, bottom] = [Math.min(widthPx - 1, 2 * x + 1), Math.min(heightPx - 1, 2 * y + 1)];
      small[y * width + x] =
        (values[2 * y * widthPx + 2 * x]! +
          values[2 * y * widthPx + right]! +
          values[bottom * widthPx + 2 * x]! +
          values[bottom * widthPx + right]!) /
        4;
    }
  return { values: small, widthPx: width, heightPx: height };
}

/** Every value of a small plane on its 2 × 2 pixels. */
function repeat(values: Float32Array, small: Plane, { widthPx, heightPx }: Plane): Float32Array {
  const large = new Float32Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) large[y * widthPx + x] = values[(y >> 1) * small.widthPx + (x >> 1)]!;
  return large;
}
