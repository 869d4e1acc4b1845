/**
 * What bounds the values of an enlarged picture at each pixel of its input: the range around, and flat areas below and above all of it
 * (server/upscaling/projection/soft-projection.ts). Compared as in float64, so that the results equal those of JavaScript.
 */
import { lanes } from "./padded";

/** Pixels to each side whose range counts, and in which a flat area is looked for. */
const near: i32 = 2;
const wide: i32 = 6;
/** Values before and after each line, and lines before and after a plane. */
const beside: usize = 8 * 4;

const sameLevel: f64 = 1.01 / 255;
const flatPlacesMin: i32 = 25;
const aboutLevel: f64 = 8.0 / 255;
const equalLevel: f64 = 0.3 / 255;
const equalPlacesMin: i32 = 3;
const lobeShare: f64 = 0.05;
export const faintRange: f64 = 6.0 / 255;

let width: i32 = 0;
let height: i32 = 0;
let stride: usize = 0;
let planeBytes: usize = 0;
let tableBytes: usize = 0;
let room: usize = 0;

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

/** Bytes from a line of a channel to the next one. */
export function boundsStride(widthPx: i32): usize {
  return ((widthPx as usize) * 4 + lanes - 1) / lanes * lanes + 2 * beside;
}

/** Bytes of the room for an input. */
export function boundsRoomBytes(widthPx: i32, heightPx: i32): usize {
  layOut(widthPx, heightPx, 0);
  return 3 * (5 * planeBytes + tableBytes) + 4 * stride;
}

function layOut(widthPx: i32, heightPx: i32, at: usize): void {
  width = widthPx;
  height = heightPx;
  stride = boundsStride(widthPx);
  planeBytes = stride * ((heightPx + 2 * wide + 1) as usize);
  tableBytes = ((((widthPx + 1) * (heightPx + 1)) as usize) * 4 + lanes - 1) / lanes * lanes;
  room = at;
}

/** Address of the first value of one of the five planes of a channel. */
function planeAt(channel: i32, plane: i32): usize {
  const before = ((channel * 5 + plane) as usize) * planeBytes + (channel as usize) * tableBytes;
  return room + before + (wide as usize) * stride + beside;
}

/** The input's plane of a channel. */
export function inputAt(channel: i32): usize {
  return planeAt(channel, 0);
}

function tableAt(channel: i32): usize {
  return room + ((channel as usize) + 1) * 5 * planeBytes + (channel as usize) * tableBytes;
}

/** Lays out the room for an input, whose planes are then written at `inputAt`. */
export function beginBounds(widthPx: i32, heightPx: i32, at: usize): void {
  layOut(widthPx, heightPx, at);
}

/** Reads the input that was written. */
export function readInput(): void {
  for (let channel: i32 = 0; channel < 3; channel += 1) {
    repeatBorders(planeAt(channel, 0));
    findPlaces(channel);
    sumPlaces(planeAt(channel, 3), tableAt(channel));
  }
}

function repeatBorders(plane: usize): void {
  const end = (width as usize) * 4;
  for (let y: i32 = 0; y < height; y += 1) {
    const row = plane + (y as usize) * stride;
    const first = load<f32>(row);
    const last = load<f32>(row + end - 4);
    for (let x: usize = 4; x <= beside; x += 4) store<f32>(row - x, first);
    for (let x = end; x < stride - beside; x += 4) store<f32>(row + x, last);
  }
  const top = plane - beside;
  const bottom = top + ((height - 1) as usize) * stride;
  for (let y: usize = 1; y <= (wide as usize); y += 1) {
    memory.copy(top - y * stride, top, stride);
    memory.copy(bottom + y * stride, bottom, stride);
  }
}

