/**
 * What bounds the values of an enlarged picture at each pixel of its input: the range around, and flat areas below and above all of it
 * (server/upscaling/projection/soft-projection.ts). Compared as in float64, so that the results equal those of JavaScript.
 */
import { countAround, planeAt, planeBytes, sameLevel, stride, wide } from "./places";

/** Places of a flat area that values may join, and the difference up to which others must not differ: in skies they do. */
const flatPlacesMin: i32 = 25;
const aboutLevel: f64 = 8.0 / 255;
/** So many places of equal values are enough. */
const equalPlacesMin: i32 = 3;
/** Share of the range by which the input, shrunk by a kernel with negative lobes, may lead beyond a flat area of equal values. */
const lobeShare: f64 = 0.05;
/** Ranges below this have no halo that can be seen. */
export const faintRange: f64 = 6.0 / 255;

/** What was found at a pixel, three values each. */
const ranges: usize = memory.data(24, 16);
const floors: usize = memory.data(24, 16);
const ceilings: usize = memory.data(24, 16);
const floorPlaces: usize = memory.data(12, 16);
const ceilingPlaces: usize = memory.data(12, 16);

export function rangeOf(channel: i32): f64 {
  return load<f64>(ranges + ((channel * 8) as usize));
}
export function floorOf(channel: i32): f64 {
  return load<f64>(floors + ((channel * 8) as usize));
}
export function ceilingOf(channel: i32): f64 {
  return load<f64>(ceilings + ((channel * 8) as usize));
}
/** Address in the input of the nearest place of such an area, if it is large and of one level; 0 if not. */
export function floorPlaceOf(channel: i32): usize {
  return load<usize>(floorPlaces + ((channel * 4) as usize));
}
export function ceilingPlaceOf(channel: i32): usize {
  return load<usize>(ceilingPlaces + ((channel * 4) as usize));
}

/** The largest float32 that is not above a value, and the smallest that is not below it. */
function notAbove(value: f64): f32 {
  const rounded = value as f32;
  return (rounded as f64) > value ? reinterpret<f32>(reinterpret<i32>(rounded) + (rounded > 0 ? -1 : 1)) : rounded;
}

function notBelow(value: f64): f32 {
  return -notAbove(-value);
}

