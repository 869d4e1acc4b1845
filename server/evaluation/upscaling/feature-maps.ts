/**
 * Perceptual distances in the form of Zhang et al. 2018 (arXiv 1801.03924, equation 1): squared differences of a frozen net's
 * feature maps, averaged over positions and summed over maps. The net scales and weights its own maps.
 */
import type { Pixels } from "../../engine/interfaces.ts";

/** The feature maps of one picture; maps of a layer may come in parts. */
export type FeatureMaps = ReadonlyArray<{
  readonly layer: number;
  /** Scaled by the weight of their squared differences. */
  readonly values: Float32Array;
  /** Number of positions. */
  readonly places: number;
}>;

export interface PictureNet {
  readonly name: string;
  mapsOf(picture: Pixels): Promise<FeatureMaps>;
}

/** 0 for equal pictures. Both pictures need the same size. */
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
