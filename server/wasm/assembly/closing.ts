/**
 * Morphological closing of a picture: the maximum of a square window, then the minimum of that. It fills dark lines narrower
 * than the window and leaves everything else. Windows double: the extreme of two neighbours, of two such pairs, and so on along
 * each axis.
 */
import { row, side } from "./vectors";

/** Radius of the window (17 px). */
const reach: i32 = 8;
/** Bytes of a row of the padded picture, which has the window's radius of white on all sides, and of all its rows. */
const wideRow: usize = ((side + 2 * reach) as usize) * 4;
const wide: usize = wideRow * ((side + 2 * reach) as usize);

/** The picture before and after closing: a plane of values that are not negative. */
export const picture: usize = memory.data(128 * 128 * 4, 16);
/** The padded picture, and the values after its end that the farthest step reads without effect on the result. */
const room: usize = memory.data(144 * 144 * 4 + 8 * 144 * 4 + 16, 16);

export function pictureAt(): usize {
  return picture;
}

/** Closes the picture in place, with white (1) around it. */
export function close(): void {
  extremesOfWindows(true);
  extremesOfWindows(false);
}

/** The maximum or the minimum of the window around each value of the picture. */
function extremesOfWindows(largest: bool): void {
  const white = f32x4.splat(1);
  for (let at: usize = 0; at < wide; at += 16) v128.store(room + at, white);
  const first = room + (reach as usize) * (wideRow + 4);
  for (let y: usize = 0; y < (side as usize); y += 1) memory.copy(first + y * wideRow, picture + y * row, row);
  // Extremes of 2, 4, 8, 16 and 17 values from each one on: across, then down.
  alongAxis(4, largest);
  alongAxis(wideRow, largest);
  for (let y: usize = 0; y < (side as usize); y += 1) memory.copy(picture + y * row, room + y * wideRow, row);
}

/** @param step bytes from a value to the next one along the axis */
function alongAxis(step: usize, largest: bool): void {
  if (largest) {
    widenLargest(step);
    widenLargest(2 * step);
    widenLargest(4 * step);
    widenLargest(8 * step);
    widenLargest(step);
  } else {
    widenSmallest(step);
    widenSmallest(2 * step);
    widenSmallest(4 * step);
    widenSmallest(8 * step);
    widenSmallest(step);
  }
}

/** Values that are not negative have the order of their bits, so integers are compared, in one instruction. */
function widenLargest(step: usize): void {
  for (let at = room; at < room + wide; at += 16) v128.store(at, i32x4.max_s(v128.load(at), v128.load(at + step)));
}

function widenSmallest(step: usize): void {
  for (let at = room; at < room + wide; at += 16) v128.store(at, i32x4.min_s(v128.load(at), v128.load(at + step)));
}
