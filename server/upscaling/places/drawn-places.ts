/**
 * Where a picture is drawn: posterised, or of flat colours. There, rows and columns run at one level and then jump; in a photograph, also in
 * its skies, they run into neighbours of a level more or less. Pure.
 */
import { type Box, countPlanes, type Planes } from "../picture-planes.ts";

/** Side of the blocks that are decided as one, px. */
const blockPx = 8;
/** Blocks to each side that are counted with it. */
const aroundBlocks = 2;
/** Of 16-bit values: six levels of 8 bits. */
const jump = 6 * 257;
/** Runs that end in a jump, a pixel: more than photographs have, and fewer than drawings (server/pretrain/super-resolution/NOTES.md). */
const jumpsMin = 0.02;

/** Whether each block of `blockPx` is drawn. */
export interface DrawnPlaces {
  readonly blocks: Uint8Array;
  readonly columns: number;
}

export function findDrawnPlaces(picture: Planes): DrawnPlaces {
  const { widthPx, heightPx } = picture;
  const [columns, rows] = [Math.ceil(widthPx / blockPx), Math.ceil(heightPx / blockPx)];
  const jumps = new Uint16Array(columns * rows);
  countJumps(picture, jumps, columns);
  const blocks = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const [left, right] = [Math.max(0, column - aroundBlocks), Math.min(columns, column + aroundBlocks + 1)];
      const [top, bottom] = [Math.max(0, row - aroundBlocks), Math.min(rows, row + aroundBlocks + 1)];
      let count = 0;
      for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) count += jumps[y * columns + x]!;
      const across = Math.min(widthPx, right * blockPx) - left * blockPx;
      const down = Math.min(heightPx, bottom * blockPx) - top * blockPx;
      if (count >= jumpsMin * across * down) blocks[row * columns + column] = 1;
    }
  return { blocks, columns };
}

/** By block, the pixels that equal a neighbour and differ by a jump from the one opposite. */
function countJumps(picture: Planes, jumps: Uint16Array, columns: number): void {
  const { data, widthPx, heightPx } = picture;
  const pixels = countPlanes(picture) === 1 ? 0 : widthPx * heightPx;
  const differenceOf = (a: number, b: number): number =>
    Math.max(
      Math.abs(data[a]! - data[b]!),
      Math.abs(data[pixels + a]! - data[pixels + b]!),
      Math.abs(data[2 * pixels + a]! - data[2 * pixels + b]!),
    );
  const isEndOfRun = (before: number, after: number): boolean =>
    (before === 0 && after >= jump) || (after === 0 && before >= jump);
  for (let y = 1; y < heightPx - 1; y += 1)
    for (let x = 1; x < widthPx - 1; x += 1) {
      const at = y * widthPx + x;
      const block = Math.floor(y / blockPx) * columns + Math.floor(x / blockPx);
      if (isEndOfRun(differenceOf(at, at - 1), differenceOf(at, at + 1))) jumps[block]! += 1;
      if (isEndOfRun(differenceOf(at, at - widthPx), differenceOf(at, at + widthPx))) jumps[block]! += 1;
    }
}

/** By pixel of a box, 1 = drawn. */
export function drawnWithin({ blocks, columns }: DrawnPlaces, box: Box): Uint8Array {
  const isDrawn = new Uint8Array(box.widthPx * box.heightPx);
  for (let y = 0, to = 0; y < box.heightPx; y += 1) {
    const row = Math.floor((box.top + y) / blockPx) * columns;
    for (let x = 0; x < box.widthPx; x += 1, to += 1) isDrawn[to] = blocks[row + Math.floor((box.left + x) / blockPx)]!;
  }
  return isDrawn;
}
