/** Vectors along the lines of planes. */

/** Bytes of a vector: four values. */
export const lanes: usize = 16;

/** The sum of the four values of a vector. */
export function sumOf(values: v128): f32 {
  const pairs = f32x4.add(values, i64x2.shuffle(values, values, 1, 0));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}
