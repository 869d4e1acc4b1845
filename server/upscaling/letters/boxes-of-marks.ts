/**
 * Boxes around what is marked in a picture, as text is: networks see these alone, because a page with a few words is mostly margins and
 * paper. Pure.
 */
import type { Box } from "../picture-planes.ts";
import { rowWithin } from "../tiles.ts";

/** Side of the cells in which marks are gathered. */
const cellPx = 8;
/** Cells so many columns or rows apart are gathered, too: marks that stay apart have at least two empty cells between them, 16 px. */
const nearCells = 2;
/** What seeing another box costs, in pixels. */
const boxCostPx = 2000;

/** Edges of a box, the last ones included. */
interface Edges {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * The boxes have all marks of a part between them, lie two pixels apart at least, and are joined where that takes fewer pixels. Marks within 16 px of each
 * other are in one box.
 * @param isMarked not 0 where something is marked, by pixel of `whole`
 * @param marginPx what each box is grown by when it is seen
 */
export function boxesOfMarks(isMarked: Uint8Array | Float32Array, whole: Box, part: Box, marginPx: number): Box[] {
  const costOf = ({ left, top, right, bottom }: Edges): number =>
    (right - left + 1 + 2 * marginPx) * (bottom - top + 1 + 2 * marginPx) + boxCostPx;
  const boxes: Edges[] = [];
  for (let box of gathered(isMarked, whole, part)) {
    // A box that grew may be worth joining to one that was not before.
    for (let at = 0; at < boxes.length; ) {
      const both = joined(box, boxes[at]!);
      if (areApart(box, boxes[at]!) && costOf(both) > costOf(box) + costOf(boxes[at]!)) {
        at += 1;
        continue;
      }
      boxes.splice(at, 1);
      box = both;
      at = 0;
    }
    boxes.push(box);
  }
  return boxes.map(({ left, top, right, bottom }) => ({
    left: part.left + left,
    top: part.top + top,
    widthPx: right - left + 1,
    heightPx: bottom - top + 1,
  }));
}

/** The edges in a part of marks that are near to each other, group by group, from the part's left and top. */
function gathered(isMarked: Uint8Array | Float32Array, whole: Box, part: Box): Edges[] {
  const [columns, rows] = [Math.ceil(part.widthPx / cellPx), Math.ceil(part.heightPx / cellPx)];
  const cells: Array<Edges | undefined> = new Array(columns * rows);
  for (let y = 0; y < part.heightPx; y += 1) {
    const from = rowWithin(whole, part, y);
    for (let x = 0; x < part.widthPx; x += 1) {
      if (isMarked[from + x] === 0) continue;
      const at = Math.floor(y / cellPx) * columns + Math.floor(x / cellPx);
      const cell = cells[at];
      if (!cell) cells[at] = { left: x, top: y, right: x, bottom: y };
      else {
        cell.left = Math.min(cell.left, x);
        cell.right = Math.max(cell.right, x);
        cell.bottom = y;
      }
    }
  }
  const groups: Edges[] = [];
  for (let start = 0; start < cells.length; start += 1) {
    let group = cells[start];
    if (!group) continue;
    cells[start] = undefined;
    const found = [start];
    for (let at = found.pop(); at !== undefined; at = found.pop()) {
      const [column, row] = [at % columns, Math.floor(at / columns)];
      for (let y = Math.max(0, row - nearCells); y <= Math.min(rows - 1, row + nearCells); y += 1)
        for (let x = Math.max(0, column - nearCells); x <= Math.min(columns - 1, column + nearCells); x += 1) {
          const cell = cells[y * columns + x];
          if (!cell) continue;
          group = joined(group, cell);
          cells[y * columns + x] = undefined;
          found.push(y * columns + x);
        }
    }
    groups.push(group);
  }
  return groups;
}

const joined = (one: Edges, other: Edges): Edges => ({
  left: Math.min(one.left, other.left),
  top: Math.min(one.top, other.top),
  right: Math.max(one.right, other.right),
  bottom: Math.max(one.bottom, other.bottom),
});

/** Whether at least two pixels lie between them, so that each may be grown by one. */
const areApart = (one: Edges, other: Edges): boolean =>
  one.right + 2 < other.left || other.right + 2 < one.left || one.bottom + 2 < other.top || other.bottom + 2 < one.top;
