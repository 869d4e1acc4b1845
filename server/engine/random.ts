/**
 * The residual's randomness, specified so that a seed means the same image for ever: Philox4x32-10 (Salmon, Moraes, Dror,
 * Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), a pure function from (counter, key) to four 32-bit words,
 * and Box–Muller from 53-bit uniforms. No state: image, stream and position name every number.
 */

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** High 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

export type Words = readonly [number, number, number, number];

/** Ten rounds of Philox 4×32: four counter words and two key words, all unsigned, to four unsigned words. */
export function philox4x32([c0, c1, c2, c3]: Words, [k0, k1]: readonly [number, number]): Words {
  for (let round = 0; round < 10; round += 1) {
    const [high0, low0] = [multiplyHigh(multiplier0, c0), Math.imul(multiplier0, c0) >>> 0];
    const [high1, low1] = [multiplyHigh(multiplier1, c2), Math.imul(multiplier1, c2) >>> 0];
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Streams keep draws for different ends apart; a number once given is never reused for another end. */
export const streams = { residual: 1, direction: 2 } as const;

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
