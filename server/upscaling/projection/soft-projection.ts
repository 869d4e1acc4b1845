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
/**
 * Share of the range around within which a value belongs to a flat area, if all its colours do: beside edges it is of one level, too. Up to
 * twice that it comes nearer, so that nothing jumps.
 */
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
  const size = factor ** 2 * pixels;
  const [moved, bounds] = [new Float64Array(3), [] as Bounds[]];
  const readers = [0, 1, 2].map((channel) =>
    createBoundsReader(low.subarray(channel * pixels, (channel + 1) * pixels), widthPx, heightPx),
  );
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      for (const [channel, boundsAround] of readers.entries()) bounds[channel] = boundsAround(x, y);
      const corner = factor * y * line + factor * x;
      const mayJoin = bounds.some(({ floorAt, ceilingAt }) => floorAt >= 0 || ceilingAt >= 0);
      for (let channel = 0; channel < 3; channel += 1) {
        const { range, floor, ceiling } = bounds[channel]!;
        const reach = leastMove + largestShare * range;
        // What may join a flat area is held within floor and ceiling after that, as its other colours are compared as they are.
        const [lowest, highest] = mayJoin ? [0, 1] : [floor, ceiling];
        for (let row = 0; row < factor; row += 1) {
          const from = channel * size + corner + row * line;
          for (let at = from; at < from + factor; at += 1) {
            const given = answer[at]!;
            let moved = projected[at]!;
            if (moved < given - reach) moved = given - reach;
            else if (moved > given + reach) moved = given + reach;
            if (moved < lowest) moved = lowest;
            else if (moved > highest) moved = highest;
            projected[at] = moved;
          }
        }
      }
      if (!mayJoin) continue;
      for (let row = 0; row < factor; row += 1)
        for (let at = corner + row * line, end = at + factor; at < end; at += 1) {
          for (let channel = 0; channel < 3; channel += 1) moved[channel] = projected[channel * size + at]!;
          for (let channel = 0; channel < 3; channel += 1)
            projected[channel * size + at] = join(moved, channel, bounds, low);
        }
    }
}

/** One colour of a value between floor and ceiling; as all its colours belong to a flat area there, at its level. */
function join(moved: Float64Array, channel: number, bounds: readonly Bounds[], low: Float32Array): number {
  const { range, floor, ceiling, floorAt, ceilingAt } = bounds[channel]!;
  const [value, near] = [moved[channel]!, flatShare * range];
  if (value <= floor) return floor;
  if (value >= ceiling) return ceiling;
  if (floorAt >= 0 && value < floor + 2 * near) {
    const joined = floor + Math.max(0, 2 * (value - floor - near));
    return value + shareOf(moved, channel, bounds, low, floorAt) * (joined - value);
  }
  if (ceilingAt >= 0 && value > ceiling - 2 * near) {
    const joined = ceiling - Math.max(0, 2 * (ceiling - near - value));
    return value + shareOf(moved, channel, bounds, low, ceilingAt) * (joined - value);
  }
  return value;
}

/** How far the other colours belong to a flat area, too, whose place in the input is given: 1 = they do, 0 = one does not. */
function shareOf(
  moved: Float64Array,
  channel: number,
  bounds: readonly Bounds[],
  low: Float32Array,
  place: number,
): number {
  const pixels = low.length / 3;
  let share = 1;
  for (let other = 0; other < 3; other += 1) {
    const { range, floor, ceiling, floorAt, ceilingAt } = bounds[other]!;
    if (other === channel || range < faintRange) continue;
    const value = moved[other]!;
    let away = Math.abs(value - low[other * pixels + place]!);
    if (floorAt >= 0) away = Math.min(away, value - floor);
    if (ceilingAt >= 0) away = Math.min(away, ceiling - value);
    share = Math.min(share, 2 - away / (flatShare * range));
  }
  return Math.max(0, share);
}

interface Bounds {
  /** Of the values around a place. */
  range: number;
  /** Levels of flat areas below and above all values around a place; 0 and 1 where there are none. */
  floor: number;
  ceiling: number;
  /** The nearest places of such areas, if they are large and of one level; −1 if not. */
  floorAt: number;
  ceilingAt: number;
}

