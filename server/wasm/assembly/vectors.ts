/**
 * The size of the picture, and vectors of it: 128 bits hold four of its values, or two in float64. All comparisons are computed
 * in float64, so that the results equal those of JavaScript.
 * AssemblyScript (assemblyscript.org): a pointer is a usize, in bytes.
 */

/** Side of the picture, px. */
export const side: i32 = 128;
/** Bytes of a row of values, and of a plane. */
export const row: usize = (side as usize) * 4;
export const plane: usize = row * (side as usize);
/** Bytes of a row of a mask: one bit a pixel, the leftmost in the lowest bit of its word. A row is a vector. */
export const maskRow: usize = 16;

/** The first two values in float64. */
export function low(values: v128): v128 {
  return f64x2.promote_low_f32x4(values);
}

/** The last two values in float64. */
export function high(values: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(values, values, 1, 0));
}

/** Four values from two pairs in float64, rounded. */
export function narrow(first: v128, second: v128): v128 {
  return i64x2.shuffle(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(second), 0, 2);
}
