/**
 * Moves on the sphere of residuals. Draws of N(0, I) in many dimensions lie near a sphere, so edits turn v and keep its length
 * instead of walking through the middle, where no image of the training set lies (White 2016, arXiv 1609.04468).
 */

export const lengthOf = (v: Float32Array): number => Math.sqrt(dot(v, v));

/** By index: this is what thousands of names are compared by at each request. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let axis = 0; axis < a.length; axis += 1) sum += a[axis]! * b[axis]!;
  return sum;
}

/** A vector of the same direction and length 1; zeros stay zeros. */
export function unitOf(v: Float32Array): Float32Array {
  const length = lengthOf(v) || 1;
  return v.map((value) => value / length);
}

/** 0 where either vector is zero. */
export const cosine = (a: Float32Array, b: Float32Array): number => dot(a, b) / (lengthOf(a) * lengthOf(b) || 1);

/** a·x + b·y */
export const combine = (a: number, x: Float32Array, b: number, y: Float32Array): Float32Array =>
  x.map((value, axis) => a * value + b * y[axis]!);

/**
 * Spherical interpolation, position 0 = a, 1 = b: the direction moves along the great circle, the length evenly between both.
 * Parallel vectors have no circle and opposite ones no single one; these are joined by a straight line.
 */
export function slerp(a: Float32Array, b: Float32Array, position: number): Float32Array {
  if (position === 0) return a.slice();
  if (position === 1) return b.slice();
  const [lengthA, lengthB] = [lengthOf(a), lengthOf(b)];
  const cosine = dot(a, b) / (lengthA * lengthB);
  if (!(Math.abs(cosine) < 1 - 1e-9)) return combine(1 - position, a, position, b);
  const angle = Math.acos(cosine);
  const length = (1 - position) * lengthA + position * lengthB;
  const share = (part: number, own: number): number => (length * Math.sin(part * angle)) / (Math.sin(angle) * own);
  return combine(share(1 - position, lengthA), a, share(position, lengthB), b);
}
