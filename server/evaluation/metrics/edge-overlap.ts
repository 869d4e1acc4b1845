/**
 * Overlap of two line drawings with tolerance, as in benchmarks of boundaries (Martin et al. 2004): ink matches if the other
 * drawing has ink within `tolerancePx`.
 */

/** Ink from this value on is a line. */
const threshold = 0.5;

/**
 * Intersection over union with tolerance. Intersection: half of both drawings' matched ink. Union: the ink of both minus the
 * intersection. 1 for equal drawings, and for two blank ones.
 * @param a ink [size · size] in [0, 1]
 */
export function edgeOverlap(a: ArrayLike<number>, b: ArrayLike<number>, sizePx: number, tolerancePx: number): number {
  const [inkA, inkB] = [countInk(a), countInk(b)];
  if (inkA + inkB === 0) return 1;
  const shared = (countMatched(a, b, sizePx, tolerancePx) + countMatched(b, a, sizePx, tolerancePx)) / 2;
  return shared / (inkA + inkB - shared);
}

const isInk = (value: number | undefined): boolean => value !== undefined && value >= threshold;

const countInk = (drawing: ArrayLike<number>): number => Array.from(drawing).filter(isInk).length;

/** Ink of `drawing` with ink of `other` within the tolerance, by Euclidean distance. */
function countMatched(
  drawing: ArrayLike<number>,
  other: ArrayLike<number>,
  sizePx: number,
  tolerancePx: number,
): number {
  let matched = 0;
  for (let at = 0; at < drawing.length; at += 1)
    if (isInk(drawing[at]) && hasInkNear(other, at % sizePx, Math.floor(at / sizePx), sizePx, tolerancePx))
      matched += 1;
  return matched;
}

function hasInkNear(drawing: ArrayLike<number>, x: number, y: number, sizePx: number, tolerancePx: number): boolean {
  for (let dy = -tolerancePx; dy <= tolerancePx; dy += 1)
    for (let dx = -tolerancePx; dx <= tolerancePx; dx += 1) {
      const [column, row] = [x + dx, y + dy];
      const isInside = column >= 0 && column < sizePx && row >= 0 && row < sizePx;
      if (isInside && dx * dx + dy * dy <= tolerancePx ** 2 && isInk(drawing[row * sizePx + column])) return true;
    }
  return false;
}
