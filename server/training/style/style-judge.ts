/**
 * The style judge of trainings: is what a picture shows of style nearer to the icons' than to each other style's? Codes are compared by
 * cosine around the others' mean, so that what all pictures have in common says nothing (as in Arora et al. 2017, "A simple but
 * tough-to-beat baseline"). It says nothing about what is drawn.
 */

/** What held-out icons say of a style. */
export interface Measured {
  /** Nats per dimension. */
  readonly nats: number;
  /** Share of what is drawn in their place that the judge gives to their style; absent where no expert sees styles. */
  readonly judge?: number | undefined;
}

/** Fewer nats, and the judge loses nothing. */
export const isBetterThan = (before: Measured, after: Measured): boolean =>
  after.nats < before.nats && (after.judge ?? 0) >= (before.judge ?? 0);

/**
 * Share of codes that are nearer to `own` than to any of the others.
 * @param seen codes of pictures, all [dims]
 */
export function shareNamed(seen: readonly Float32Array[], own: Float32Array, others: readonly Float32Array[]): number {
  const middle = own.map((_, axis) => others.reduce((sum, other) => sum + other[axis]!, 0) / others.length);
  const cosine = (one: Float32Array, other: Float32Array): number => {
    let [product, ones, twos] = [0, 0, 0];
    for (const [axis, base] of middle.entries()) {
      const [a, b] = [one[axis]! - base, other[axis]! - base];
      product += a * b;
      ones += a * a;
      twos += b * b;
    }
    return product / (Math.sqrt(ones * twos) || 1);
  };
  const named = seen.filter((code) => others.every((other) => cosine(code, other) < cosine(code, own)));
  return named.length / seen.length;
}
