/**
 * Finds the lines of a picture: for each pixel, whether it is part of a dark line, whether it is opaque, and how sharply colour
 * changes there. Edges after Canny (PAMI 1986).
 */
import { close, picture } from "./closing";
import { high, low, maskRow, narrow, plane, row, side } from "./vectors";

/** The picture: premultiplied RGBA in [0, 1], one plane each. */
const image: usize = memory.data(4 * 128 * 128 * 4, 16);
/** Red, green and blue over white, smoothed. */
const channels: usize = memory.data(3 * 128 * 128 * 4, 16);
/**
 * One channel over white, and smoothed along rows only. The neighbours of the first and the last value are read, but not used.
 */
const overWhite: usize = memory.data(128 * 128 * 4 + 16, 16);
const alongRows: usize = memory.data(128 * 128 * 4, 16);
const light: usize = memory.data(128 * 128 * 4, 16);
/**
 * For each pixel the largest gradient of any channel, per 2 pixels, 0 for none; and the offset of the neighbour in its
 * direction.
 */
const gradientMagnitude: usize = memory.data(128 * 128 * 4, 16);
const gradientStep: usize = memory.data(128 * 128 * 2, 16);
/** Masks. */
const strokes: usize = memory.data(128 * 16, 16);
const opaque: usize = memory.data(128 * 16, 16);
const steep: usize = memory.data(128 * 16, 16);

export function imageAt(): usize {
  return image;
}
export function gradientMagnitudeAt(): usize {
  return gradientMagnitude;
}
export function gradientStepAt(): usize {
  return gradientStep;
}
export function strokesAt(): usize {
  return strokes;
}
export function opaqueAt(): usize {
  return opaque;
}
export function steepAt(): usize {
  return steep;
}

/**
 * @param strokeContrast by how much closing lightens the pixels of dark lines
 * @param faintest squared gradients below this count as none
 */
export function readLines(strokeContrast: f64, faintest: f64): void {
  for (let channel: usize = 0; channel < 3; channel += 1) smooth(channel);
  brighten();
  memory.copy(picture, light, plane);
  close();
  findStrokes(strokeContrast);
  findSteps(faintest);
}

/** Composites one channel over white and smooths it by [1 2 1] along both axes. End values, with one neighbour only, are kept. */
function smooth(channel: usize): void {
  const values = image + channel * plane;
  const alpha = image + 3 * plane;
  const both = channels + channel * plane;
  const one = f64x2.splat(1);
  for (let at: usize = 0; at < plane; at += 16) {
    const v = v128.load(values + at);
    const a = v128.load(alpha + at);
    const first = f64x2.sub(f64x2.add(low(v), one), low(a));
    const second = f64x2.sub(f64x2.add(high(v), one), high(a));
    v128.store(overWhite + at, narrow(first, second));
  }
  for (let at: usize = 0; at < plane; at += 16) v128.store(alongRows + at, smoothed(overWhite + at, 4));
  store<f32>(alongRows, load<f32>(overWhite));
  store<f32>(alongRows + plane - 4, load<f32>(overWhite + plane - 4));
  memory.copy(both, alongRows, row);
  memory.copy(both + plane - row, alongRows + plane - row, row);
  for (let at: usize = row; at < plane - row; at += 16) v128.store(both + at, smoothed(alongRows + at, row));
}

/** @param step bytes to the neighbours of each value */
function smoothed(at: usize, step: usize): v128 {
  const before = v128.load(at - step);
  const here = v128.load(at);
  const after = v128.load(at + step);
  const quarter = f64x2.splat(0.25);
  const half = f64x2.splat(0.5);
  return narrow(
    f64x2.add(f64x2.mul(quarter, f64x2.add(low(before), low(after))), f64x2.mul(half, low(here))),
    f64x2.add(f64x2.mul(quarter, f64x2.add(high(before), high(after))), f64x2.mul(half, high(here))),
  );
}

/** The lightness of each pixel. */
function brighten(): void {
  for (let at = channels; at < channels + plane; at += 16) {
    const red = v128.load(at);
    const green = v128.load(at + plane);
    const blue = v128.load(at + 2 * plane);
    const first = lightOf(low(red), low(green), low(blue));
    v128.store(light + (at - channels), narrow(first, lightOf(high(red), high(green), high(blue))));
  }
}

