/**
 * Reads the input of an enlarged picture for bounds.ts: the extremes around each of its pixels, and which are of one level with all
 * around. Planes have borders of repeated values, those of places of NaN.
 */
import { lanes } from "./padded";

/** Pixels to each side whose range counts, and in which a flat area is looked for. */
const near: i32 = 2;
export const wide: i32 = 6;
/** Values before and after each line, in bytes. */
const beside: usize = 8 * 4;
/** Values this near to each other are one level, and equal, as in drawings and hardly in photographs. */
export const sameLevel: f64 = 1.01 / 255;
const equalLevel: f64 = 0.3 / 255;

/** Planes of the input: three, or one of a picture without colours. */
export let channels: i32 = 3;
let width: i32 = 0;
let height: i32 = 0;
export let stride: usize = 0;
export let planeBytes: usize = 0;
let tableBytes: usize = 0;
let room: usize = 0;

/** Bytes from a line of a channel to the next one. */
export function boundsStride(widthPx: i32): usize {
  return (((widthPx as usize) * 4 + lanes - 1) / lanes) * lanes + 2 * beside;
}

/** Bytes of the room for an input. */
export function boundsRoomBytes(count: i32, widthPx: i32, heightPx: i32): usize {
  layOut(count, widthPx, heightPx, 0);
  return planesBytes() + 4 * stride;
}

/** Of all channels, with their tables. */
function planesBytes(): usize {
  return (channels as usize) * (5 * planeBytes + tableBytes);
}

function layOut(count: i32, widthPx: i32, heightPx: i32, at: usize): void {
  channels = count;
  width = widthPx;
  height = heightPx;
  stride = boundsStride(widthPx);
  planeBytes = stride * ((heightPx + 2 * wide + 1) as usize);
  tableBytes = (((((widthPx + 1) * (heightPx + 1)) as usize) * 4 + lanes - 1) / lanes) * lanes;
  room = at;
}

/** Address of the first value of one of the five planes of a channel. */
export function planeAt(channel: i32, plane: i32): usize {
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
export function beginBounds(count: i32, widthPx: i32, heightPx: i32, at: usize): void {
  layOut(count, widthPx, heightPx, at);
}

/** Reads the input that was written. */
export function readInput(): void {
  for (let channel: i32 = 0; channel < channels; channel += 1) {
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
  for (
    let at = flat - (wide as usize) * stride - beside;
    at < equal - (wide as usize) * stride - beside + planeBytes;
    at += lanes
  )
    v128.store(at, nothing);
  const temporary = room + planesBytes();
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
      v128.store(
        least + row + x,
        smallest(smallest3(lowNear + x), v128.load(lowNear + x - 8), v128.load(lowNear + x + 8)),
      );
      v128.store(
        most + row + x,
        largest(largest3(highNear + x), v128.load(highNear + x - 8), v128.load(highNear + x + 8)),
      );
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
export function countAround(channel: i32, x: i32, y: i32): i32 {
  const table = tableAt(channel);
  const line = ((width + 1) as usize) * 4;
  const left = (max(0, x - wide) as usize) * 4;
  const right = (min(width, x + wide + 1) as usize) * 4;
  const top = table + (max(0, y - wide) as usize) * line;
  const bottom = table + (min(height, y + wide + 1) as usize) * line;
  return load<i32>(bottom + right) - load<i32>(top + right) - load<i32>(bottom + left) + load<i32>(top + left);
}
