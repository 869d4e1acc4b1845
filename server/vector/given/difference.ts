/** How far two pictures differ, and where they show something else. Pure; planes are premultiplied RGBA, [4, side, side], 0 to 1. */

/** Difference of two pictures, of what both show, up to which they are the same. */
export const differMost = 0.06;
/** Sides in pixels of squares that differ wholly, and by how much: then something else is shown there, or a colour that changes. */
const blots = [
  { px: 3, from: 0.25 },
  { px: 7, from: 0.05 },
] as const;

/** Of each pixel the greatest difference of a channel, [side, side]. */
export function differencesOf(one: Float32Array, other: Float32Array, sidePx: number): Float32Array {
  const by = new Float32Array(sidePx ** 2);
  for (let pixel = 0; pixel < by.length; pixel += 1)
    for (let index = pixel; index < one.length; index += by.length)
      by[pixel] = Math.max(by[pixel]!, Math.abs(one[index]! - other[index]!));
  return by;
}

/** Of what both show; infinite where a blot differs. */
export function differenceOf(one: Float32Array, other: Float32Array, sidePx: number): number {
  const count = sidePx ** 2;
  const by = differencesOf(one, other, sidePx);
  let [differs, shown] = [0, 0];
  const runsOf = blots.map(() => new Uint8Array(count));
  for (let pixel = 0; pixel < count; pixel += 1) {
    const most = by[pixel]!;
    differs += most;
    shown += Math.max(one[3 * count + pixel]!, other[3 * count + pixel]!);
    const isInside = pixel >= sidePx && pixel % sidePx > 0;
    for (const [at, { px, from }] of blots.entries()) {
      if (most < from) continue;
      // The side of the largest square of differing pixels that ends here.
      const runs = runsOf[at]!;
      const side = isInside ? 1 + Math.min(runs[pixel - 1]!, runs[pixel - sidePx]!, runs[pixel - sidePx - 1]!) : 1;
      if (side >= px) return Number.POSITIVE_INFINITY;
      runs[pixel] = side;
    }
  }
  return shown === 0 ? Number.POSITIVE_INFINITY : differs / shown;
}