/** A decoder may return an alpha slightly above 1, which gives values below 0 over white. */
function lightOf(red: v128, green: v128, blue: v128): v128 {
  const warm = f64x2.add(f64x2.mul(f64x2.splat(0.3), red), f64x2.mul(f64x2.splat(0.59), green));
  return f64x2.max(f64x2.splat(0), f64x2.add(warm, f64x2.mul(f64x2.splat(0.11), blue)));
}

/** The masks of dark lines, which closing made lighter, and of opaque pixels. */
function findStrokes(strokeContrast: f64): void {
  const contrast = f64x2.splat(strokeContrast);
  const half = f32x4.splat(0.5);
  const alpha = image + 3 * plane;
  for (let word: usize = 0; word < (side as usize) * maskRow; word += 4) {
    let dark: i32 = 0;
    let solid: i32 = 0;
    for (let bit: i32 = 0; bit < 32; bit += 4) {
      const at = word * 32 + ((4 * bit) as usize);
      const closed = v128.load(picture + at);
      const open = v128.load(light + at);
      const first = i64x2.bitmask(f64x2.gt(f64x2.sub(low(closed), low(open)), contrast));
      const second = i64x2.bitmask(f64x2.gt(f64x2.sub(high(closed), high(open)), contrast));
      dark |= (first | (second << 2)) << bit;
      solid |= i32x4.bitmask(f32x4.gt(v128.load(alpha + at), half)) << bit;
    }
    store<i32>(strokes + word, dark);
    store<i32>(opaque + word, solid);
  }
}

/** Colour gradients everywhere except on the frame. */
function findSteps(faintest: f64): void {
  memory.fill(gradientMagnitude, 0, plane);
  memory.fill(steep, 0, (side as usize) * maskRow);
  // Compared in float32 with a slightly lower limit first, then in float64.
  const least = f32x4.splat((0.999 * faintest) as f32);
  for (let y: i32 = 1; y < side - 1; y += 1)
    for (let x: i32 = 0; x < side; x += 4) {
      const at = channels + ((y * side + x) as usize) * 4;
      const largest = f32x4.max(f32x4.max(squares(at), squares(at + plane)), squares(at + 2 * plane));
      let lanes = i32x4.bitmask(f32x4.ge(largest, least));
      if (x === 0) lanes &= ~1;
      if (x === side - 4) lanes &= ~8;
      for (; lanes !== 0; lanes &= lanes - 1) takeStep(y * side + x + (ctz(lanes) as i32), faintest);
    }
}

/** Squared gradients of four values of one channel. */
function squares(at: usize): v128 {
  const across = f32x4.sub(v128.load(at + 4), v128.load(at - 4));
  const down = f32x4.sub(v128.load(at + row), v128.load(at - row));
  return f32x4.add(f32x4.mul(across, across), f32x4.mul(down, down));
}

/** The largest gradient of a pixel's channels and its direction: along an axis up to 22.5 degrees, else diagonal. */
function takeStep(pixel: i32, faintest: f64): void {
  let best: f64 = -1;
  let bestX: f64 = 0;
  let bestY: f64 = 0;
  for (let channel: usize = 0; channel < 3; channel += 1) {
    const at = channels + channel * plane + (pixel as usize) * 4;
    const across = (load<f32>(at + 4) as f64) - (load<f32>(at - 4) as f64);
    const down = (load<f32>(at + row) as f64) - (load<f32>(at - row) as f64);
    const squared = across * across + down * down;
    if (squared > best) {
      best = squared;
      bestX = across;
      bestY = down;
    }
  }
  if (best < faintest) return;
  store<f32>(gradientMagnitude + (pixel as usize) * 4, Math.sqrt(best) as f32);
  const wide = Math.abs(bestX);
  const high = Math.abs(bestY);
  const diagonal = bestX * bestY > 0 ? side + 1 : side - 1;
  const step = high < 0.414 * wide ? 1 : wide < 0.414 * high ? side : diagonal;
  store<i16>(gradientStep + (pixel as usize) * 2, step as i16);
  const word = steep + ((pixel >> 5) as usize) * 4;
  store<i32>(word, load<i32>(word) | (1 << (pixel & 31)));
}
