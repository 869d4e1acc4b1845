/**
 * Thins a mask to lines of one pixel after Guo and Hall (CACM 1989, algorithm A1), because Zhang and Suen (1984) erase squares
 * of 2×2 and diagonals of 2 px. Neighbours are counted by Boolean formulas, a row of 128 pixels at a time.
 */
import { maskRow, side } from "./vectors";

/** The mask, with an empty row before and after it. */
const mask: usize = memory.data(130 * 16, 16) + maskRow;
/** Pixels that a half step removes. */
const leaving: usize = memory.data(128 * 16, 16);
const end: usize = (side as usize) * maskRow;

export function maskAt(): usize {
  return mask;
}

/** Thins in place: half steps remove pixels from two sides in turn until neither removes any. */
export function thinMask(): void {
  let idle: i32 = 0;
  for (let half: i32 = 0; idle < 2; half += 1) idle = removeRim((half & 1) === 0) ? 0 : idle + 1;
}

/**
 * Removes pixels from one side whose neighbours are a single run with two or three pairs set. Returns whether any was removed.
 */
function removeRim(isFirst: bool): bool {
  let any = i32x4.splat(0);
  for (let at: usize = 0; at < end; at += maskRow) {
    const own = v128.load(mask + at);
    const north = v128.load(mask + at - maskRow);
    const south = v128.load(mask + at + maskRow);
    const west = fromWest(own);
    const east = fromEast(own);
    const northWest = fromWest(north);
    const northEast = fromEast(north);
    const southWest = fromWest(south);
    const southEast = fromEast(south);
    const sideKept = isFirst
      ? v128.and(v128.or(v128.or(south, southWest), v128.not(northWest)), west)
      : v128.and(v128.or(v128.or(north, northEast), v128.not(southEast)), east);
    // Pairs that end and pairs that begin at each of the four sides; where a run begins, clockwise.
    const endN = v128.or(northWest, north);
    const endE = v128.or(northEast, east);
    const endS = v128.or(southEast, south);
    const endW = v128.or(southWest, west);
    const beginN = v128.or(north, northEast);
    const beginE = v128.or(east, southEast);
    const beginS = v128.or(south, southWest);
    const beginW = v128.or(west, northWest);
    const isOneRun = exactlyOne(
      v128.andnot(endE, north),
      v128.andnot(endS, east),
      v128.andnot(endW, south),
      v128.andnot(endN, west),
    );
    const hasTwo = v128.and(twoOrMore(endN, endE, endS, endW), twoOrMore(beginN, beginE, beginS, beginW));
    const hasFour = v128.and(
      v128.and(v128.and(endN, endE), v128.and(endS, endW)),
      v128.and(v128.and(beginN, beginE), v128.and(beginS, beginW)),
    );
    const goes = v128.and(v128.and(v128.andnot(own, sideKept), isOneRun), v128.andnot(hasTwo, hasFour));
    v128.store(leaving + at, goes);
    any = v128.or(any, goes);
  }
  if (!v128.any_true(any)) return false;
  for (let at: usize = 0; at < end; at += maskRow)
    v128.store(mask + at, v128.andnot(v128.load(mask + at), v128.load(leaving + at)));
  return true;
}

/** A row of every pixel's western neighbour. */
function fromWest(pixels: v128): v128 {
  const carried = i32x4.shr_u(i32x4.shuffle(pixels, i32x4.splat(0), 4, 0, 1, 2), 31);
  return v128.or(i32x4.shl(pixels, 1), carried);
}

/** A row of every pixel's eastern neighbour. */
function fromEast(pixels: v128): v128 {
  const carried = i32x4.shl(i32x4.shuffle(pixels, i32x4.splat(0), 1, 2, 3, 4), 31);
  return v128.or(i32x4.shr_u(pixels, 1), carried);
}

/** Bits that are set in one of four rows. */
function exactlyOne(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.andnot(v128.xor(v128.xor(a, b), v128.xor(c, d)), twoOrMore(a, b, c, d));
}

/** Bits that are set in two or more of four rows. */
function twoOrMore(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = v128.or(a, b);
  const cd = v128.or(c, d);
  return v128.or(v128.or(v128.and(a, b), v128.and(c, d)), v128.and(ab, cd));
}
