/**
 * Random numbers for training: initial weights, permutations, batches, posterior noise, dropout. xoshiro128** (Blackman & Vigna
 * 2018, prng.di.unimi.it), seeded by (seed, step, purpose). A resumed run draws what an uninterrupted one would, without a
 * stored state. Images use server/engine/random.ts.
 */

export type Purpose =
  | "weights"
  | "permutation"
  | "order"
  | "captions"
  | "posterior"
  | "dropout"
  | "evaluation"
  | "generator"
  | "rows"
  | "conditions"
  | "rehearsal"
  | "ground"
  | "codes";

const purposes: readonly Purpose[] = [
  "weights",
  "permutation",
  "order",
  "captions",
  "posterior",
  "dropout",
  "evaluation",
  "generator",
  "rows",
  "conditions",
  "rehearsal",
  "ground",
  "codes",
];

const rotateLeft = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

export class TrainingRandom {
  readonly #state = new Int32Array(4);

  constructor(seed: number, step: number, purpose: Purpose) {
    // SplitMix32 spreads the three keys over the state, as the authors of xoshiro recommend.
    let mix = (seed ^ Math.imul(step + 1, 0x9e3779b9) ^ Math.imul(purposes.indexOf(purpose) + 1, 0x85ebca6b)) | 0;
    for (let index = 0; index < 4; index += 1) {
      mix = (mix + 0x9e3779b9) | 0;
      let word = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      this.#state[index] = word ^ (word >>> 15);
    }
  }

  /** The next 32 bits, unsigned. */
  uint32(): number {
    const s = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9);
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotateLeft(s[3]!, 11);
    return result >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.uint32() / 2 ** 32;
  }

  /** Uniform in 0 … bound − 1. */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Fills `target` with standard normals (Box–Muller) times `std`. */
  fillNormal(target: Float32Array, std = 1): Float32Array {
    for (let index = 0; index < target.length; index += 2) {
      const radius = std * Math.sqrt(-2 * Math.log((this.uint32() + 1) / (2 ** 32 + 1)));
      const angle = 2 * Math.PI * this.uniform();
      target[index] = radius * Math.cos(angle);
      if (index + 1 < target.length) target[index + 1] = radius * Math.sin(angle);
    }
    return target;
  }

  /** Inverted dropout: 0 with probability `rate` (in steps of 1/256), else 1 / (1 − rate). */
  fillDropout(target: Float32Array, rate: number): Float32Array {
    const threshold = Math.round(rate * 256);
    const kept = 256 / (256 - threshold);
    const valueOfByte = Float32Array.from({ length: 256 }, (_, byte) => (byte < threshold ? 0 : kept));
    for (let index = 0; index < target.length; index += 4) {
      const bits = this.uint32();
      // Writes beyond the end of the array are ignored.
      target[index] = valueOfByte[bits & 255]!;
      target[index + 1] = valueOfByte[(bits >>> 8) & 255]!;
      target[index + 2] = valueOfByte[(bits >>> 16) & 255]!;
      target[index + 3] = valueOfByte[bits >>> 24]!;
    }
    return target;
  }

  /** A permutation of 0 … length − 1 (Fisher–Yates). */
  permutation(length: number): number[] {
    const order = Array.from({ length }, (_, index) => index);
    for (let index = length - 1; index > 0; index -= 1) {
      const other = this.below(index + 1);
      [order[index], order[other]] = [order[other]!, order[index]!];
    }
    return order;
  }
}
