/**
 * Density and coverage (Naeem et al. 2020, equations 5 and 6). Density: how many samples lie in the neighbourhoods of real
 * images (about 1 for realistic samples, may exceed it). Coverage: the share of real images with a sample in their
 * neighbourhood.
 */
import { countOf, rowOf, squaredDistance, type Vectors } from "./vectors.ts";

export interface DensityCoverage {
  readonly density: number;
  readonly coverage: number;
}

/** @param k neighbours that define a real image's neighbourhood, less than the number of real images */
export function densityAndCoverage(real: Vectors, samples: Vectors, k: number): DensityCoverage {
  const [realCount, sampleCount] = [countOf(real), countOf(samples)];
  let [hits, covered] = [0, 0];
  for (let at = 0; at < realCount; at += 1) {
    const radius = radiusOf(real, at, k);
    let inside = 0;
    for (let sample = 0; sample < sampleCount; sample += 1)
      if (squaredDistance(rowOf(real, at), rowOf(samples, sample)) <= radius) inside += 1;
    hits += inside;
    if (inside > 0) covered += 1;
  }
  return { density: hits / (k * sampleCount), coverage: covered / realCount };
}

/** Squared distance of a row to its k-th nearest other row. */
function radiusOf(real: Vectors, row: number, k: number): number {
  const distances = new Float64Array(countOf(real) - 1);
  for (let other = 0, at = 0; other < countOf(real); other += 1)
    if (other !== row) distances[at++] = squaredDistance(rowOf(real, row), rowOf(real, other));
  return distances.sort()[Math.min(k, distances.length) - 1]!;
}
