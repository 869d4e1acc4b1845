/**
 * Perceptual distances in the form of Zhang et al. 2018 (arXiv 1801.03924, equation 1): feature maps of a frozen net, squared differences, means over
 * places, summed over maps. What is particular to a net (which maps, how its channels are scaled and weighted) lies in the maps that it gives.
 */
import type { Pixels } from "../../engine/interfaces.ts";

/** What a net sees in one picture; maps of a layer may come in parts. */
export type FeatureMaps = ReadonlyArray<{
  readonly layer: number;
  /** Scaled so that squared differences count as they shall. */
  readonly values: Float32Array;
  /** Places that the values are of. */
  readonly places: number;
}>;

export interface PictureNet {
  readonly name: string;
  mapsOf(picture: Pixels): Promise<FeatureMaps>;
}

/** 0 for equal pictures; of pictures of one size. */
export function featureDistance(a: FeatureMaps, b: FeatureMaps): number {
  const layers = new Map<number, { sum: number; places: number }>();
  for (const [at, { layer, values, places }] of a.entries()) {
    const other = b[at]!.values;
    const own = layers.get(layer) ?? { sum: 0, places: 0 };
    for (let index = 0; index < values.length; index += 1) own.sum += (values[index]! - other[index]!) ** 2;
    own.places += places;
    layers.set(layer, own);
  }
  return [...layers.values()].reduce((total, { sum, places }) => total + sum / places, 0);
}
