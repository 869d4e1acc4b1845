/**
 * The style judge of trainings: is what a picture shows of style nearer to the icons' than to each other style's? Codes are compared by
 * cosine around the others' mean, so that what all pictures have in common says nothing (as in Arora et al. 2017, "A simple but
 * tough-to-beat baseline"). It says nothing about what is drawn.
 */

/** What held-out icons say of a style. */
export interface Measured {
  /** Nats per dimension. */
  readonly nats: number;
  /** What the judge says of the pictures drawn in their place; absent where no expert sees styles. */
  readonly judge?: Judged | undefined;
}

/** Share of pictures that the judge gives to the icons' style. */
export interface Judged {
  readonly share: number;
  readonly pictures: number;
}

/**
 * What keeps a training from being better: it needs fewer nats, and the judge's share may fall by one standard error of the difference
 * between two binomial shares, each with a success and a failure more (Agresti & Caffo 2000), since few pictures are judged.
 */
export function worseBy(before: Measured, after: Measured): "nats" | "judge" | undefined {
  if (after.nats >= before.nats) return "nats";
  if (!before.judge || !after.judge) return undefined;
  const [from, to] = [moderate(before.judge), moderate(after.judge)];
  return from.share - to.share > Math.sqrt(from.variance + to.variance) ? "judge" : undefined;
}

function moderate({ share: named, pictures }: Judged): { share: number; variance: number } {
  const share = (named * pictures + 1) / (pictures + 2);
  return { share, variance: (share * (1 - share)) / (pictures + 2) };
}

/**
 * Judges codes: share of those that are nearer to `own` than to any of the others.
 * @param seen codes of pictures, all [dims]
 */
export function judgeCodes(seen: readonly Float32Array[], own: Float32Array, others: readonly Float32Array[]): Judged {
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
  return { share: named.length / seen.length, pictures: seen.length };
}
