/**
 * Keeps a projection soft. Onto "shrinks to the input" it moves a photograph by little. Where the input was not shrunk by its
 * kernel, as icons and screenshots that were drawn at their size, it moves far and rings: halos around letters, ghost outlines.
 * So it moves by a share of the input's local range only, and nothing goes beyond the level of a flat area, nor near to it without
 * being of it: paper has no halo, and edges do not fade into it.
 */

import { extremesAround, flatPlaces, sumAround, sumTable } from "../extremes-around.ts";

/** Pixels of the input to each side whose range counts. */
const nearPx = 2;
/** Pixels to each side in which a flat area is looked for: it may begin beyond the next letters. */
const widePx = 6;
/** Pixels of the input to each side that a result depends on: a flat area is found by its 3 × 3. */
export const softReachPx = widePx + 1;
/** Half a level, so that flat areas are met. */
const leastMove = 0.5 / 255;
/** Values this near to each other are one level. */
const sameLevel = 1.01 / 255;
/** Share of the range around within which a value belongs to a flat area: beside edges it is of one level, too. Up to twice that it comes nearer, so that nothing jumps. */
const flatShare = 0.06;
/** Flat places within `widePx` that it takes, and the difference up to which others must not differ: in skies they do. */
const [flatPlacesMin, aboutLevel] = [25, 8 / 255] as const;
/** Values this near to each other are equal, as in drawings and hardly in photographs; so many places of equal ones are enough. */
const [equalLevel, equalPlacesMin] = [0.3 / 255, 3] as const;
/** Share of the range by which the input, shrunk by a kernel with negative lobes, may lead beyond a flat area of equal values. */
const lobeShare = 0.05;
/** Ranges below this have no halo that can be seen. */
const faintRange = 6 / 255;

export interface SoftProjection {
  /** Of the input. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Share of the input's range around a pixel by which a value may move from the answer; 0 = by half a level. */
  readonly largestShare: number;
}

/**
 * @param projected [3, factor · heightPx, factor · widthPx] in [0, 1], changed in place
 * @param answer what was projected, of the same shape
 * @param low the input, [3, heightPx, widthPx] in [0, 1]
 */
export function softenProjection(
  projected: Float32Array,
  answer: Float32Array,
  low: Float32Array,
  { widthPx, heightPx, largestShare }: SoftProjection,
): void {
  const factor = Math.round(Math.sqrt(projected.length / low.length));
  const [line, pixels] = [factor * widthPx, widthPx * heightPx];
  for (let channel = 0; channel < 3; channel += 1) {
    const boundsAround = createBoundsReader(low.subarray(channel * pixels, (channel + 1) * pixels), widthPx, heightPx);
    for (let y = 0; y < heightPx; y += 1)
      for (let x = 0; x < widthPx; x += 1) {
        const { range, floor, ceiling, hasFloor, hasCeiling } = boundsAround(x, y);
        const reach = leastMove + largestShare * range;
        const near = flatShare * range;
        const [lowEnd, highEnd] = [floor + (hasFloor ? near : 0), ceiling - (hasCeiling ? near : 0)];
        const corner = (channel * factor * heightPx + factor * y) * line + factor * x;
        for (let row = 0; row < factor; row += 1)
          for (let at = corner + row * line, end = at + factor; at < end; at += 1) {
            const given = answer[at]!;
            const moved = Math.max(given - reach, Math.min(given + reach, projected[at]!));
            if (moved <= lowEnd) projected[at] = floor;
            else if (moved >= highEnd) projected[at] = ceiling;
            else if (hasFloor && moved < lowEnd + near) projected[at] = floor + 2 * (moved - lowEnd);
            else if (hasCeiling && moved > highEnd - near) projected[at] = ceiling - 2 * (highEnd - moved);
            else projected[at] = moved;
          }
      }
  }
}

interface Bounds {
  /** Of the values around a place. */
  range: number;
  /** Levels of flat areas below and above all values around a place; 0 and 1 where there are none. */
  floor: number;
  ceiling: number;
  /** Whether there are such areas, large and of one level. */
  hasFloor: boolean;
  hasCeiling: boolean;
}

/** Returns one object again and again, because a picture has millions of places. */
function createBoundsReader(plane: Float32Array, widthPx: number, heightPx: number): (x: number, y: number) => Bounds {
  const bounds: Bounds = { range: 0, floor: 0, ceiling: 1, hasFloor: false, hasCeiling: false };
  const { least, most } = extremesAround(plane, widthPx, nearPx);
  // A line of one or two pixels, whose level may be a mixture, is not flat.
  const nearest = extremesAround(plane, widthPx, 1);
  const [isFlat, isEqual] = [flatPlaces(plane, nearest, sameLevel), flatPlaces(plane, nearest, equalLevel)];
  const size = { widthPx, heightPx };
  const [flats, equals] = [isFlat, isEqual].map((places) => sumTable(places, widthPx, heightPx)) as [
    Float64Array,
    Float64Array,
  ];
  /** Whether all flat places nearby that are about as bright are as bright. */
  const isOneLevel = (level: number, x: number, y: number): boolean => {
    for (let row = Math.max(0, y - widePx); row <= Math.min(heightPx - 1, y + widePx); row += 1)
      for (let column = Math.max(0, x - widePx); column <= Math.min(widthPx - 1, x + widePx); column += 1) {
        const away = Math.abs(plane[row * widthPx + column]! - level);
        if (isFlat[row * widthPx + column] === 1 && away > sameLevel && away < aboutLevel) return false;
      }
    return true;
  };
  return (x, y) => {
    const [lowest, highest] = [least[y * widthPx + x]!, most[y * widthPx + x]!];
    bounds.range = highest - lowest;
    bounds.floor = 0;
    bounds.ceiling = 1;
    bounds.hasFloor = false;
    bounds.hasCeiling = false;
    const count = bounds.range < faintRange ? 0 : sumAround(flats, size, x, y, widePx);
    if (count === 0) return bounds;
    const lobe = Math.max(sameLevel, lobeShare * bounds.range);
    for (let row = Math.max(0, y - widePx); row <= Math.min(heightPx - 1, y + widePx); row += 1) {
      const end = row * widthPx + Math.min(widthPx - 1, x + widePx);
      for (let at = row * widthPx + Math.max(0, x - widePx); at <= end; at += 1) {
        if (isFlat[at] === 0) continue;
        const value = plane[at]!;
        const beyond = isEqual[at] === 1 ? lobe : sameLevel;
        if (value <= lowest + beyond && value >= bounds.floor) {
          bounds.floor = value;
          bounds.hasFloor = true;
        }
        if (value >= highest - beyond && value <= bounds.ceiling) {
          bounds.ceiling = value;
          bounds.hasCeiling = true;
        }
      }
    }
    const isLarge = count >= flatPlacesMin || sumAround(equals, size, x, y, widePx) >= equalPlacesMin;
    bounds.hasFloor &&= isLarge && isOneLevel(bounds.floor, x, y);
    bounds.hasCeiling &&= isLarge && isOneLevel(bounds.ceiling, x, y);
    return bounds;
  };
}
