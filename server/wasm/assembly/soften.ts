/**
 * Bounds the values of an enlarged picture line by line (server/upscaling/projection/soft-projection.ts). In float64, so that the
 * results equal those of JavaScript.
 */
import { ceilingOf, ceilingPlaceOf, faintRange, findBounds, floorOf, floorPlaceOf, rangeOf } from "./bounds";
import { channels, inputAt } from "./places";
import { high, low, narrow } from "./vectors";

/** Half a level, so that flat areas are met. */
const leastMove: f64 = 0.5 / 255;
/** Share of the range around within which a value belongs to a flat area. */
const flatShare: f64 = 0.06;

/** The colours of a value. */
const moved: usize = memory.data(24, 16);

/**
 * Bounds the values of one line of the input's pixels.
 * @param values of the projection, [channels, factor, line], changed in place; up to three values beyond them are read and written
 * @param answers what was projected, alike; 0 = the same values
 * @param line values of a line, `factor` times the input's width
 */
export function softenLine(y: i32, values: usize, answers: usize, line: i32, factor: i32, largestShare: f64): void {
  const row = (line as usize) * 4;
  const plane = row * (factor as usize);
  const reach = (factor as usize) * 4;
  const widthPx = line / factor;
  for (let x: i32 = 0; x < widthPx; x += 1) {
    let mayJoin = false;
    for (let channel: i32 = 0; channel < channels; channel += 1) if (findBounds(channel, x, y)) mayJoin = true;
    const corner = (x as usize) * reach;
    for (let channel: i32 = 0; channel < channels; channel += 1) {
      // What may join a flat area is held within floor and ceiling after that, as its other colours are compared as they are.
      const lowest = mayJoin ? 0 : floorOf(channel);
      const highest = mayJoin ? 1 : ceilingOf(channel);
      const most = leastMove + largestShare * rangeOf(channel);
      let at = (channel as usize) * plane + corner;
      for (let part: i32 = 0; part < factor; part += 1, at += row)
        if (factor === 4) boundFour(values + at, answers === 0 ? 0 : answers + at, most, lowest, highest);
        else
          for (let one: usize = 0; one < reach; one += 4)
            bound(values + at + one, answers === 0 ? 0 : answers + at + one, most, lowest, highest);
    }
    if (!mayJoin) continue;
    for (let part: i32 = 0; part < factor; part += 1)
      for (let at = values + corner + (part as usize) * row, end = at + reach; at < end; at += 4) {
        for (let channel: i32 = 0; channel < channels; channel += 1)
          store<f64>(moved + ((channel * 8) as usize), load<f32>(at + (channel as usize) * plane) as f64);
        for (let channel: i32 = 0; channel < channels; channel += 1)
          store<f32>(at + (channel as usize) * plane, join(channel) as f32);
      }
  }
}

/** Bounds one value. */
function bound(at: usize, answer: usize, most: f64, lowest: f64, highest: f64): void {
  let value = load<f32>(at) as f64;
  if (answer !== 0) {
    const given = load<f32>(answer) as f64;
    value = max(given - most, min(given + most, value));
  }
  store<f32>(at, max(lowest, min(highest, value)) as f32);
}

function boundFour(at: usize, answer: usize, most: f64, lowest: f64, highest: f64): void {
  const value = v128.load(at);
  let first = low(value);
  let second = high(value);
  if (answer !== 0) {
    const given = v128.load(answer);
    const reach = f64x2.splat(most);
    first = within(first, f64x2.sub(low(given), reach), f64x2.add(low(given), reach));
    second = within(second, f64x2.sub(high(given), reach), f64x2.add(high(given), reach));
  }
  const least = f64x2.splat(lowest);
  const greatest = f64x2.splat(highest);
  v128.store(at, narrow(within(first, least, greatest), within(second, least, greatest)));
}

function within(value: v128, lowest: v128, highest: v128): v128 {
  return f64x2.max(lowest, f64x2.min(highest, value));
}

/** One colour of a value between floor and ceiling; as all its colours belong to a flat area there, at its level. */
function join(channel: i32): f64 {
  const value = load<f64>(moved + ((channel * 8) as usize));
  const floor = floorOf(channel);
  const ceiling = ceilingOf(channel);
  if (value <= floor) return floor;
  if (value >= ceiling) return ceiling;
  const near = flatShare * rangeOf(channel);
  if (floorPlaceOf(channel) !== 0 && value < floor + 2 * near) {
    const joined = floor + max(0, 2 * (value - floor - near));
    return value + shareOf(channel, floorPlaceOf(channel) - inputAt(channel)) * (joined - value);
  }
  if (ceilingPlaceOf(channel) !== 0 && value > ceiling - 2 * near) {
    const joined = ceiling - max(0, 2 * (ceiling - near - value));
    return value + shareOf(channel, ceilingPlaceOf(channel) - inputAt(channel)) * (joined - value);
  }
  return value;
}

/** How far the other colours belong to a flat area, too, whose place in the input is given: 1 = they do, 0 = one does not. */
function shareOf(channel: i32, place: usize): f64 {
  let share: f64 = 1;
  for (let other: i32 = 0; other < channels; other += 1) {
    const range = rangeOf(other);
    // A plane without colours stands for the other two.
    if ((other === channel && channels > 1) || range < faintRange) continue;
    const value = load<f64>(moved + ((other * 8) as usize));
    let away = Math.abs(value - (load<f32>(inputAt(other) + place) as f64));
    if (floorPlaceOf(other) !== 0) away = min(away, value - floorOf(other));
    if (ceilingPlaceOf(other) !== 0) away = min(away, ceilingOf(other) - value);
    share = min(share, 2 - away / (flatShare * range));
  }
  return max(0, share);
}
