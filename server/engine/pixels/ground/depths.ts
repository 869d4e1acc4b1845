/** How deep each pixel lies inside of a shape. Pure. */

const [straight, diagonal] = [1, Math.SQRT2];
const known = new WeakMap<Float32Array, Float32Array>();

/**
 * Distance of each pixel to the nearest one that is not of the shape, in pixels, 0 outside of it; by chamfers (Borgefors 1986, "Distance
 * transformations in digital images"). Worked out once for each mask.
 * @param mask alpha [side, side] of the shape
 */
export function depthsIn(mask: Float32Array): Float32Array {
  const before = known.get(mask);
  if (before) return before;
  const side = Math.sqrt(mask.length);
  const wide = side + 2;
  const depths = new Float32Array(wide * wide);
  for (let at = 0; at < mask.length; at += 1)
    if (mask[at]! > 0.9) depths[(Math.floor(at / side) + 1) * wide + (at % side) + 1] = Number.POSITIVE_INFINITY;
  const nearer = (at: number, step: number): void => {
    if (depths[at] === 0) return;
    depths[at] = Math.min(
      depths[at]!,
      depths[at - step]! + straight,
      depths[at - step * wide]! + straight,
      depths[at - step * wide - 1]! + diagonal,
      depths[at - step * wide + 1]! + diagonal,
    );
  };
  for (let at = wide + 1; at < depths.length - wide - 1; at += 1) nearer(at, 1);
  for (let at = depths.length - wide - 2; at > wide; at -= 1) nearer(at, -1);
  const inside = Float32Array.from(mask, (_, at) => depths[(Math.floor(at / side) + 1) * wide + (at % side) + 1]!);
  known.set(mask, inside);
  return inside;
}