/** Finds the bounds of a channel at a pixel. @returns whether there is a flat area that values may join */
export function findBounds(channel: i32, x: i32, y: i32): bool {
  const place = (y as usize) * stride + (x as usize) * 4;
  const lowest = load<f32>(planeAt(channel, 1) + place) as f64;
  const highest = load<f32>(planeAt(channel, 2) + place) as f64;
  const range = highest - lowest;
  const value = (channel * 8) as usize;
  const address = (channel * 4) as usize;
  store<f64>(ranges + value, range);
  store<f64>(floors + value, 0);
  store<f64>(ceilings + value, 1);
  store<usize>(floorPlaces + address, 0);
  store<usize>(ceilingPlaces + address, 0);
  if (range < faintRange) return false;
  const count = countAround(channel, x, y);
  if (count === 0) return false;
  const lobe = max(sameLevel, lobeShare * range);
  const flat = planeAt(channel, 3) + place;
  const apart = planeBytes;
  const floorOfFlat = notAbove(lowest + sameLevel);
  const floorOfEqual = notAbove(lowest + lobe);
  const ceilingOfFlat = notBelow(highest - sameLevel);
  const ceilingOfEqual = notBelow(highest - lobe);
  let floor = f32x4.splat(0);
  let ceiling = f32x4.splat(1);
  let isAnyBelow = i32x4.splat(0);
  let isAnyAbove = i32x4.splat(0);
  const top = flat - (wide as usize) * stride;
  const bottom = flat + (wide as usize) * stride;
  for (let row = top; row <= bottom; row += stride)
    for (let part: i32 = 0; part < 4; part += 1) {
      const at = row + offsetOf(part);
      const flats = v128.load(at);
      if (!v128.any_true(f32x4.eq(flats, flats))) continue;
      const equals = v128.load(at + apart);
      const isBelow = v128.or(f32x4.le(flats, f32x4.splat(floorOfFlat)), f32x4.le(equals, f32x4.splat(floorOfEqual)));
      const isAbove = v128.or(
        f32x4.ge(flats, f32x4.splat(ceilingOfFlat)),
        f32x4.ge(equals, f32x4.splat(ceilingOfEqual)),
      );
      isAnyBelow = v128.or(isAnyBelow, isBelow);
      isAnyAbove = v128.or(isAnyAbove, isAbove);
      floor = f32x4.max(floor, v128.bitselect(flats, f32x4.splat(0), isBelow));
      ceiling = f32x4.min(ceiling, v128.bitselect(flats, f32x4.splat(1), isAbove));
    }
  const hasFloor = v128.any_true(isAnyBelow);
  const hasCeiling = v128.any_true(isAnyAbove);
  if (!hasFloor && !hasCeiling) return false;
  const isLarge = count >= flatPlacesMin || hasEquals(top + apart, bottom + apart);
  if (hasFloor) {
    const pairs = f32x4.max(floor, i64x2.shuffle(floor, floor, 1, 0));
    const level = max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
    store<f64>(floors + value, level as f64);
    if (isLarge && isOneLevel(level, top, bottom))
      store<usize>(
        floorPlaces + address,
        level <= floorOfFlat ? nearestOf(level, flat) - 3 * apart : nearestOf(level, flat + apart) - 4 * apart,
      );
  }
  if (hasCeiling) {
    const pairs = f32x4.min(ceiling, i64x2.shuffle(ceiling, ceiling, 1, 0));
    const level = min(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
    store<f64>(ceilings + value, level as f64);
    if (isLarge && isOneLevel(level, top, bottom))
      store<usize>(
        ceilingPlaces + address,
        level >= ceilingOfFlat ? nearestOf(level, flat) - 3 * apart : nearestOf(level, flat + apart) - 4 * apart,
      );
  }
  return floorPlaceOf(channel) !== 0 || ceilingPlaceOf(channel) !== 0;
}

/** Bytes from a pixel to the first value of four vectors that hold the 13 values around; the last two overlap. */
function offsetOf(part: i32): usize {
  return (part < 3 ? 16 * part - 24 : 12) as usize;
}

/** Whether there are enough places of equal values in the window. */
function hasEquals(top: usize, bottom: usize): bool {
  let count: i32 = 0;
  for (let row = top; row <= bottom; row += stride)
    for (let part: i32 = 0; part < 4; part += 1) {
      const values = v128.load(row + offsetOf(part));
      const found = i32x4.bitmask(f32x4.eq(values, values));
      count += popcnt(part === 3 ? found & 8 : found);
      if (count >= equalPlacesMin) return true;
    }
  return false;
}

/** Whether all flat places of the window that are about as bright are as bright. */
function isOneLevel(level: f32, top: usize, bottom: usize): bool {
  const levels = f32x4.splat(level);
  // In float32 with wider limits first, then in float64.
  const from = f32x4.splat((0.999 * sameLevel) as f32);
  const to = f32x4.splat((1.001 * aboutLevel) as f32);
  for (let row = top; row <= bottom; row += stride)
    for (let part: i32 = 0; part < 4; part += 1) {
      const at = row + offsetOf(part);
      const away = f32x4.abs(f32x4.sub(v128.load(at), levels));
      let found = i32x4.bitmask(v128.and(f32x4.gt(away, from), f32x4.lt(away, to)));
      for (; found !== 0; found &= found - 1) {
        const exact = Math.abs((load<f32>(at + (ctz(found) as usize) * 4) as f64) - (level as f64));
        if (exact > sameLevel && exact < aboutLevel) return false;
      }
    }
  return true;
}

/** Address of the place of a level that is nearest by rows and columns, the first of those. @param places at the pixel, NaN where there is none */
function nearestOf(level: f32, places: usize): usize {
  let nearest: usize = 0;
  let least: i32 = 2 * wide + 1;
  for (let row: i32 = -wide; row <= wide; row += 1) {
    const away = row < 0 ? -row : row;
    if (away >= least) continue;
    const start = places + (row as usize) * stride;
    for (let column: i32 = -wide; column <= wide; column += 1) {
      const at = start + ((column * 4) as usize);
      if (load<f32>(at) !== level) continue;
      const total = away + (column < 0 ? -column : column);
      if (total < least) {
        least = total;
        nearest = at;
      }
    }
  }
  return nearest;
}
