/**
 * Variations of an image: its residual, turned by an angle on its sphere in a direction drawn from a seed. What the conditions say
 * stays; how far the rest moves is the angle. (Close words instead of close residuals: condition on the image expert at a depth.)
 */
import { normals, streams } from "../random.ts";
import { combine, dot, lengthOf } from "./sphere.ts";

/**
 * v turned by `angleDegrees`, |v| kept; 0 gives v itself.
 * @param seed of the direction: a standard normal, of which the part orthogonal to v counts
 */
export function varyResidual(residual: Float32Array, seed: number, angleDegrees: number): Float32Array {
  const length = lengthOf(residual);
  if (angleDegrees === 0 || length === 0) return residual.slice();
  const drawn = normals(seed, streams.direction, residual.length);
  const orthogonal = combine(1, drawn, -dot(drawn, residual) / length ** 2, residual);
  const angle = (angleDegrees / 180) * Math.PI;
  return combine(Math.cos(angle), residual, (Math.sin(angle) * length) / lengthOf(orthogonal), orthogonal);
}
