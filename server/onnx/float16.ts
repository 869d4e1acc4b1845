/**
 * IEEE 754 half precision: float32 ↔ binary16 bit patterns, round to nearest even. Node 20 has no Float16Array. Packs store
 * weights in float16 to stay small and compute in float32.
 */

const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

/** Bit pattern of the nearest float16; values beyond 65504 become infinity. */
export function toHalf(value: number): number {
  floatView[0] = value;
  const bits = bitsView[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa ? 0x200 : 0);
  const halfExponent = exponent - 112;
  if (halfExponent >= 31) return sign | 0x7c00;
  if (halfExponent <= 0) {
    if (halfExponent < -10) return sign;
    return sign | roundShift(mantissa | 0x800000, 14 - halfExponent);
  }
  // A carry from the mantissa increases the exponent: rounding up to the next power of two.
  return sign | (((halfExponent << 10) | 0) + roundShift(mantissa, 13));
}

/** Shifts right, rounding to nearest, ties to even. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return rest > tie || (rest === tie && (kept & 1) === 1) ? kept + 1 : kept;
}

/** Value of a float16 bit pattern. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

export function toFloat16(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index += 1) halves[index] = toHalf(values[index]!);
  return halves;
}

/** Table of all float16 values, because a flow has 20 million weights that each child reads before it can serve. */
let valuesOfFloat16: Float32Array | undefined;

export function floatsOf(halves: Uint16Array): Float32Array {
  valuesOfFloat16 ??= Float32Array.from({ length: 0x1_0000 }, (_, half) => fromHalf(half));
  const floats = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) floats[index] = valuesOfFloat16[halves[index]!]!;
  return floats;
}