/** Returns one object again and again, because a picture has millions of places. */
function createBoundsReader(plane: Float32Array, widthPx: number, heightPx: number): (x: number, y: number) => Bounds {
  const bounds: Bounds = { range: 0, floor: 0, ceiling: 1, floorAt: -1, ceilingAt: -1 };
  const { least, most } = extremesAround(plane, widthPx, nearPx);
  // A line of one or two pixels, whose level may be a mixture, is not flat.
  const nearest = extremesAround(plane, widthPx, 1);
  const [isFlat, isEqual] = [flatPlaces(plane, nearest, sameLevel), flatPlaces(plane, nearest, equalLevel)];
  const size = { widthPx, heightPx };
  const [flats, equals] = [isFlat, isEqual].map((places) => sumTable(places, widthPx, heightPx)) as [
    Float64Array,
    Float64Array,
  ];
  const flatFrom = flatPlaceFrom(isFlat);
  /** Whether all flat places nearby that are about as bright are as bright. */
  const isOneLevel = (level: number, x: number, y: number): boolean => {
    for (let row = Math.max(0, y - widePx); row <= Math.min(heightPx - 1, y + widePx); row += 1) {
      const end = row * widthPx + Math.min(widthPx - 1, x + widePx);
      for (let at = flatFrom[row * widthPx + Math.max(0, x - widePx)]!; at <= end; at = flatFrom[at + 1]!) {
        const away = Math.abs(plane[at]! - level);
        if (away > sameLevel && away < aboutLevel) return false;
      }
    }
    return true;
  };
  return (x, y) => {
    const [lowest, highest] = [least[y * widthPx + x]!, most[y * widthPx + x]!];
    bounds.range = highest - lowest;
    bounds.floor = 0;
    bounds.ceiling = 1;
    bounds.floorAt = -1;
    bounds.ceilingAt = -1;
    let [toFloor, toCeiling] = [0, 0];
    const count = bounds.range < faintRange ? 0 : sumAround(flats, size, x, y, widePx);
    if (count === 0) return bounds;
    const lobe = Math.max(sameLevel, lobeShare * bounds.range);
    for (let row = Math.max(0, y - widePx); row <= Math.min(heightPx - 1, y + widePx); row += 1) {
      const [middle, end] = [row * widthPx + x, row * widthPx + Math.min(widthPx - 1, x + widePx)];
      for (let at = flatFrom[row * widthPx + Math.max(0, x - widePx)]!; at <= end; at = flatFrom[at + 1]!) {
        const value = plane[at]!;
        const beyond = isEqual[at] === 1 ? lobe : sameLevel;
        if (value <= lowest + beyond && value >= bounds.floor) {
          const away = Math.abs(row - y) + Math.abs(at - middle);
          if (bounds.floorAt < 0 || value > bounds.floor || away < toFloor) {
            bounds.floorAt = at;
            toFloor = away;
          }
          bounds.floor = value;
        }
        if (value >= highest - beyond && value <= bounds.ceiling) {
          const away = Math.abs(row - y) + Math.abs(at - middle);
          if (bounds.ceilingAt < 0 || value < bounds.ceiling || away < toCeiling) {
            bounds.ceilingAt = at;
            toCeiling = away;
          }
          bounds.ceiling = value;
        }
      }
    }
    if (bounds.floorAt < 0 && bounds.ceilingAt < 0) return bounds;
    const isLarge = count >= flatPlacesMin || sumAround(equals, size, x, y, widePx) >= equalPlacesMin;
    if (bounds.floorAt >= 0 && !(isLarge && isOneLevel(bounds.floor, x, y))) bounds.floorAt = -1;
    if (bounds.ceilingAt >= 0 && !(isLarge && isOneLevel(bounds.ceiling, x, y))) bounds.ceilingAt = -1;
    return bounds;
  };
}

/** By place, the next flat one that is not before it, and the number of places where there is none; one more place than there are. */
function flatPlaceFrom(isFlat: Uint8Array): Int32Array {
  const places = new Int32Array(isFlat.length + 1).fill(isFlat.length);
  for (let at = isFlat.length - 1; at >= 0; at -= 1) places[at] = isFlat[at] === 1 ? at : places[at + 1]!;
  return places;
}