/** The extremes around, and planes of the flat places and of those of equal values; NaN elsewhere. */
function findPlaces(channel: i32): void {
  const input = planeAt(channel, 0);
  const least = planeAt(channel, 1);
  const most = planeAt(channel, 2);
  const flat = planeAt(channel, 3);
  const equal = planeAt(channel, 4);
  const nothing = f32x4.splat(f32.NaN);
  for (let at = flat - (wide as usize) * stride - beside; at < equal - (wide as usize) * stride - beside + planeBytes; at += lanes)
    v128.store(at, nothing);
  const temporary = room + 3 * (5 * planeBytes + tableBytes);
  const lowNear = temporary + beside;
  const highNear = lowNear + stride;
  const lowNext = highNear + stride;
  const highNext = lowNext + stride;
  const same = f32x4.splat(sameLevel as f32);
  const equalWithin = f32x4.splat(equalLevel as f32);
  const end = (width as usize) * 4;
  for (let y: i32 = 0; y < height; y += 1) {
    const row = (y as usize) * stride;
    for (let x: usize = 0; x < stride - lanes; x += lanes) {
      const at = input + row + x - beside;
      let low = v128.load(at);
      let high = low;
      for (let shift: usize = stride; shift <= (near as usize) * stride; shift += stride) {
        low = f32x4.min(low, f32x4.min(v128.load(at - shift), v128.load(at + shift)));
        high = f32x4.max(high, f32x4.max(v128.load(at - shift), v128.load(at + shift)));
        if (shift === stride) {
          v128.store(lowNext - beside + x, low);
          v128.store(highNext - beside + x, high);
        }
      }
      v128.store(lowNear - beside + x, low);
      v128.store(highNear - beside + x, high);
    }
    for (let x: usize = 0; x < end; x += lanes) {
      const value = v128.load(input + row + x);
      v128.store(least + row + x, smallest(smallest3(lowNear + x), v128.load(lowNear + x - 8), v128.load(lowNear + x + 8)));
      v128.store(most + row + x, largest(largest3(highNear + x), v128.load(highNear + x - 8), v128.load(highNear + x + 8)));
      const below = f32x4.sub(value, smallest3(lowNext + x));
      const above = f32x4.sub(largest3(highNext + x), value);
      const spread = f32x4.max(below, above);
      v128.store(flat + row + x, v128.bitselect(value, nothing, f32x4.le(spread, same)));
      v128.store(equal + row + x, v128.bitselect(value, nothing, f32x4.le(spread, equalWithin)));
    }
    v128.store(flat + row + end, nothing);
    v128.store(equal + row + end, nothing);
  }
}

function smallest(a: v128, b: v128, c: v128): v128 {
  return f32x4.min(a, f32x4.min(b, c));
}

function largest(a: v128, b: v128, c: v128): v128 {
  return f32x4.max(a, f32x4.max(b, c));
}

/** Of each value and those beside it. */
function smallest3(at: usize): v128 {
  return smallest(v128.load(at), v128.load(at - 4), v128.load(at + 4));
}

function largest3(at: usize): v128 {
  return largest(v128.load(at), v128.load(at - 4), v128.load(at + 4));
}

/** Sums of flat places above and to the left, [height + 1, width + 1] (Crow 1984). */
function sumPlaces(flat: usize, table: usize): void {
  const line = ((width + 1) as usize) * 4;
  memory.fill(table, 0, line);
  for (let y: i32 = 0; y < height; y += 1) {
    const at = table + ((y + 1) as usize) * line;
    let sum: i32 = 0;
    store<i32>(at, 0);
    for (let x: usize = 0; x < (width as usize) * 4; x += 4) {
      const value = load<f32>(flat + (y as usize) * stride + x);
      // NaN is not.
      if (value >= 0) sum += 1;
      store<i32>(at + x + 4, load<i32>(at + x + 4 - line) + sum);
    }
  }
}

/** Number of flat places within `wide` of a pixel. */
function countAround(table: usize, x: i32, y: i32): i32 {
  const line = ((width + 1) as usize) * 4;
  const left = (max(0, x - wide) as usize) * 4;
  const right = (min(width, x + wide + 1) as usize) * 4;
  const top = table + (max(0, y - wide) as usize) * line;
  const bottom = table + (min(height, y + wide + 1) as usize) * line;
  return load<i32>(bottom + right) - load<i32>(top + right) - load<i32>(bottom + left) + load<i32>(top + left);
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
  const count = countAround(tableAt(channel), x, y);
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
      const isBelow = v128.or(
        f32x4.le(flats, f32x4.splat(floorOfFlat)),
        f32x4.le(equals, f32x4.splat(floorOfEqual)),
      );
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
      store<usize>(floorPlaces + address, level <= floorOfFlat ? nearestOf(level, flat) - 3 * apart : nearestOf(level, flat + apart) - 4 * apart);
  }
  if (hasCeiling) {
    const pairs = f32x4.min(ceiling, i64x2.shuffle(ceiling, ceiling, 1, 0));
    const level = min(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
    store<f64>(ceilings + value, level as f64);
    if (isLarge && isOneLevel(level, top, bottom))
      store<usize>(ceilingPlaces + address, level >= ceilingOfFlat ? nearestOf(level, flat) - 3 * apart : nearestOf(level, flat + apart) - 4 * apart);
  }
  return floorPlaceOf(channel) !== 0 || ceilingPlaceOf(channel) !== 0;
}

/** Bytes from a pixel to the first value of four vectors that hold the 13 values around; the last two overlap. */
// @ts-expect-error: decorator
@inline
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
