/**
 * The residual's randomness, specified so that a seed means the same image for ever: Philox4x32-10 (Salmon, Moraes, Dror,
 * Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), a pure function from (counter, key) to four 32-bit words,
 * and Box–Muller from 53-bit uniforms. No state: image, stream and position name every number.
 */

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** High 32 bits of the 64-bit product of two 32-bit integers. No partial sum leaves 32 bits: (2¹⁶ − 1)² + 2¹⁶ − 1 < 2³². */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const carry = Math.imul(aLow, bHigh) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

export type Words = readonly [number, number, number, number];

/** Ten rounds of Philox 4×32: four counter words under the key [seed, 0], into four unsigned words of `to`. */
export function philoxInto(
  to: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  seed: number,
  key1 = 0,
): void {
  let k0 = seed;
  let k1 = key1;
  for (let round = 0; round < 10; round += 1) {
    const high0 = multiplyHigh(multiplier0, c0);
    const high1 = multiplyHigh(multiplier1, c2);
    const low0 = Math.imul(multiplier0, c0);
    c0 = high1 ^ c1 ^ k0;
    c1 = Math.imul(multiplier1, c2);
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + weyl0) | 0;
    k1 = (k1 + weyl1) | 0;
  }
  to[0] = c0;
  to[1] = c1;
  to[2] = c2;
  to[3] = c3;
}

/** The same from words to words. */
export function philox4x32([c0, c1, c2, c3]: Words, [k0, k1]: readonly [number, number]): Words {
  const words = new Uint32Array(4);
  philoxInto(words, c0, c1, c2, c3, k0, k1);
  return [words[0]!, words[1]!, words[2]!, words[3]!];
}

/** Streams keep draws for different purposes independent. A number once assigned is never reused. */
export const streams = { residual: 1, direction: 2, pixels: 3, retrieval: 4, hand: 5, letters: 6 } as const;

/**
 * `count` standard normals of a seed and stream. Block b is philox(counter [b, 0, 0, stream], key [seed, 0]); its words give
 * u₁ = (w₀·2²¹ + w₁ div 2¹¹ + 1)·2⁻⁵³ in (0, 1] and u₂ = (w₂·2²¹ + w₃ div 2¹¹)·2⁻⁵³ in [0, 1), and these the pair
 * √(−2 ln u₁)·(cos 2πu₂, sin 2πu₂). Computed in float64, rounded to float32.
 */
export function normals(seed: number, stream: number, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let block = 0; 2 * block < count; block += 1) {
    const [w0, w1, w2, w3] = philox4x32([block, 0, 0, stream], [seed, 0]);
    const u1 = (w0 * 2 ** 21 + (w1 >>> 11) + 1) * 2 ** -53;
    const u2 = (w2 * 2 ** 21 + (w3 >>> 11)) * 2 ** -53;
    const radius = Math.sqrt(-2 * Math.log(u1));
    values[2 * block] = radius * Math.cos(2 * Math.PI * u2);
    if (2 * block + 1 < count) values[2 * block + 1] = radius * Math.sin(2 * Math.PI * u2);
  }
  return values;
}

/** v ~ N(0, T²I) of a seed, [dims]. */
export const drawResidual = (seed: number, temperature: number, dims: number): Float32Array =>
  normals(seed, streams.residual, dims).map((value) => value * temperature);

/** Seed of image `index` of a request: consecutive uint32, wrapping. */
export const imageSeed = (seed: number, index: number): number => (seed + index) >>> 0;
