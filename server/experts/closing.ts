/**
 * Closing of a picture, as in mathematical morphology: the largest value of a square window, then the smallest of that, which fills dark lines that are
 * narrower than the window and leaves all else. By van Herk's algorithm (1992): a window is the end of one block and the beginning of the next,
 * so three comparisons a place do for a window of any length. Pure.
 */
import { workPx } from "./drawing-mask.ts";

/** Side of the window (odd), px at workPx: darker lines up to this thickness are filled. */
export const windowPx = 17;

const reach = windowPx >> 1;
/** Places along one axis, with the window's reach of white at both ends. */
const places = workPx + 2 * reach;

/** Rooms, used again for each picture. Numbers that are not negative have the order of their bits: whole numbers are compared faster. */
const turned = new Int32Array(workPx * workPx);
const upright = new Int32Array(workPx * workPx);
/** Of each place, the extreme since its block of windowPx began, and until it ends. */
const since = new Int32Array(places * workPx);
const until = new Int32Array(places * workPx);
/** 1, as bits. */
const white = new Int32Array(Float32Array.of(1).buffer)[0]!;

/**
 * @param picture [128 · 128], none of its values negative; 1 lies outside
 * @returns [128 · 128], in memory that the next closing uses again
 */
export function closingOf(picture: Float32Array): Float32Array {
  turn(new Int32Array(picture.buffer, picture.byteOffset, picture.length), turned);
  slide(turned, true);
  turn(turned, upright);
  slide(upright, true);
  slide(upright, false);
  turn(upright, turned);
  slide(turned, false);
  turn(turned, upright);
  return new Float32Array(upright.buffer);
}

/** Rows become columns. */
function turn(from: Int32Array, to: Int32Array): void {
  for (let y = 0, at = 0; y < workPx; y += 1)
    for (let x = 0, place = y; x < workPx; x += 1, at += 1, place += workPx) to[place] = from[at]!;
}

/** Largest or smallest value of a centred window down the columns, in place. All columns go together, row by row. */
function slide(values: Int32Array, wantsLargest: boolean): void {
  since.fill(white);
  since.set(values, reach * workPx);
  until.set(since);
  for (let place = 1; place < places; place += 1)
    if (place % windowPx > 0) gather(since, place * workPx, workPx, since, -workPx, wantsLargest);
  for (let place = places - 2; place >= 0; place -= 1)
    if ((place + 1) % windowPx > 0) gather(until, place * workPx, workPx, until, workPx, wantsLargest);
  values.set(until.subarray(0, values.length));
  gather(values, 0, values.length, since, (windowPx - 1) * workPx, wantsLargest);
}

/**
 * Puts into `count` values from `start` the larger or the smaller of each and the one `step` away in `others`: by bits, without a branch to be guessed
 * wrong.
 */
function gather(
  values: Int32Array,
  start: number,
  count: number,
  others: Int32Array,
  step: number,
  wantsLargest: boolean,
): void {
  const sign = wantsLargest ? -1 : 0;
  for (let at = start; at < start + count; at += 1) {
    const own = values[at]!;
    const more = others[at + step]! - own;
    values[at] = own + (more & ((more >> 31) ^ sign));
  }
}
