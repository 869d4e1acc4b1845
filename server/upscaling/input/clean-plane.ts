/**
 * Takes compression marks out of one plane of a JPEG picture. Every 8 × 8 block at sixteen shifts is transformed, coefficients as
 * small as quantisation noise are dropped, and the overlapping blocks are averaged (Yaroslavsky et al. 2001; Nosratinia 2001
 * re-applies JPEG alike). Last, each coefficient of the file goes back near to what the file says. A second round by an empirical
 * Wiener filter was tried and gained nothing. Pure.
 */
import { forwardDct, inverseDct } from "./dct.ts";
import { eachRow, mapRows, type Pause } from "./rows.ts";

export interface Plane {
  /** Levels, [heightPx, widthPx]. */
  readonly values: Float32Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Where the file's blocks begin: 0 to 7 px from the left and top. */
export interface BlockGrid {
  readonly left: number;
  readonly top: number;
}

/** Each on another diagonal, so that no line is a border of most blocks. */
const shifts = Array.from({ length: 16 }, (_, at) => [(5 * at + (at >> 3)) & 7, (3 * at + 2 * (at >> 3)) & 7] as const);
/** A coefficient is dropped below `scale · step^power` of its step of the table, mixed with the steps of low frequencies: found on ten photographs. */
const dropped = { scale: 2.2, power: 0.6, ownShare: 0.6 };
/** Steps by which a coefficient may move: less than the half that is possible, because most lie nearer to the middle. */
const binReach = 0.4;

/** @param table the plane's quantisation table, row by row */
export async function cleanPlane(
  plane: Plane,
  table: readonly number[],
  grid: BlockGrid,
  pause: Pause,
): Promise<Float32Array> {
  const limits = limitsOf(table);
  const [sums, weights] = [new Float32Array(plane.values.length), new Float32Array(plane.values.length)];
  const block = new Float64Array(64);
  for (const [left, top] of shifts) {
    await eachBlock(plane, { left, top }, pause, (x, y) => {
      readBlock(plane, x, y, block);
      forwardDct(block);
      let kept = 1;
      for (let at = 1; at < 64; at += 1)
        if (Math.abs(block[at]!) < limits[at]!) block[at] = 0;
        else kept += 1;
      inverseDct(block);
      // A block of few coefficients has little noise left.
      addBlock(plane, x, y, block, 1 / kept, sums, weights);
    });
  }
  const cleaned = await mapRows(plane, pause, (at) => sums[at]! / weights[at]!);
  return intoBins(cleaned, plane, table, grid, pause);
}

function limitsOf(table: readonly number[]): number[] {
  let low = 0;
  for (let row = 0; row < 3; row += 1)
    for (let column = 0; column < 3; column += 1) low += table[8 * row + column]! / 9;
  const { scale, power, ownShare } = dropped;
  return table.map((step) => scale * (ownShare * step + (1 - ownShare) * low) ** power);
}

function eachBlock(
  { widthPx, heightPx }: Plane,
  { left, top }: BlockGrid,
  pause: Pause,
  work: (x: number, y: number) => void,
): Promise<void> {
  return eachRow(Math.ceil((heightPx - top) / 8) + 1, pause, (row) => {
    for (let x = left - 8; x < widthPx; x += 8) work(x, top + 8 * (row - 1));
  });
}

const mirror = (at: number, length: number): number => {
  const inside = at < 0 ? -1 - at : at >= length ? 2 * length - 1 - at : at;
  return Math.max(0, Math.min(length - 1, inside));
};

/** Beyond a border the picture is mirrored. */
function readBlock({ values, widthPx, heightPx }: Plane, left: number, top: number, block: Float64Array): void {
  const isInside = left >= 0 && top >= 0 && left + 8 <= widthPx && top + 8 <= heightPx;
  for (let row = 0; row < 8; row += 1) {
    const line = widthPx * (isInside ? top + row : mirror(top + row, heightPx));
    for (let column = 0; column < 8; column += 1)
      block[8 * row + column] = values[line + (isInside ? left + column : mirror(left + column, widthPx))]!;
  }
}

function addBlock(
  { widthPx, heightPx }: Plane,
  left: number,
  top: number,
  block: Float64Array,
  weight: number,
  sums: Float32Array,
  weights: Float32Array,
): void {
  for (let row = Math.max(0, top); row < Math.min(heightPx, top + 8); row += 1)
    for (let column = Math.max(0, left); column < Math.min(widthPx, left + 8); column += 1) {
      const at = row * widthPx + column;
      sums[at]! += weight * block[8 * (row - top) + column - left]!;
      weights[at]! += weight;
    }
}

/** Moves the coefficients of the file's own blocks to within `binReach` of a step from what the file says. */
async function intoBins(
  cleaned: Float32Array,
  plane: Plane,
  table: readonly number[],
  grid: BlockGrid,
  pause: Pause,
): Promise<Float32Array> {
  const result = new Float32Array(cleaned.length);
  const ones = new Float32Array(cleaned.length);
  const [block, own] = [new Float64Array(64), new Float64Array(64)];
  await eachBlock(plane, grid, pause, (x, y) => {
    readBlock({ ...plane, values: cleaned }, x, y, block);
    readBlock(plane, x, y, own);
    forwardDct(block);
    forwardDct(own);
    for (let at = 0; at < 64; at += 1) {
      const reach = binReach * table[at]!;
      block[at] = Math.max(own[at]! - reach, Math.min(own[at]! + reach, block[at]!));
    }
    inverseDct(block);
    addBlock(plane, x, y, block, 1, result, ones);
  });
  return result;
}
