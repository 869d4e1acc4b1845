/**
 * Chooses several that are good and differ, by greedy maximal marginal relevance (Carbonell and Goldstein 1998): first the
 * best, then again and again the one whose quality and distance to the nearest chosen one are largest together.
 */

/** What counts as wholly different, as root mean square of latents: two drawings of one thing in two styles are 0.6 apart. */
const wholeDistance = 0.8;

/** What to choose from: `quality` 0 to 1, and a latent to compare by. */
export interface Choosable {
  readonly quality: number;
  readonly latent: Float32Array;
}

/**
 * Indices of up to `count` of them, the best first; the earlier one on a tie.
 * @param weight of the distance against the quality, 0 to 1
 */
export function chooseDifferent(from: readonly Choosable[], count: number, weight: number): number[] {
  const chosen: number[] = [];
  const distances = from.map(() => wholeDistance);
  while (chosen.length < Math.min(count, from.length)) {
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const [index, { quality }] of from.entries()) {
      if (chosen.includes(index)) continue;
      const share = chosen.length === 0 ? 0 : weight;
      const score = (1 - share) * quality + share * (distances[index]! / wholeDistance);
      if (score > bestScore) [best, bestScore] = [index, score];
    }
    // Qualities that are no numbers: what is left comes in its order.
    if (best < 0) best = from.findIndex((_, index) => !chosen.includes(index));
    chosen.push(best);
    for (const [index, { latent }] of from.entries())
      distances[index] = Math.min(distances[index]!, rootMeanSquare(latent, from[best]!.latent));
  }
  return chosen;
}

function rootMeanSquare(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let axis = 0; axis < a.length; axis += 1) sum += (a[axis]! - b[axis]!) ** 2;
  return Math.sqrt(sum / a.length);
}

/** Values on a scale from 0, the least, to 1, the most; all 1 where they are equal. */
export function onUnitScale(values: readonly number[]): number[] {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return values.map((value) => (range > 0 ? (value - least) / range : 1));
}
