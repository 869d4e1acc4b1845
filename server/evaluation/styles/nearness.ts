/** How near pictures are to the true variant: squared error of pixels, LPIPS, and features of a net that the flow never saw. */
import { meanSquaredError } from "../metrics/pixels.ts";
import { columnMeans } from "../metrics/ridge.ts";
import { countOf, rowOf, type Vectors } from "../metrics/vectors.ts";
import { forEachChunk } from "../progress-reporter.ts";
import { type FeatureMaps, featureDistance } from "../upscaling/feature-maps.ts";
import type { StylesContext } from "./context.ts";

/** Distances of pictures to the truth at the same place, by each measure. */
export interface Distances {
  readonly pixels: readonly number[];
  readonly lpips?: readonly number[];
  readonly features?: readonly number[];
}

/** The truth as each net sees it, once. */
export interface SeenTruth {
  readonly planes: readonly Float32Array[];
  readonly maps?: readonly FeatureMaps[];
  readonly features?: Vectors;
}

/** Values [4, size, size] as an opaque picture on white. */
function onWhite(planes: Float32Array, sizePx: number) {
  const count = sizePx * sizePx;
  const rgba = new Uint8Array(4 * count).fill(255);
  for (let at = 0; at < count; at += 1)
    for (let channel = 0; channel < 3; channel += 1)
      rgba[4 * at + channel] = Math.round(255 * (planes[channel * count + at]! + 1 - planes[3 * count + at]!));
  return { rgba, widthPx: sizePx, heightPx: sizePx };
}

export async function seenTruth(context: StylesContext, planes: readonly Float32Array[]): Promise<SeenTruth> {
  return {
    planes,
    maps: await mapsOf(context, planes),
    features: await context.features?.featuresOf("features of the truth", planes.length, async (at) => planes[at]!),
  } as SeenTruth;
}

async function mapsOf({ lpips, sizePx, progress }: StylesContext, planes: readonly Float32Array[]) {
  if (!lpips) return undefined;
  const maps: FeatureMaps[] = [];
  await forEachChunk(progress, "LPIPS", planes.length, 1, async (at) => {
    maps.push(await lpips.mapsOf(onWhite(planes[at]!, sizePx)));
  });
  return maps;
}

export async function distancesTo(
  context: StylesContext,
  { planes, maps, features }: SeenTruth,
  pictures: readonly Float32Array[],
): Promise<Distances> {
  const own = await mapsOf(context, pictures);
  const seen = await context.features?.featuresOf("features", pictures.length, async (at) => pictures[at]!);
  return {
    pixels: pictures.map((picture, at) => meanSquaredError(picture, planes[at]!)),
    ...(own && maps && { lpips: own.map((map, at) => featureDistance(map, maps[at]!)) }),
    ...(seen && features && { features: cosineDistances(seen, features) }),
  };
}

/** 1 − cosine of each row, after each feature has mean 0 and deviation 1 over the truth. */
function cosineDistances(rows: Vectors, truth: Vectors): number[] {
  const mean = columnMeans(truth);
  const count = countOf(truth);
  const squares = new Float64Array(truth.dims);
  for (let row = 0; row < count; row += 1)
    for (const [axis, value] of rowOf(truth, row).entries()) squares[axis]! += (value - mean[axis]!) ** 2 / count;
  const scaled = (vectors: Vectors, row: number): Float32Array =>
    rowOf(vectors, row).map((value, axis) => (value - mean[axis]!) / (Math.sqrt(squares[axis]!) + 1e-3));
  return Array.from({ length: countOf(rows) }, (_, row) => {
    const [one, other] = [scaled(rows, row), scaled(truth, row)];
    let [product, own, others] = [0, 0, 0];
    for (let axis = 0; axis < one.length; axis += 1) {
      product += one[axis]! * other[axis]!;
      own += one[axis]! ** 2;
      others += other[axis]! ** 2;
    }
    return 1 - product / (Math.sqrt(own * others) + 1e-9);
  });
}
