/**
 * One round of a robust mean over the values of a plane (server/upscaling/projection/level-grain.ts): along rows, or along columns.
 * Every pair of values is met once: what it adds to one it takes from the other.
 * Planes begin at an address and have lines of `stride` bytes, a multiple of 16; a line may be written up to the next multiple of 16.
 */
import { lanes } from "./padded";

/** Rows that are kept at a time: by distance, those of the pulls on the values beyond. */
const kept: usize = 4;

/** Bytes of the room that a round needs. */
export function grainRoomBytes(stride: usize): usize {
  return (3 * kept + 1) * (stride + 2 * lanes);
}

/** What a difference adds to a move. */
function pullOf(beside: v128, value: v128, steepness: v128): v128 {
  const difference = f32x4.sub(beside, value);
  const square = f32x4.mul(f32x4.mul(difference, difference), steepness);
  const nearness = f32x4.max(f32x4.sub(f32x4.splat(1), square), f32x4.splat(0));
  return f32x4.mul(difference, f32x4.mul(nearness, nearness));
}

/**
 * @param room of `grainRoomBytes`; its bytes do not matter
 * @param line values of a line, `factor` times `cells`
 * @param isDrawn by cell, one byte each, [lines / factor, cells]
 * @param usual @param drawn 1 / d², d the difference from which a value has no influence
 * @param isAcross along rows
 * @param isWide whether three values to each side count, or two
 */
export function moveToMeans(
  plane: usize,
  stride: usize,
  line: i32,
  lines: i32,
  room: usize,
  isDrawn: usize,
  cells: i32,
  factor: i32,
  usual: f32,
  drawn: f32,
  isAcross: bool,
  isWide: bool,
): void {
  memory.fill(room, 0, grainRoomBytes(stride));
  const row = stride + 2 * lanes;
  const steepness = room;
  // A line of zeros is before each of the kept ones, as far as a value sees.
  const first = room + row + lanes;
  const share = f32x4.splat(isWide ? <f32>(1.0 / 7.0) : <f32>(1.0 / 5.0));
  for (let y: i32 = 0; y < lines; y += 1) {
    if (y % factor === 0)
      spread(steepness, isDrawn + ((y / factor) as usize) * (cells as usize), cells, factor, usual, drawn);
    const at = plane + (y as usize) * stride;
    if (isAcross) moveAcross(at, line, first, row, steepness, share, isWide);
    else moveDown(at, stride, line, lines - y, y, first, row, steepness, share, isWide);
  }
}

/** A line of steepness from its cells. */
function spread(to: usize, isDrawn: usize, cells: i32, factor: i32, usual: f32, drawn: f32): void {
  for (let cell: i32 = 0; cell < cells; cell += 1) {
    const value = load<u8>(isDrawn + (cell as usize)) === 1 ? drawn : usual;
    for (let part: i32 = 0; part < factor; part += 1, to += 4) store<f32>(to, value);
  }
}

function moveAcross(at: usize, line: i32, one: usize, row: usize, steepness: usize, share: v128, isWide: bool): void {
  const two = one + row;
  const three = one + 2 * row;
  const bytes = (line as usize) * 4;
  for (let x: usize = 0; x < bytes; x += lanes) {
    const value = v128.load(at + x);
    const steep = v128.load(steepness + x);
    v128.store(one + x, pullOf(v128.load(at + x + 4), value, steep));
    v128.store(two + x, pullOf(v128.load(at + x + 8), value, steep));
    if (isWide) v128.store(three + x, pullOf(v128.load(at + x + 12), value, steep));
  }
  // Beyond the line there is nothing.
  const zero = f32x4.splat(0);
  v128.store(one + bytes - 4, zero);
  v128.store(two + bytes - 8, zero);
  v128.store(three + bytes - 12, zero);
  for (let x: usize = 0; x < bytes; x += lanes) {
    const added = f32x4.add(f32x4.add(v128.load(one + x), v128.load(two + x)), v128.load(three + x));
    const taken = f32x4.add(f32x4.add(v128.load(one + x - 4), v128.load(two + x - 8)), v128.load(three + x - 12));
    v128.store(at + x, f32x4.add(v128.load(at + x), f32x4.mul(share, f32x4.sub(added, taken))));
  }
}

/** @param left lines from this one on */
function moveDown(
  at: usize,
  stride: usize,
  line: i32,
  left: i32,
  y: i32,
  first: usize,
  row: usize,
  steepness: usize,
  share: v128,
  isWide: bool,
): void {
  const zero = f32x4.splat(0);
  const two = first + kept * row;
  const three = first + 2 * kept * row;
  const own = ((y & 3) as usize) * row;
  const before1 = (((y - 1) & 3) as usize) * row;
  const before2 = (((y - 2) & 3) as usize) * row;
  const before3 = (((y - 3) & 3) as usize) * row;
  const bytes = (line as usize) * 4;
  for (let x: usize = 0; x < bytes; x += lanes) {
    const value = v128.load(at + x);
    const steep = v128.load(steepness + x);
    const a = left > 1 ? pullOf(v128.load(at + stride + x), value, steep) : zero;
    const b = left > 2 ? pullOf(v128.load(at + 2 * stride + x), value, steep) : zero;
    const c = isWide && left > 3 ? pullOf(v128.load(at + 3 * stride + x), value, steep) : zero;
    const taken = f32x4.add(
      f32x4.add(v128.load(first + before1 + x), v128.load(two + before2 + x)),
      v128.load(three + before3 + x),
    );
    v128.store(first + own + x, a);
    v128.store(two + own + x, b);
    v128.store(three + own + x, c);
    v128.store(at + x, f32x4.add(value, f32x4.mul(share, f32x4.sub(f32x4.add(f32x4.add(a, b), c), taken))));
  }
}
